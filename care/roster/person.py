"""One line of a roster read as a person: nothing typed is lost, nothing wrong is kept as right."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from care.age import age
from care.roster.bed import place_of
from care.roster.cell import Cell
from care.roster.identity import admitted_of, birth_of, name_of, number_of, sex_of
from care.roster.problem import Findings, Problem
from care.roster.sheet import Row
from care.roster.words import allergen, code_of, is_phone, parts, said, says_gone

_AGES = range(18, 116)  # beyond them a birth date is more likely mistyped than true
_SOME_LETTERS_THEN_PHONE = re.compile(r"(\D+?)[\s:：]*(\d[\d\s-]{6,})")
_NO_LEVEL_READ = "full"  # the cautious reading of a word we do not know


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call. ``relation``: codes/relation, or the words as typed."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """A person as the import would write them. Codes are those of ``care/data/codes``.

    ``id_number`` holds together or is empty; then ``id_reason`` is what was typed. ``bed`` empty: no stay begins.
    """

    sheet: str
    row: int
    name: str
    sex: str
    birth: str | None  # ISO text, possibly only YYYY-MM or YYYY
    id_number: str
    id_reason: str
    ethnic: str
    category: str
    care_level: str
    phone: str
    village: str
    address: str
    insurance: str
    contacts: tuple[Contact, ...]
    allergies: tuple[str, ...]
    allergies_known: bool
    conditions: tuple[str, ...]
    admitted: date | None
    room: str
    bed: str
    note: str


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What one line gave, with the cells that later problems point at. ``person`` is ``None`` when it names nobody."""

    person: PlannedPerson | None
    problems: tuple[Problem, ...]
    name_cell: Cell
    id_cell: Cell
    bed_cell: Cell


def read_line(row: Row, columns: Mapping[str, str], today: date) -> ReadLine:
    """Read one line. ``columns``: letters of the sheet's fields; what is missing is named where it should stand."""
    found = Findings(row.sheet, row.number)
    facts = {field: cell for field in row.cells if (cell := _telling(row.get(field), found)) is not None}

    def empty(field: str) -> Cell:
        return Cell(columns.get(field, ""), "", "")

    def at(field: str) -> Cell:
        return facts.get(field) or row.get(field) or empty(field)

    name = name_of(facts.get("name"), found)
    line = (at("name"), at("id_number"), at("bed") if at("bed").text else at("room"))
    if not name:
        found.say(at("name"), "name_missing")
        return ReadLine(None, tuple(found.problems), *line)
    number, id_reason = number_of(facts.get("id_number"), found, today)
    if not number and not id_reason and "id_number" in columns:
        found.say(at("id_number"), "id_missing")
    sex = sex_of(facts.get("sex"), number, found)
    if sex == "0" and "sex" not in facts:
        found.say(at("sex"), "sex_missing")
    birth = birth_of(facts.get("birth"), number, found, today)
    if birth is None and "birth" not in facts:
        found.say(at("birth"), "birth_missing")
    if birth is not None and age(birth, today) not in _AGES:
        found.say(facts.get("birth") or at("id_number"), "birth_unlikely", value=birth)
    level = _level(facts.get("care_level"), found)
    if level is None and "care_level" in columns:
        found.say(at("care_level"), "level_missing")
    category = _category(facts.get("category"), found)
    allergies, allergies_known = _allergies(row.get("allergies"), found)
    room, bed = place_of(facts.get("room"), facts.get("bed"), found)
    if not room and not bed and {"room", "bed"} & columns.keys():
        found.say(at("bed") if "bed" in columns else at("room"), "bed_missing")
    admitted = admitted_of(facts.get("admitted"), birth, found, today)
    if "note" in facts and says_gone(facts["note"].text):
        # It may speak of a spouse: the person stays in the bed until somebody has looked.
        found.say(facts["note"], "note_gone")
    person = PlannedPerson(
        sheet=row.sheet,
        row=row.number,
        name=name,
        sex=sex,
        birth=birth,
        id_number=number.number if number else "",
        id_reason=id_reason,
        ethnic=_coded("ethnic", facts.get("ethnic"), "ethnic_unknown", found) if "ethnic" in facts else "01",
        category=category,
        care_level=level or "self",
        phone=_phone(facts.get("phone"), found),
        village=facts["village"].text if "village" in facts else "",
        address=facts["address"].text if "address" in facts else "",
        insurance=_coded("payment", facts.get("insurance"), "insurance_unknown", found),
        contacts=_contacts(row, found),
        allergies=allergies,
        allergies_known=allergies_known,
        conditions=_conditions(facts.get("conditions")),
        admitted=admitted,
        room=room,
        bed=bed,
        # Last, when every cell has been read and what fits nowhere is kept.
        note="；".join([*([facts["note"].text] if "note" in facts else []), *found.kept]),
    )
    return ReadLine(person, tuple(found.problems), *line)


def _telling(cell: Cell | None, found: Findings) -> Cell | None:
    """The cell, if it says anything."""
    if cell is None or said(cell.text) == "blank":
        return None
    if said(cell.text) == "broken":
        found.say(cell, "cell_broken")
        return None
    return cell


def _coded(list_name: str, cell: Cell | None, unknown: str, found: Findings) -> str:
    if cell is None or said(cell.text) in ("none", "unknown"):
        return ""
    code = code_of(list_name, cell.text)
    if code is None:
        found.keep(cell, unknown)
    return code or ""


def _level(cell: Cell | None, found: Findings) -> str | None:
    """A care level; ``None`` when nothing is said. A word that is not understood asks for full care until settled."""
    if cell is None or said(cell.text) in ("unknown", "none"):
        return None
    code = code_of("home_care_level", cell.text)
    if code is None:
        found.keep(cell, "level_unknown")
    return code or _NO_LEVEL_READ


def _category(cell: Cell | None, found: Findings) -> str:
    """The first category that is understood; when more is said, the whole cell is kept."""
    if cell is None or said(cell.text) in ("none", "unknown"):
        return ""
    whole = code_of("resident_category", cell.text)
    if whole is not None:
        return whole
    known = [code_of("resident_category", part) for part in parts(cell.text)]
    understood = [code for code in known if code is not None]
    if len(understood) < len(known) or not known:
        found.keep(cell, "category_unknown")
    elif len(set(understood)) > 1:
        found.keep(cell, "category_several")
    return understood[0] if understood else ""


def _allergies(cell: Cell | None, found: Findings) -> tuple[tuple[str, ...], bool]:
    """What a person must not get, and whether anybody has asked. An empty cell says nothing; 无 says none."""
    if cell is None or said(cell.text) in ("blank", "unknown", "broken"):
        return (), False
    pieces = parts(cell.text)
    named = tuple(dict.fromkeys(name for piece in pieces if not said(piece) and (name := allergen(piece))))
    if named and any(said(piece) == "none" for piece in pieces):
        found.keep(cell, "allergy_contradicts")
    if not named and not any(said(piece) == "none" for piece in pieces):
        found.keep(cell)
        return (), False
    return named, True


def _conditions(cell: Cell | None) -> tuple[str, ...]:
    if cell is None:
        return ()
    return tuple(dict.fromkeys(piece for piece in parts(cell.text) if not said(piece)))


def _phone(cell: Cell | None, found: Findings) -> str:
    if cell is None or said(cell.text):
        return ""
    if not is_phone(cell.text):
        found.say(cell, "phone_shape")
    return unicodedata.normalize("NFKC", cell.text)


def _contacts(row: Row, found: Findings) -> tuple[Contact, ...]:
    columns = (row.cells.get(field, ()) for field in ("contact_name", "contact_relation", "contact_phone"))
    contacts = []
    for name_cell, relation_cell, phone_cell in zip_longest(*columns):
        name = "" if name_cell is None or said(name_cell.text) else name_cell.text
        phone = _phone(phone_cell, found)
        together = _SOME_LETTERS_THEN_PHONE.fullmatch(name)
        if together and not phone:
            name = together[1]
            phone = _phone(Cell(name_cell.column, name_cell.heading, together[2].strip()), found)
        relation = "" if relation_cell is None or said(relation_cell.text) else relation_cell.text
        code = code_of("relation", relation) if relation else ""
        if relation_cell is not None and code is None:
            found.say(relation_cell, "relation_unknown")
        if name or phone or relation:
            contacts.append(Contact(name, relation if code is None else code, phone))
    return tuple(contacts)
