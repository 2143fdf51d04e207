"""The laptop passes from one to another: the lock over what is open, and what happens when somebody else unlocks it."""

from contextlib import suppress
from typing import TYPE_CHECKING

from textual.worker import WorkerError

from yiyang_tui.screens.base import Sheet
from yiyang_tui.screens.person_switch import ADMIT, PersonSwitch

if TYPE_CHECKING:
    from care.staff import StaffView
    from yiyang_tui.app import YiyangApp


async def lock(app: "YiyangApp") -> None:
    """Nobody is here: cover whatever is open. A dialog that asks for a PIN is closed, a lock stays as it is."""
    if app.session is None:
        return
    switch = next((screen for screen in app.screen_stack if isinstance(screen, PersonSwitch)), None)
    if switch is None:
        await app.push_screen(PersonSwitch(app.session, locked=True))
        return
    if not switch.locked:
        switch.cover(idle=True)
        while app.screen is not switch:
            await app.screen.dismiss(None)


async def hand_over(app: "YiyangApp", staff: "StaffView", said: str) -> None:
    """Somebody else is here: what the first one had open is closed, and half-typed forms are kept as theirs.

    What is under way is saved first, in the name of whoever did it.
    """
    assert app.session is not None
    screens = [screen for screen in {*app.screen_stack[1:], *app.installed_places()} if screen.is_mounted]
    for screen in screens:
        for draft in screen.half_typed if isinstance(screen, Sheet) else ():
            await draft.settled()
    for work in [work for work in app.workers if work.node in screens and work.group != ADMIT]:
        # A newer question cancels an older one; a defect was told already.
        with suppress(WorkerError):
            await work.wait()
    app.session.become(staff)
    while len(app.screen_stack) > 1:
        await app.pop_screen()
    for id in [id for id in app.places if app.is_screen_installed(id)]:
        place = app.get_screen(id)
        app.uninstall_screen(id)
        if place.is_mounted:
            await place.remove()
    await app.go(app.start)
    app.call_after_refresh(app.person_changed, said)
