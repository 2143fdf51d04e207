"""Finding a person by what is quick to type: characters, pinyin, initials, last digits of the ID.

Each way to type a person is one row of ``person_term``, so that every search is one range of one index,
whatever the number of people. The terms are derived when a name is saved or arrives, and never travel.
"""

import itertools
import unicodedata
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, delete, insert

from db.local import PERSON_TERM

_MOST_READINGS = 16
_LONGEST_TERM = 64


def normal(text: str) -> str:
    """What was typed, in one form: half-width, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def terms(name: str, id_number: str) -> set[str]:
    """All terms under which a person is found. Names of several readings have the terms of each."""
    name = normal(name)
    found = {name[start:] for start in range(len(name))}
    for reading in _readings(name):
        for start in range(len(reading)):
            found.add("".join(reading[start:]))
            found.add("".join(syllable[0] for syllable in reading[start:]))
    if id_number:
        number = normal(id_number)
        found |= {number, number[-6:], number[-4:]}
    return {term[:_LONGEST_TERM] for term in found if term}


def _readings(name: str) -> Iterable[tuple[str, ...]]:
    # 155 ms and 44 MB of dictionaries: only when a name is really saved.
    from pypinyin import Style, pinyin

    syllables = pinyin(name, style=Style.NORMAL, heteronym=True)
    choices = [tuple(dict.fromkeys(_spellings(readings))) for readings in syllables]
    return itertools.islice(itertools.product(*choices), _MOST_READINGS)


def _spellings(readings: Iterable[str]) -> Iterable[str]:
    for reading in readings:
        if reading:
            yield reading
            if "v" in reading:  # ü is typed v by some, u by others
                yield reading.replace("v", "u")


def index_person(conn: Connection, person_id: UUID, name: str, id_number: str) -> None:
    """Replace the terms of one person."""
    conn.execute(delete(PERSON_TERM).where(PERSON_TERM.c.person_id == person_id))
    conn.execute(insert(PERSON_TERM), [{"term": t, "person_id": person_id} for t in sorted(terms(name, id_number))])


def term_range(typed: str) -> tuple[str, str]:
    """The half-open range of terms that begin with what was typed."""
    start = normal(typed)[:_LONGEST_TERM]
    return start, start + chr(0x10FFFF)
