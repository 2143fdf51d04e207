"""The pages of an encrypted file as they lie on the disk, each believed by itself or not at all.

SQLCipher gives up a connection for good at the first page that does not prove itself, and SQLite cannot begin without
the first one. A rescue must: so it reads the pages itself, and never writes. The format is that of SQLCipher 4
(https://www.zetetic.net/sqlcipher/design/): 4,096 bytes, of which the last 80 are the initialisation vector (16) and
an HMAC-SHA512 (64) over the encrypted content, the vector and the page's number. Of the first page the first 16 bytes
are the salt of the HMAC's key. The log beside it (https://www.sqlite.org/fileformat2.html#walformat) holds newer pages,
sealed in the same way.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from db.cipher import SALT_BYTES, salt_of
from db.errors import WrongPassphrase
from db.log import PAGE, frames_of

RESERVED: Final = 80
USABLE: Final = PAGE - RESERVED
_HMAC: Final = 64
_HEADER: Final = b"SQLite format 3\x00"
_PROBES: Final = 64
"""Pages looked at before a key is said not to be that of the file."""


@dataclass(slots=True)
class Pages:
    """Every page of one file with its log. ``count``: pages; ``broken``: those that were asked for and read as nothing.

    ``stale``: pages of which a newer one in the log is broken; what is read is right, and older than it should be.
    """

    count: int
    broken: set[int]
    stale: set[int]
    _file: BinaryIO
    _key: bytes
    _proof: bytes
    _log: bytes = b""
    _newest: dict[int, int] = field(default_factory=dict)

    def read(self, number: int) -> bytes | None:
        """The content of a page (4,016 bytes), counted from 1; ``None`` if it is not what was written."""
        at = self._newest.get(number)
        sealed = self._log[at : at + PAGE] if at is not None else self._at(number)
        plain = _open(sealed, number, self._key, self._proof)
        if plain is None and at is not None and (plain := _open(self._at(number), number, self._key, self._proof)):
            self.stale.add(number)
        if plain is None:
            self.broken.add(number)
        return plain

    def _at(self, number: int) -> bytes:
        self._file.seek((number - 1) * PAGE)
        return self._file.read(PAGE)


def open_pages(file: BinaryIO, log: Path, key: bytes) -> Pages:
    """The pages of an encrypted file and of the log beside it.

    Raises ``WrongPassphrase`` if no page proves itself with this key: another pair's record, or nothing of one.
    """
    size = file.seek(0, os.SEEK_END)
    try:
        data = log.read_bytes()
    except OSError:
        data = b""
    count = -(-size // PAGE)
    for salt in (_read(file, 0, SALT_BYTES), salt_of(key)):
        pages = Pages(count, set(), set(), file, key, _proof_key(key, salt), data)
        _apply_log(pages)
        if any(pages.read(number) is not None for number in _spread(pages.count)):
            pages.broken.clear()
            pages.stale.clear()
            return pages
    raise WrongPassphrase


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _spread(count: int) -> Iterator[int]:
    step = max(1, count // _PROBES)
    yield from range(1, count + 1, step)


def _proof_key(key: bytes, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", key, bytes(octet ^ 0x3A for octet in salt), 2, 32)


def _open(sealed: bytes, number: int, key: bytes, proof: bytes) -> bytes | None:
    if len(sealed) < PAGE:
        return None
    start = SALT_BYTES if number == 1 else 0
    found = hmac.digest(proof, sealed[start : PAGE - _HMAC] + number.to_bytes(4, "little"), "sha512")
    if not hmac.compare_digest(found, sealed[PAGE - _HMAC :]):
        return None
    vector = sealed[USABLE : USABLE + 16]
    # Confidentiality is not at stake here: the file is read back as SQLCipher wrote it.
    opened = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    plain = opened.update(sealed[start:USABLE]) + opened.finalize()
    return _HEADER + plain if number == 1 else plain


def _apply_log(pages: Pages) -> None:
    """Let the pages of the log stand before those of the file, commit by commit; what never ended is left out."""
    frames = list(frames_of(pages._log))
    if not frames:
        return
    salts = pages._log[16:24]
    if all(frame.salts != salts for frame in frames):
        salts = frames[0].salts  # the header of the log is what is damaged
    under_way: dict[int, int] = {}
    broken: set[int] = set()
    for frame in frames:
        if frame.salts != salts:
            continue
        sealed = pages._log[frame.at : frame.at + PAGE]
        if _open(sealed, frame.page, pages._key, pages._proof) is None:
            broken.add(frame.page)
        else:
            under_way[frame.page] = frame.at
            broken.discard(frame.page)
        if frame.commits:
            pages._newest |= under_way
            pages.stale |= broken
            pages.count = max(pages.count, *under_way, 0) if under_way else pages.count
            under_way = {}
