"""Errors of the downtime pack that a person may meet."""

from typing import ClassVar

from db.errors import YiyangError


class NoPack(YiyangError):
    """The file is no downtime pack, is too large to be one, or is not whole. Facts: path."""

    code: ClassVar[str] = "no_pack"
    exit_code: ClassVar[int] = 5


class WrongCard(YiyangError):
    """The passphrase has no slip in it and does not open this pack. Facts: card, the number that does."""

    code: ClassVar[str] = "wrong_card"
    exit_code: ClassVar[int] = 3


class PackNowhere(YiyangError):
    """A pack could be written to none of its places. Facts: path, the first of them."""

    code: ClassVar[str] = "pack_nowhere"
    exit_code: ClassVar[int] = 10


class NoFolder(YiyangError):
    """There is no such folder to put packs into: a stick that is not plugged in, say. Facts: path."""

    code: ClassVar[str] = "pack_no_folder"
    exit_code: ClassVar[int] = 10
