"""What somebody says of why: of a dose that was late or not given, of an order that is held or stopped."""

from care.medicines.due import rule
from db.errors import Refused


def cause_of(typed: str) -> str:
    """A cause as it is kept. Raises ``Refused``: cause_missing, text_too_long (most)."""
    cause = maybe_cause(typed)
    if not cause:
        raise Refused("cause_missing")
    return cause


def maybe_cause(typed: str) -> str:
    """The same where it may be left out. Raises ``Refused``: text_too_long (most)."""
    cause = typed.strip()
    if len(cause) > rule("longest_cause"):
        raise Refused("text_too_long", most=rule("longest_cause"))
    return cause
