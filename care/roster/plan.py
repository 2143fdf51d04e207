"""What an import would do: people to add, and every problem by its row and column. Nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from care.data import table
from care.roster.cell import Cell
from care.roster.person import PlannedPerson, ReadLine, read_line
from care.roster.problem import Problem, problem
from care.roster.sheet import Roster

# Columns without which every line would say the same; said once for the sheet.
_EXPECTED = ("id_number", "care_level", "allergies", "bed")
# Fewer characters typed in place of a number do not tell two people of one name apart.
_TELLING = 10


Place = tuple[str, int]  # sheet and row
RECORD: Place = ("", 0)
How = Literal["id", "typed", "birth", "name"]


@dataclass(slots=True)
class KnownPeople:
    """Who is in the record already (or stood earlier in the file), by what tells people apart."""

    by_id: dict[str, Place] = field(default_factory=dict)
    by_typed: dict[tuple[str, str], Place] = field(default_factory=dict)
    by_name: dict[tuple[str, str | None], list[tuple[str, Place]]] = field(default_factory=dict)
    beds: set[str] = field(default_factory=set)

    def add(self, name: str, birth: str | None, id_number: str, id_reason: str, place: Place = RECORD) -> None:
        """Somebody is known: from the record, or from a line of the file."""
        if id_number:
            self.by_id.setdefault(id_number, place)
        if len(id_reason) >= _TELLING:
            self.by_typed.setdefault((name, id_reason), place)
        self.by_name.setdefault((name, birth), []).append((id_number, place))

    def same(self, person: PlannedPerson) -> tuple[How, Place] | None:
        """How the person is known, and from where: by ``id``, ``typed``, ``birth``, or only by ``name``.

        Two people of one name and birth date who both have a number are two people.
        """
        if person.id_number in self.by_id:
            return "id", self.by_id[person.id_number]
        typed = self.by_typed.get((person.name, person.id_reason))
        if typed is not None:
            return "typed", typed
        for id_number, place in self.by_name.get((person.name, person.birth), ()):
            if not id_number or not person.id_number:
                return ("birth" if person.birth else "name"), place
        return None


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What accepting would write, and what to know before. Lines: people, duplicates, already known, refused."""

    people: tuple[PlannedPerson, ...]
    problems: tuple[Problem, ...]
    lines: int
    duplicates: int
    already_known: int
    refused: int


def plan(roster: Roster, known: KnownPeople, today: date) -> RosterPlan:
    """Judge every line of a roster against itself and the record."""
    problems = [problem(out.sheet, out.row, Cell(out.column, "", out.text), out.why) for out in roster.left_out]
    problems += _absent_columns(roster)
    read = [read_line(row, roster.columns[row.sheet], today) for row in roster.rows]
    seen = KnownPeople()
    accepted: list[ReadLine] = []
    duplicates = already_known = 0
    for line in read:
        problems += line.problems
        person = line.person
        if person is None:
            continue
        if known.same(person):
            problems.append(problem(person.sheet, person.row, line.name_cell, "already_known"))
            already_known += 1
            continue
        earlier = seen.same(person)
        if earlier and earlier[0] != "name":
            code, cell = ("duplicate_id", line.id_cell) if earlier[0] == "id" else ("duplicate_person", line.name_cell)
            problems.append(problem(person.sheet, person.row, cell, code, other=earlier[1]))
            duplicates += 1
            continue
        if earlier:
            problems.append(problem(person.sheet, person.row, line.name_cell, "same_name", other=earlier[1]))
        seen.add(person.name, person.birth, person.id_number, person.id_reason, (person.sheet, person.row))
        accepted.append(line)
    people, about_beds = _beds(accepted, known.beds)
    return RosterPlan(
        people=tuple(people),
        problems=tuple(sorted([*problems, *about_beds], key=_place)),
        lines=len(read),
        duplicates=duplicates,
        already_known=already_known,
        refused=sum(line.person is None for line in read),
    )


def _beds(lines: Sequence[ReadLine], occupied: set[str]) -> tuple[list[PlannedPerson], list[Problem]]:
    """Give each person the bed they name, once; people with only a room get the room's next free number."""
    people: list[PlannedPerson] = []
    problems: list[Problem] = []
    asked = {line.person.bed for line in lines if line.person}
    given: dict[str, Place] = {}
    numbered: dict[str, int] = {}
    for line in lines:
        person = line.person
        if person is None:
            continue
        place, cell, bed = (person.sheet, person.row), line.bed_cell, person.bed
        if bed and (bed in occupied or bed in given):
            code = "bed_occupied" if bed in occupied else "bed_twice"
            problems.append(problem(*place, cell, code, value=bed, other=given.get(bed)))
            note = "；".join(filter(None, [person.note, f"{cell.heading}：{bed}"]))
            person = replace(person, bed="", room="", note=note)
        elif person.room and not bed:
            number = numbered.get(person.room, 0) + 1
            while (bed := f"{person.room}-{number}") in occupied or bed in asked:
                number += 1
            numbered[person.room] = number
            problems.append(problem(*place, cell, "bed_numbered", value=bed))
            person = replace(person, bed=bed)
        given.setdefault(person.bed, place)
        people.append(person)
    return people, problems


def _absent_columns(roster: Roster) -> list[Problem]:
    return [
        problem(sheet, 0, Cell("", "", ""), "column_absent", value=heading)
        for sheet, columns in roster.columns.items()
        for name, heading in _expected()
        if name not in columns and not (name == "bed" and "room" in columns)
    ]


def _expected() -> list[tuple[str, str]]:
    """The columns a roster should have, with the words most often written above them."""
    fields = {field["id"]: field["headings"] for field in table("roster_columns")["field"]}
    return [(name, fields[name][0]) for name in _EXPECTED]


def _place(problem: Problem) -> tuple[str, int, int, str]:
    return problem.sheet, problem.row, len(problem.column), problem.column
