"""Files with people in them that leave the record: never over another file, for the owner's eyes, sealed on demand.

What is sealed is an ``age`` file with a passphrase (scrypt): any ``age`` opens it, on any system.
"""

import errno
import os
from pathlib import Path
from typing import ClassVar, Final

from db.errors import YiyangError

SEALED: Final = ".age"
LEAST: Final = 10
"""Characters of a passphrase for a file: it is tried by whoever finds the stick, as often as they like."""
_LONGEST = 256 << 20
# What the library says where the key is not the right one; where the file is damaged it says other things.
_NO_KEY = "Decryption failed"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FileThere(YiyangError):
    """A file of that name is there already and was left alone. Facts: path."""

    code: ClassVar[str] = "file_there"
    exit_code: ClassVar[int] = 4


class FileNotSealed(YiyangError):
    """The file is none that was sealed with a passphrase, or it is damaged or too long. Facts: path."""

    code: ClassVar[str] = "file_not_sealed"
    exit_code: ClassVar[int] = 5


class FilePassphraseWrong(YiyangError):
    """The passphrase is not that of the file. Facts: path."""

    code: ClassVar[str] = "file_passphrase_wrong"
    exit_code: ClassVar[int] = 3


def free(path: Path) -> Path:
    """The whole path of a file to be made. Raises ``FileThere``, ``NotAllowed``."""
    from yiyang_tui.cli.errors import NotAllowed

    whole = path.expanduser().absolute()
    if os.path.lexists(whole):
        raise FileThere(path=str(whole))
    if not whole.parent.is_dir():
        raise NotAllowed(path=str(whole.parent))
    return whole


def put(path: Path, body: bytes) -> Path:
    """Write the file, whole or not at all, readable by its owner only. Raises as ``free``, ``DiskFull``."""
    from db.errors import DiskFull
    from db.keys import write_whole
    from yiyang_tui.cli.errors import NotAllowed

    whole = free(path)
    try:
        write_whole(whole, body)
    except OSError as error:
        raise DiskFull() if error.errno in _FULL else NotAllowed(path=str(whole)) from error
    return whole


def good_enough(passphrase: str) -> None:
    """Raise ``PassphraseTooShort`` for one that is guessed too soon."""
    from db.errors import PassphraseTooShort

    if len(passphrase.strip()) < LEAST:
        raise PassphraseTooShort(least=LEAST)


def seal(body: bytes, passphrase: str) -> bytes:
    """Only whoever knows the passphrase reads it. Raises ``PassphraseTooShort``."""
    import pyrage

    good_enough(passphrase)
    sealed: bytes = pyrage.passphrase.encrypt(body, passphrase)
    return sealed


def read(path: Path) -> bytes:
    """The bytes of a sealed file. Raises ``FileNotSealed``, ``NotAllowed``."""
    from yiyang_tui.cli.errors import NotAllowed

    try:
        with path.expanduser().open("rb") as file:
            sealed = file.read(_LONGEST + 1)
    except OSError as error:
        raise NotAllowed(path=str(path)) from error
    if len(sealed) > _LONGEST or not sealed.startswith(b"age-encryption.org/v1\n-> scrypt "):
        raise FileNotSealed(path=str(path))
    return sealed


def unseal(path: Path, sealed: bytes, passphrase: str) -> bytes:
    """What was sealed. Raises ``FilePassphraseWrong``, ``FileNotSealed``."""
    import pyrage

    try:
        body: bytes = pyrage.passphrase.decrypt(sealed, passphrase)
    except pyrage.DecryptError as error:
        wrong = str(error) == _NO_KEY
        raise (FilePassphraseWrong if wrong else FileNotSealed)(path=str(path)) from error
    return body


def on_a_stick(path: Path) -> bool:
    """Whether a file lies on something that is plugged in and carried about."""
    from yiyang_tui.drives import sticks

    return any(path.is_relative_to(stick) for stick in sticks())
