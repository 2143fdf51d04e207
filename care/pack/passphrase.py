"""The passphrase on paper that opens the pair's downtime packs: made by the program, the same on all its laptops.

It is 28 digits in groups of four: digits can be typed under any input method, on a block of number keys, and read out
over a telephone. 26 of them are drawn at random (86 bits: whoever finds a pack cannot guess it), the last two check the
others (ISO/IEC 7064, MOD 97-10: any wrong digit and any two exchanged ones show), so that a slip of the fingers is told
apart from another card. The number of the card says which card opens which pack; it is drawn by itself and tells
nothing of the digits.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import ClassVar, Final

from db.errors import YiyangError

DIGITS: Final = 28
_GROUP: Final = 4
_MODULUS: Final = 97
_LONGEST_TYPED: Final = 200
# No letter that can be taken for a digit, or for another letter in handwriting.
_LETTERS: Final = "ACEFHJKMNPRTWXY"


class PassphraseMiscounted(YiyangError):
    """What was typed is no passphrase of a pack: it has too few or too many digits. Facts: found, wanted."""

    code: ClassVar[str] = "pack_miscounted"
    exit_code: ClassVar[int] = 2


class PassphraseMistyped(YiyangError):
    """A digit of what was typed is wrong, or two are exchanged: the check digits say so."""

    code: ClassVar[str] = "pack_mistyped"
    exit_code: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A passphrase as it stands on its card. ``number`` is no secret, ``digits`` are. ``made_at``: seconds UTC."""

    number: str
    digits: str = field(repr=False)
    made_at: int

    @property
    def shown(self) -> str:
        """The digits in groups, as they are printed and read out."""
        return grouped(self.digits)


def new_digits() -> str:
    """Digits of a new passphrase."""
    drawn = "".join(secrets.choice("0123456789") for _ in range(DIGITS - 2))
    return f"{drawn}{_MODULUS + 1 - int(drawn + '00') % _MODULUS:02}"


def new_number() -> str:
    """The number of a new card: a letter and two digits."""
    return f"{secrets.choice(_LETTERS)}{secrets.randbelow(90) + 10}"


def grouped(digits: str) -> str:
    """Digits in groups of four."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def read(typed: str) -> str:
    """The digits of a passphrase as typed: whatever is no digit says nothing, full-width digits are digits.

    Raises ``PassphraseMiscounted``, ``PassphraseMistyped``.
    """
    plain = unicodedata.normalize("NFKC", typed[:_LONGEST_TYPED])
    digits = "".join(each for each in plain if each.isascii() and each.isdigit())
    if len(digits) != DIGITS:
        raise PassphraseMiscounted(found=len(digits), wanted=DIGITS)
    if int(digits) % _MODULUS != 1:
        raise PassphraseMistyped
    return digits
