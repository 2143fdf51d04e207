"""Half-typed rounds that were saved after all: the power went between the round and the dropping of its draft."""

import json
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import col

from care.groups import groups
from db.local import DRAFT
from db.store import Store
from db.tables import Round

DRAFTS: Final = "round:"
"""The form of a person's round is kept under this and the person's id."""

CORRECTS: Final = "corrects"
"""In the draft of a correction: the id of the round that it corrects, as hex digits, and when that look was."""

SLACK_S: Final = 1
"""The last write of a draft and the round made of it are timed apart."""


def overtaken(store: Store, now: int, by: UUID) -> set[UUID]:
    """The registrations whose draft, typed by ``by``, was saved as a round of that person.

    Space says nothing about a form, so an unremarkable round overtakes none; nor does one from a clock that ran ahead.
    """
    asked = select(DRAFT.c.key, DRAFT.c.at, DRAFT.c.body).where(DRAFT.c.staff_id == by)
    with store.reading() as conn:
        registered = groups(conn)
        found = conn.execute(asked.where(DRAFT.c.key.startswith(DRAFTS, autoescape=True))).all()
        return {
            one
            for key, at, body in found
            for one in [UUID(key.removeprefix(DRAFTS))]
            if _saved(conn, registered.all(one), by, at, now, json.loads(body).get(CORRECTS))
        }


def _saved(conn: Connection, person: tuple[UUID, ...], by: UUID, at: int, now: int, corrects: str | None) -> bool:
    mine = select(col(Round.id)).where(col(Round.staff_id) == by)
    if corrects:
        # A correction has the time of the look that it corrects.
        saved = mine.where(col(Round.supersedes) == UUID(corrects.partition(" ")[0]))
    else:
        saved = mine.where(
            col(Round.person_id).in_(person),
            col(Round.at).between(at - SLACK_S, now),
            ~col(Round.unremarkable),
            col(Round.supersedes).is_(None),
        )
    return conn.execute(saved.limit(1)).first() is not None
