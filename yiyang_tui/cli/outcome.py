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


def told(act: Callable[[], Any], *, json: bool = False) -> int:
    """Do ``act`` and tell on the error channel why it did not end well. Returns the exit code.

    ``json``: a job is told an error that is foreseen as a JSON document instead.
    """
    try:
        done = act()
    except YiyangError as error:
        return _told(error, json=json)
    except TyperException as error:
        return _say(usage_sentence(error), error.exit_code)
    except (KeyboardInterrupt, Abort):
        _forget_interrupt()
        return _say(t("cli.said.interrupted"), INTERRUPTED)
    except OSError as error:
        known = plain(error)
        return _unforeseen(error) if known is None else _told(known, json=json)
    # The last stop of the program: what reaches it is a defect, and a person must not see it as one.
    except Exception as error:
        return _unforeseen(error)
    if done == INTERRUPTED:
        return _say(t("cli.said.interrupted"), INTERRUPTED)
    return done if isinstance(done, int) else 0


def _forget_interrupt() -> None:
    """Let the exit code be ours: CPython kills itself at its end when the interrupt came while ``exec`` ran text.

    Libraries make their classes that way, so it depends on the moment. Running any text takes the mark away.
    """
    exec("")


def plain(error: OSError) -> YiyangError | None:
    """What the system refused, as an error that a person can act on; ``None`` for what nobody foresaw."""
    if error.errno in _FULL:
        return DiskFull()
    if error.errno in _NOT_OURS:
        return NotAllowed(path=str(error.filename or ""))
    return None


def failed(error: YiyangError) -> dict[str, Any]:
    """What a job is told of an error."""
    return {"outcome": error.code, "exit": error.exit_code, "facts": dict(error.facts), "sentence": sentence(error)}


def _told(error: YiyangError, *, json: bool) -> int:
    if not json:
        return _say(sentence(error), error.exit_code)
    from yiyang_tui.cli.show import as_json

    as_json(failed(error))
    return error.exit_code


def _unforeseen(error: Exception) -> int:
    return _say(t("fault.exit", log=note_fault(error)), UNFORESEEN)


def _say(text: str, code: int) -> int:
    sys.stderr.write(text.rstrip("\n") + "\n")
    return code
