"""The message catalogue: every word that people see, once per language.

``use("zh")`` chooses the language of the process, ``t("unlock.hint")`` gives a sentence of it. A key that no
catalogue has raises ``KeyError``: a missing word is a defect, not something to show.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, Protocol

from yiyang_tui.visible import visible

Lang = Literal["zh", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("zh", "en")


class Told(Protocol):
    """An error with a sentence: its ``code`` names the sentence, its ``facts`` fill the blanks."""

    @property
    def code(self) -> str: ...

    @property
    def facts(self) -> Mapping[str, str | int]: ...


class _Chosen:
    lang: Lang = "zh"


def use(lang: str) -> None:
    """Speak this language from now on. Raises ``KeyError`` for one that has no catalogue."""
    known: dict[str, Lang] = {name: name for name in LANGUAGES}
    _Chosen.lang = known[lang]


def language() -> Lang:
    """The language spoken now."""
    return _Chosen.lang


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[before + key] = str(value)
    return found


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All sentences of a language by their dotted key."""
    source = files("yiyang_tui.words").joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    return _flat(tomllib.loads(source))


def has(key: str) -> bool:
    """Whether the language spoken now has this sentence."""
    return key in catalogue(_Chosen.lang)


def t(key: str, /, **facts: object) -> str:
    """The sentence ``key`` with its blanks filled. Raises ``KeyError`` for an unknown key or an unfilled blank."""
    shown = {name: visible(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    return catalogue(_Chosen.lang)[key].format_map(shown)


def plural(key: str, n: int, /, **facts: object) -> str:
    """The sentence ``key.one`` or ``key.other`` for ``n`` things; ``n`` fills its own blank.

    A language that does not count this way, as Chinese, has ``key.other`` alone.
    """
    one = f"{key}.one"
    return t(one if n == 1 and has(one) else f"{key}.other", n=n, **facts)


def sentence(error: Told) -> str:
    """What to tell somebody about an error: what happened, what is safe, what to do.

    A refusal (``code`` "refused") has the sentence of its rule, others may have one of their reason. An error without
    a sentence of its own gets the general one. Rights and roles among the facts are said in words; where one has to
    wait first (``wait_s``), the sentence tells how long.
    """
    rule, reason = error.facts.get("rule"), error.facts.get("reason")
    facts = dict(error.facts)
    if rule is not None and facts.keys() & {"right", "role"}:
        # Only here: the sign-in screen must not load the data layer.
        from yiyang_tui.words.rights import in_words

        facts = in_words(facts)
    wait = int(facts.get("wait_s", 0))
    if wait:
        from yiyang_tui.words.times import span

        facts["span"] = span(wait)
    waiting = (f"error.{error.code}_wait",) if wait else ()
    for key in (*waiting, f"refused.{rule}", f"{error.code}.{reason}", f"error.{error.code}"):
        if has(key):
            return t(key, **facts)
    return t("error.unknown", code=error.code)
