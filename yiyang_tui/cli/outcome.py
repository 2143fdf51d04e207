"""How a command ended: its exit code, and where it failed one sentence. Never a traceback, never a value."""

import errno
import sys
from collections.abc import Callable
from typing import Any, Final

from typer.exceptions import Abort, TyperException

from db.errors import DiskFull, YiyangError
from yiyang_tui.cli.errors import NotAllowed
from yiyang_tui.cli.usage import usage_sentence
from yiyang_tui.faults import note_fault
from yiyang_tui.words import sentence, t

INTERRUPTED: Final = 130
UNFORESEEN: Final = 70
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_OURS: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


def told(act: Callable[[], Any]) -> int:
    """Do ``act`` and tell on the error channel why it did not end well. Returns the exit code."""
    try:
        done = act()
    except YiyangError as error:
        return _say(sentence(error), error.exit_code)
    except TyperException as error:
        return _say(usage_sentence(error), error.exit_code)
    except (KeyboardInterrupt, Abort):
        return _say(t("cli.said.interrupted"), INTERRUPTED)
    except OSError as error:
        known = plain(error)
        return _unforeseen(error) if known is None else _say(sentence(known), known.exit_code)
    # The last stop of the program: what reaches it is a defect, and a person must not see it as one.
    except Exception as error:
        return _unforeseen(error)
    if done == INTERRUPTED:
        return _say(t("cli.said.interrupted"), INTERRUPTED)
    return done if isinstance(done, int) else 0


def plain(error: OSError) -> YiyangError | None:
    """What the system refused, as an error that a person can act on; ``None`` for what nobody foresaw."""
    if error.errno in _FULL:
        return DiskFull()
    if error.errno in _NOT_OURS:
        return NotAllowed(path=str(error.filename or ""))
    return None


def _unforeseen(error: Exception) -> int:
    return _say(t("fault.exit", log=note_fault(error)), UNFORESEEN)


def _say(text: str, code: int) -> int:
    sys.stderr.write(text.rstrip("\n") + "\n")
    return code
