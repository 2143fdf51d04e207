"""A welfare home's list of residents, as it really keeps it in a spreadsheet, read, judged and taken into the record.

``read_roster`` reads the file, ``plan`` names every problem by row and column and writes nothing, ``accept`` writes.
"""

from care.roster.accept import Imported, accept, known_people
from care.roster.person import Contact, PlannedPerson
from care.roster.plan import KnownPeople, RosterPlan, plan
from care.roster.problem import SEVERITIES, Problem, Severity
from care.roster.sheet import Roster, read_roster
from care.roster.workbook import RosterUnreadable

__all__ = [
    "SEVERITIES",
    "Contact",
    "Imported",
    "KnownPeople",
    "PlannedPerson",
    "Problem",
    "Roster",
    "RosterPlan",
    "RosterUnreadable",
    "Severity",
    "accept",
    "known_people",
    "plan",
    "read_roster",
]
