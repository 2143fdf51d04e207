"""The pack of each hour, made beside the work while the application is open."""

from pathlib import Path
from typing import TYPE_CHECKING

from yiyang_tui.chores import ChoreDone
from yiyang_tui.settings import read_settings, settings_path

if TYPE_CHECKING:
    from yiyang_tui.pack.make import Made
    from yiyang_tui.session import Session


def hourly(session: "Session") -> ChoreDone:
    """Make one and say where it lies. A stick that is not plugged in is told, and is no failure."""
    from yiyang_tui.pack.make import make_pack

    return ChoreDone(facts_of(make_pack(session.store, None, chosen())))


def facts_of(made: "Made") -> dict[str, str | int]:
    """What is remembered of a pack, and shown beside the other chores."""
    missed = len(made.missed)
    return {"card": made.card, "people": made.people, "places": len(made.written) - missed, "missed": missed}


def chosen() -> tuple[Path, ...]:
    """The folders on sticks and shares that somebody chose for the packs of this laptop."""
    return tuple(Path(one) for one in read_settings(settings_path()).pack_to)
