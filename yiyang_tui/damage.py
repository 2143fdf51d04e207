"""What is told at the start of damage that nobody has met yet. The day goes on: see docs/decisions/0017-rescue.md."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.worker import WorkerError

from yiyang_tui.words import t

if TYPE_CHECKING:
    from yiyang_tui.app import YiyangApp
    from yiyang_tui.screens.dialogs import Say
    from yiyang_tui.session import Session


async def tell_damage(app: "YiyangApp", session: "Session") -> None:
    """Once the first place is painted: look at every page of the file beside the work, and say what is found."""
    from db.damage import broken_pages
    from db.errors import YiyangError
    from yiyang_tui.screens.dialogs import Say

    if session.torn:
        app.push_screen(Say(t("damage.torn"), t("damage.torn_title")))
    with suppress(WorkerError):
        await app.workers.wait_for_complete([work for work in app.workers if work.node is app.screen])
    # Busy, or closed meanwhile: the next start looks again.
    with suppress(YiyangError):
        session.damaged = await asyncio.to_thread(broken_pages, session.store)
    app.file_looked_at()
    if session.damaged:
        app.push_screen(said(session))


def said(session: "Session") -> "Say":
    """What was found, what is safe, what to do."""
    from yiyang_tui.screens.dialogs import Say

    return Say(t("damage.found", n=session.damaged, path=session.store.path), t("damage.title"))
