"""Whom a command is about, and who confirms it beside whoever opened the record."""

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from care.rights import Second
    from db.store import Store
    from yiyang_tui.cli.ask import Secrets


def person_of(store: "Store", whom: str) -> UUID:
    """The only person that a search finds: by name, bed or the end of the ID number. Raises ``Refused``."""
    from care.people import count, page
    from db.errors import Refused

    if count(store, whom, most=2) != 1:
        raise Refused("person_not_one")
    return page(store, whom, 0, 1)[0].id


def second_of(store: "Store", secrets: "Secrets", number: str | None, file: str | None) -> "Second":
    """The second person of an act of two, and the PIN they type unseen or have in a file. Raises ``Refused``."""
    from care.rights import Second
    from care.staff import by_number
    from db.errors import Refused
    from yiyang_tui.cli.ask import line
    from yiyang_tui.words import t

    typed = number or line(t("cli.round.ask_second"), option="--second")
    found = by_number(store, typed)
    if found is None:
        raise Refused("staff_unknown")
    return Second(found.id, secrets.get(t("switch.pin_of", name=found.name), file, option="--second-pin-file"))
