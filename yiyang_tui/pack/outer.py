"""The page that everybody may see: how the pack is opened, in both languages; nothing of the house or its people."""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import Final

from care.pack.passphrase import DIGITS
from yiyang_tui.words import LANGUAGES, catalogue

_BLANK = re.compile(r"@([a-z_]+)@")
_TOLD: Final = ("old", "count", "digit", "busy", "wrong")
"""What the script says, whatever comes of it."""


def page(stated: str, sealed: str, card: str, made: str) -> str:
    """The whole file. ``stated`` and ``sealed`` as ``locked`` writes them.

    The browser is told to run this one script and this one style sheet, known by their hashes, and to load nothing.
    """
    script, style = _file("unlock.js"), _file("page.css")
    facts: dict[str, str | int] = {"card": card, "made": made, "digits": DIGITS}
    told = {key: " / ".join(_both(f"pack.page.{key}", found="@found@", **facts)) for key in _TOLD}
    filled = {
        "script_hash": _hash(script),
        "style_hash": _hash(style),
        "script": script,
        "style": style,
        "title": _joined("pack.page.title"),
        "outer": "\n".join(_instructions(lang, facts) for lang in LANGUAGES),
        "label": _joined("pack.page.label"),
        "open": _joined("pack.page.open"),
        "print": _joined("pack.page.print"),
        "lock": _joined("pack.page.lock"),
        "noscript": _joined("pack.page.noscript"),
        "words": json.dumps(told, ensure_ascii=True, sort_keys=True).replace("<", "\\u003c"),
        "stated": stated,
        "sealed": sealed,
    }
    # In one pass: nothing that is filled in is looked through for blanks again.
    return _BLANK.sub(lambda blank: filled[blank[1]], _file("outer.html"))


def _instructions(lang: str, facts: dict[str, str | int]) -> str:
    words = catalogue(lang)
    steps = (words["pack.page.steps"].format_map(facts)).splitlines()
    listed = "".join(f"<li>{html.escape(step)}</li>" for step in steps)
    heading = words["pack.page.heading"].format_map(facts)
    about = words["pack.page.about"].format_map(facts)
    return f'<div lang="{lang}"><h1>{html.escape(heading)}</h1><p>{html.escape(about)}</p><ol>{listed}</ol></div>'


def _both(key: str, **facts: str | int) -> list[str]:
    return [catalogue(lang)[key].format_map(facts) for lang in LANGUAGES]


def _joined(key: str) -> str:
    return html.escape(" / ".join(_both(key)))


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")
