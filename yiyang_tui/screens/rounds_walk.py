"""From bed to bed: one is being saved, the cursor is at the next already; what comes of it follows."""

from typing import TYPE_CHECKING
from uuid import UUID

from care.rounds import Saved
from yiyang_tui.screens.rounds_amend import take_back
from yiyang_tui.screens.rounds_list import lines_of, most_urgent, next_due
from yiyang_tui.screens.rounds_read import Read
from yiyang_tui.screens.rounds_saving import Job
from yiyang_tui.screens.rounds_told import saved_words
from yiyang_tui.words import sentence, t

if TYPE_CHECKING:
    from db.errors import YiyangError
    from yiyang_tui.screens.rounds import Rounds


def step_on(screen: "Rounds", job: Job) -> None:
    """Save it behind the next bed. After a correction the cursor stays."""
    screen.marks[job.person_id] = "saving"
    correction = screen.drafts.corrected(job.person_id) is not None
    screen.drafts.take(job.person_id)
    screen.set_focus(screen.beds)
    screen.saving.add(job)
    index = next_due(screen.lines, screen.beds.index, screen.marks)
    if index is None or correction:
        screen.form.put({})
    else:
        screen.beds.goto(index)
    screen.turn()
    screen.count()


def is_saved(screen: "Rounds", job: Job, saved: Saved) -> None:
    """It is on the disk: its draft goes, Ctrl+Z can take it back, a grave score goes to the county."""
    person = job.person_id
    screen.marks[person] = "saved"
    screen.pace.note(screen.session.now())
    if job.values is not None:
        screen.drafts.saved(person)
    said, token = saved_words(job, saved, screen.app.size.width)
    what = t("rounds.round_of", bed=job.bed, name=job.name)
    screen.saved(what, take_back(screen, person, saved), said, urgent=token == "urgent")
    screen.say(said, token)
    _settled(screen)


def is_lost(screen: "Rounds", job: Job, error: "YiyangError | None") -> None:
    """It could not be saved: its form comes back, the list says so."""
    person = job.person_id
    screen.marks[person] = "failed"
    if job.values is not None and screen.drafts.lost(person, dict(job.values)) and person == screen.person:
        screen.form.put(job.values)
        screen.tell()
    # One dialog at a time: for the others the list says enough.
    if error is not None and screen.app.screen is screen:
        screen.say(sentence(error), "urgent")
    _settled(screen)


def _settled(screen: "Rounds") -> None:
    screen.count()
    if not screen.saving.busy and not screen.taking_back.waited():
        screen.load()


def show_board(screen: "Rounds", told: set[UUID], read: Read) -> None:
    """What the record says now. ``told``: people whose rounds were durable before it was asked."""
    screen.board, screen.lines = read.board, lines_of(read.board, read.free)
    screen.marks = {person: mark for person, mark in screen.marks.items() if mark != "saved" or person not in told}
    held = screen.drafts.of(screen.person)
    screen.drafts.regard(read.groups)
    if read.drafts is not None and not screen.drafts.read:
        found, mine = read.drafts
        screen.drafts.begin(found)
        screen.wanted = screen.wanted or where_to_begin(screen, mine)
    if screen.drafts.of(screen.person) != held:
        # Somebody else's registration is this person too, and has something half typed.
        screen.form.put(screen.drafts.of(screen.person))
    screen.beds.show_rows(screen.lines)
    screen.count()
    go_to_wanted(screen)
    screen.turn()


def where_to_begin(screen: "Rounds", mine: list[UUID]) -> UUID | None:
    """The person whose form somebody left half typed, else whoever presses most."""
    here = {line.person_id for line in screen.lines}
    begun = next((person for person in map(screen.drafts.shown, mine) if person in here), None)
    index = most_urgent(screen.lines, screen.marks)
    return begun if begun is not None or index is None else screen.lines[index].person_id


def go_to_wanted(screen: "Rounds") -> None:
    """Put the cursor on whom another screen, or an undo, asked for."""
    if screen.wanted is None:
        return
    index = next((at for at, line in enumerate(screen.lines) if line.person_id == screen.wanted), None)
    screen.wanted = None
    if index is None:
        screen.say(t("rounds.not_here"))
    else:
        screen.beds.goto(index)
