"""An application that never shows a traceback: people's data would stand in it."""

import sys
from pathlib import Path

from textual.app import App
from textual.worker import WorkerFailed

from yiyang_tui.faults import note_fault
from yiyang_tui.words import t


class CalmApp(App[None]):
    """What nobody foresaw is noted without values, and told in one sentence.

    An error in a thread leaves the screens whole: a dialog says what is safe, and the day goes on. An error in the
    screens themselves ends the program with exit code 1.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fault_log: Path | None = None

    def _handle_exception(self, error: Exception) -> None:
        self.fault_log = note_fault(error)
        if self._exception is None:
            # Tests driven by a pilot raise it at their end.
            self._exception = error
            self._exception_event.set()
        if isinstance(error, WorkerFailed) and self.is_running:
            from yiyang_tui.screens.dialogs import Say

            self.push_screen(Say(t("fault.dialog", log=self.fault_log), t("fault.title")))
            return
        self._return_code = 1
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()
        if self._return_code == 1 and self.fault_log is not None:
            print(t("fault.exit", log=self.fault_log), file=sys.__stderr__)
