"""Finding a person by what is quick to type: characters, pinyin, initials, last digits of the ID.

Each way to type a person is one row of ``person_term``, so that every search is one range of one index,
whatever the number of people. The terms are derived when a name is saved or arrives, and never travel.
"""

import itertools
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Connection, delete

from db.local import PERSON_TERM

_MOST_READINGS = 16
_LONGEST_TERM = 64
_LAST_DIGITS = (4, 5, 6)
_CHUNK = 2000  # people in one statement
_INSERT = f"INSERT INTO {PERSON_TERM.name} (term, person_id) VALUES (?, ?)"
# The dots between the parts of a name (买买提·艾力) look alike and are hard to type; ü is typed as v.
_ALIKE = str.maketrans({**dict.fromkeys("·•‧∙⋅・･"), "ü": "v"})


def normal(text: str) -> str:
    """What was typed, in one form: half-width, lower case, without spaces or broken characters."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(unicodedata.normalize("NFKC", whole).lower().split())


def _key(text: str) -> str:
    return normal(text).translate(_ALIKE)


def terms(name: str, id_number: str) -> set[str]:
    """All terms under which a person is found. Names of several readings have the terms of each."""
    return _of_name(name) | _of_number(id_number)


def _of_name(name: str) -> set[str]:
    name = _key(name)[:_LONGEST_TERM]
    found = {name[start:] for start in range(len(name))}
    for reading in _readings(name):
        for start in range(len(reading)):
            found.add("".join(reading[start:]))
            found.add("".join(syllable[0] for syllable in reading[start:]))
    return {term[:_LONGEST_TERM] for term in found if term}


def _of_number(id_number: str) -> set[str]:
    number = normal(id_number)
    return {term[:_LONGEST_TERM] for term in (number, *(number[-digits:] for digits in _LAST_DIGITS)) if term}


def _readings(name: str) -> Iterable[tuple[str, ...]]:
    """How a name may be spoken, a syllable a character: the readings of the surname vary first."""
    # 155 ms and 44 MB of dictionaries: only when a name is really saved.
    from pypinyin import Style, pinyin

    spoken = pinyin(name, style=Style.NORMAL, heteronym=True)
    if len(spoken) != len(name):
        spoken = [[] for _ in name]
    # A given name may be a word in which its characters, or the surname, have one reading: the others count too.
    choices = [
        tuple(dict.fromkeys(_spellings([*usual, *_alone(character)])))
        for character, usual in zip(name, spoken, strict=True)
    ]
    several = itertools.islice(itertools.product(*reversed(choices)), _MOST_READINGS)
    return (reading[::-1] for reading in several)


@lru_cache(maxsize=4096)
def _alone(character: str) -> list[str]:
    from pypinyin import Style, pinyin

    return pinyin(character, style=Style.NORMAL, heteronym=True)[0]


def _spellings(readings: Iterable[str]) -> Iterable[str]:
    for reading in readings:
        if reading:
            yield reading
            if "v" in reading:  # ü is typed v by some, u by others
                yield reading.replace("v", "u")


def index_person(conn: Connection, person_id: UUID, name: str, id_number: str) -> None:
    """Replace the terms of one person."""
    index_people(conn, [(person_id, name, id_number)])


def index_people(conn: Connection, people: Sequence[tuple[UUID, str, str]]) -> None:
    """Replace the terms of many: id, name and ID number of each."""
    # Of a hundred thousand people many share a name, and reading it costs most.
    of_names = {name: _of_name(name) for name in {name for _, name, _ in people}}
    for start in range(0, len(people), _CHUNK):
        some = people[start : start + _CHUNK]
        conn.execute(delete(PERSON_TERM).where(PERSON_TERM.c.person_id.in_([person for person, _, _ in some])))
        # In the order of the index: neighbours share its pages.
        rows = sorted((term, who.bytes) for who, name, number in some for term in of_names[name] | _of_number(number))
        if rows:
            conn.exec_driver_sql(_INSERT, rows)


def term_range(typed: str) -> tuple[str, str]:
    """The half-open range of terms that begin with what was typed."""
    start = _key(typed)[:_LONGEST_TERM]
    return start, start + chr(0x10FFFF)
