"""The drugs that a house can choose from: the packaged list, and what the county published over it (``drugs``).

A house may use a drug that is in neither: an order then holds its name and no code, and as far as the name says what
it is (阿司匹林肠溶片, 拜阿司匹灵) the checks of that drug are made all the same.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from sqlalchemy import Connection, select
from sqlmodel import col

from care.kept_json import object_of
from care.medicines.lists import rows
from db.search import normal
from db.store import Store
from db.tables import CatalogueItem

PUBLISHED: Final = "drugs"
"""The name of the county's list. Facts of its items are columns of ``data/catalog/drugs.csv``."""

_BRACKETS = re.compile(r"\(.*?\)")
_LEAST_NAME = 2
_ATC_WHOLE = 7
_MOST_IN_ONE = 4
# What a name is often written without: the form and how it is released, the salt.
_FORM = re.compile(r"(?:肠溶|缓释|控释|透皮贴|注射液|软?胶囊|片|丸|[/·].*)+$")
_SALT = re.compile(r"(?:钠|钾|钙|酯)$")


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug. ``zh`` and ``inn`` are its generic names, ``py`` the initials of its pinyin.

    ``unit``: what a dose is counted in; ``route`` of codes/drug_route; ``group`` of the allergy groups, or empty;
    ``tags``: kinds of drug that interactions and cautions speak of. ``high_alert``: two people give it;
    ``controlled``: two people count it. ``certainty``: B, until a pharmacist has read the list.
    """

    code: str
    zh: str
    py: str
    inn: str
    atc: str = ""
    form: str = ""
    spec: str = ""
    unit: str = ""
    route: str = "1"
    kind: str = ""
    group: str = ""
    tags: frozenset[str] = frozenset()
    essential: bool = False
    high_alert: bool = False
    controlled: bool = False
    cold_chain: bool = False
    certainty: str = "B"

    @property
    def inns(self) -> frozenset[str]:
        """Each substance in it."""
        return frozenset(part for part in self.inn.split("+") if part)

    @property
    def substances(self) -> frozenset[str]:
        """The same, and its whole ATC code: by it 硝苯地平 and 硝苯地平缓释 are one."""
        return self.inns | {self.atc} if len(self.atc) == _ATC_WHOLE else self.inns

    @property
    def specs(self) -> tuple[str, ...]:
        """The strengths that it is sold in."""
        return tuple(part for part in self.spec.split("/") if part)

    @property
    def stem(self) -> str:
        """The name as one recognises it in a longer one: without what stands in brackets."""
        return bare(self.zh)


Formulary = Mapping[str, Drug]
"""All drugs, by code."""


@lru_cache(maxsize=4096)
def bare(name: str) -> str:
    """A name in one form, without brackets and spaces."""
    return _BRACKETS.sub("", normal(unicodedata.normalize("NFKC", name)))


@cache
def packaged() -> Formulary:
    """The drugs that come with the program."""
    return {row["id"]: _drug(row["id"], row["zh"], row) for row in rows("drugs")}


def formulary(conn: Connection) -> Formulary:
    """All drugs that can be chosen now. An item of the county closes, adds or overrides one of the packaged list."""
    return _listed(conn, closed_too=False)


def every_drug(conn: Connection) -> Formulary:
    """The same with those that the county closed: somebody may take one still, or be allergic to it."""
    return _listed(conn, closed_too=True)


def _listed(conn: Connection, *, closed_too: bool) -> Formulary:
    asked = (
        select(col(CatalogueItem.code), col(CatalogueItem.name), col(CatalogueItem.facts), col(CatalogueItem.closed))
        .where(col(CatalogueItem.catalogue) == PUBLISHED)
        .order_by(col(CatalogueItem.id))
    )
    published = conn.execute(asked).all()
    if not published:
        return packaged()
    found = dict(packaged())
    for code, name, facts, closed in published:
        if closed and not closed_too:
            found.pop(code, None)
        else:
            found[code] = _drug(code, name, _over(packaged().get(code), facts))
    return found


def drug(store: Store, code: str) -> Drug | None:
    """The drug with this code, or ``None``."""
    with store.reading() as conn:
        return formulary(conn).get(code)


def drugs(store: Store, query: str = "", limit: int = 20) -> list[Drug]:
    """Drugs by initials of their pinyin, by characters, by generic name: what begins so before what holds it."""
    with store.reading() as conn:
        known = formulary(conn)
    typed = normal(query[:64])
    ranked = [(rank, one.py, one.code, one) for one in known.values() if (rank := _rank(one, typed)) is not None]
    return [one for *_, one in sorted(ranked, key=lambda each: each[:3])[: max(0, limit)]]


def resembling(known: Formulary, name: str) -> Drug | None:
    """The drug that a written name speaks of, the longest match; ``None`` if it is none that we know."""
    return _longest(known, bare(name))[0]


def meant_by(known: Formulary, code: str, name: str) -> tuple[Drug, ...]:
    """The drugs that an order means: the one of its code, else each that its name speaks of (氨氯地平贝那普利片)."""
    if (of := known.get(code)) is not None:
        return (of,)
    return _of_packaged(name) if known is packaged() else _spoken_of(known, name)


@lru_cache(maxsize=4096)
def _of_packaged(name: str) -> tuple[Drug, ...]:
    return _spoken_of(packaged(), name)


def _spoken_of(known: Formulary, name: str) -> tuple[Drug, ...]:
    found: list[Drug] = []
    text = bare(name)
    while len(found) < _MOST_IN_ONE:
        one, stem = _longest(known, text)
        if one is None:
            break
        found.append(one)
        text = text.replace(stem, " ")
    return tuple(found)


def _longest(known: Formulary, text: str) -> tuple[Drug | None, str]:
    """The drug whose name is the longest in a text, and how it stands there.

    People leave out which salt or form it is: 阿司匹林 is 阿司匹林肠溶, as long as no drug is called just that.
    """
    best: tuple[int, int, str] = (_LEAST_NAME - 1, 0, "")
    found: Drug | None = None
    as_said = ""
    for one in known.values():
        for left_out, stem in enumerate(_stems(one.stem)):
            rank = (len(stem), -left_out, one.code)
            if rank > best and stem in text:
                best, found, as_said = rank, one, stem
    return found, as_said


@lru_cache(maxsize=4096)
def _stems(stem: str) -> tuple[str, ...]:
    """A name, without its form, without its salt as well; nothing so short that it names something else."""
    plain = _FORM.sub("", stem)
    short = [one for one in (plain, _SALT.sub("", plain)) if len(one) > _LEAST_NAME]
    return (stem, *dict.fromkeys(one for one in short if one != stem))


def _rank(one: Drug, typed: str) -> int | None:
    name, inn = normal(one.zh), normal(one.inn)
    if not typed or name.startswith(typed) or one.py.startswith(typed):
        return 0
    if inn.startswith(typed) or one.code.lower() == typed:
        return 1
    return 2 if typed in name or typed in one.py or typed in inn else None


def _over(packaged_one: Drug | None, facts: str) -> Mapping[str, str]:
    """What the county says of a drug, over what the packaged list says of it."""
    known = {} if packaged_one is None else next(row for row in rows("drugs") if row["id"] == packaged_one.code)
    told = {name: _as_column(value) for name, value in object_of(facts).items()}
    # Of a drug that was renamed the old initials would find nothing.
    return {**known, "py": "", **told}


def _as_column(value: object) -> str:
    """A fact as the list writes it: what JSON says with true is a 1 there."""
    if isinstance(value, list):
        return ";".join(map(str, value))
    return str(int(value)) if isinstance(value, bool) else str(value)


def _drug(code: str, name: str, row: Mapping[str, str]) -> Drug:
    return Drug(
        code=code,
        zh=name,
        py=row.get("py") or _initials(name),
        inn=row.get("inn", ""),
        atc=row.get("atc", ""),
        form=row.get("form", ""),
        spec=row.get("spec", ""),
        unit=row.get("unit", ""),
        route=row.get("route", "1"),
        kind=row.get("class", ""),
        group=row.get("allergy_group", ""),
        tags=frozenset(filter(None, row.get("tags", "").split(";"))),
        essential=row.get("essential") == "1",
        high_alert=row.get("high_alert") == "1",
        controlled=row.get("controlled") == "1",
        cold_chain=row.get("cold_chain") == "1",
        certainty=row.get("certainty", "C"),
    )


@cache
def _initials(name: str) -> str:
    # Loaded only where a county publishes drugs: the packaged list has its initials.
    from pypinyin import Style, pinyin

    return "".join(syllables[0][:1] for syllables in pinyin(bare(name), style=Style.NORMAL)).lower()
