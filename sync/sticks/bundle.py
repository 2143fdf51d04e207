"""A bundle: what one side has for all others of its pair, as one file that travels on a USB stick.

Outside an ``age`` file, sealed to the county and to every device of the pair that is not revoked; the stock ``age``
program opens it. Inside a plain ``tar`` (POSIX ustar, regular files only):

- ``about.json``: format, pair, who made it, when, how many of each follow;
- ``batches/<name>.yyb``: batches as they were signed, each after those it stands on;
- ``sealed/<name>.age``: parcels, where the maker's vault was closed;
- ``statements/<number>.jws``: what the county signed (receipts of any device, the list of devices).

Nothing of the envelope is believed: batches and statements are signed each by itself.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sync import batch
from sync.errors import BundleDamaged, BundleForeign, BundleTooNew, ParcelDamaged, ParcelNotForUs
from sync.parcel import MAX_PARCEL, open_parcel, seal_parcel
from sync.protocol import MAX_PASSED_ON, MAX_STATEMENT

FORMAT = "yiyang-bundle-1"
COUNTY = "county"
MAX_BUNDLE = 256 << 20  # bytes
MAX_LOAD = 192 << 20
"""Bytes of batches and parcels that one bundle holds: what does not fit goes into the next."""
MAX_FILES = 100_000
_KIND = "yiyang-bundle-"
_MAX_ABOUT = 4096
_MAX_AGE_HEAD = 128 << 10
"""Bytes before the sealed part: some hundred recipients. Each costs the reader an elliptic curve multiplication."""
_AGE = b"age-encryption.org/v1\n"
_BLOCK = 512
_MEMBER = re.compile(
    r"about\.json|(batches)/([0-9a-f]{64})\.yyb|(sealed)/([0-9a-f]{64})\.age|(statements)/[0-9]{4}\.jws"
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is inside. ``maker``: a device, ``None`` the county; ``at``: its time, seconds UTC.

    ``batches``: names and signed bytes in causal order; ``sealed``: names and parcels; ``statements``: compact JWS.
    """

    pair: UUID
    maker: UUID | None
    at: int
    batches: tuple[tuple[bytes, bytes], ...] = ()
    sealed: tuple[tuple[bytes, bytes], ...] = ()
    statements: tuple[str, ...] = ()


def pack(bundle: Bundle, recipients: list[str]) -> bytes:
    """The file of a bundle. ``ValueError`` if it is more than one takes."""
    if len(bundle.statements) > MAX_PASSED_ON or len(bundle.batches) + len(bundle.sealed) > MAX_FILES - MAX_PASSED_ON:
        raise ValueError("too many parts for one bundle")
    about = {
        "format": FORMAT,
        "pair": bundle.pair.hex,
        "from": COUNTY if bundle.maker is None else bundle.maker.hex,
        "at": bundle.at,
        "batches": len(bundle.batches),
        "sealed": len(bundle.sealed),
        "statements": len(bundle.statements),
    }
    inside = io.BytesIO()
    with tarfile.open(fileobj=inside, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, "about.json", json.dumps(about, indent=1).encode("ascii"), bundle.at)
        for number, statement in enumerate(bundle.statements):
            _add(tar, f"statements/{number:04}.jws", statement.encode("ascii"), bundle.at)
        for name, data in bundle.batches:
            _add(tar, f"batches/{name.hex()}.yyb", data, bundle.at)
        for name, data in bundle.sealed:
            _add(tar, f"sealed/{name.hex()}.age", data, bundle.at)
    sealed = seal_parcel(inside.getvalue(), recipients)
    if len(sealed) > MAX_BUNDLE:
        raise ValueError("too much for one bundle")
    return sealed


def _add(tar: tarfile.TarFile, name: str, data: bytes, at: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(data), max(0, min(at, 0o77777777777)), 0o600
    tar.addfile(member, io.BytesIO(data))


def is_age(data: bytes) -> bool:
    """Whether this begins as a file of ``age`` does, with no more recipients than a pair can have."""
    return data.startswith(_AGE) and b"\n--- " in data[:_MAX_AGE_HEAD]


def unpack(data: bytes, identity: str) -> Bundle:
    """What is inside the file ``data``, opened with the key ``identity`` (``AGE-SECRET-KEY-1…``).

    Raises ``BundleForeign`` if it is sealed to others, ``BundleTooNew``, ``BundleDamaged`` for all else. The batches
    are those their names say; who signed them is for the reader to check.
    """
    if len(data) > MAX_BUNDLE or not is_age(data):
        raise BundleDamaged()
    try:
        inside = open_parcel(data, identity, limit=MAX_BUNDLE)
    except ParcelNotForUs as error:
        raise BundleForeign() from error
    except ParcelDamaged as error:
        raise BundleDamaged() from error
    return _sorted(inside)


def _sorted(inside: bytes) -> Bundle:
    about: dict[str, Any] | None = None
    parts: dict[str, list[Any]] = {"batches": [], "sealed": [], "statements": []}
    for name, data in _members(inside):
        found = _MEMBER.fullmatch(name)
        if found is None or (about is None) != (name == "about.json"):
            raise BundleDamaged()
        if about is None:
            about = _about(data)
        elif found[1]:
            if batch.name(data).hex() != found[2]:
                raise BundleDamaged()
            parts["batches"].append((bytes.fromhex(found[2]), data))
        elif found[3]:
            parts["sealed"].append((bytes.fromhex(found[4]), data))
        else:
            parts["statements"].append(_statement(data))
    if about is None or any(about[kind] != len(some) for kind, some in parts.items()):
        raise BundleDamaged()
    whole = {kind: tuple(some) for kind, some in parts.items()}
    return Bundle(about["pair"], about["from"], about["at"], **whole)


def _about(data: bytes) -> dict[str, Any]:
    if len(data) > _MAX_ABOUT:
        raise BundleDamaged()
    try:
        said = json.loads(data)
        form = said["format"]
        if form != FORMAT:
            raise BundleTooNew() if isinstance(form, str) and form.startswith(_KIND) else BundleDamaged()
        return {
            "pair": UUID(hex=said["pair"]),
            "from": None if said["from"] == COUNTY else UUID(hex=said["from"]),
            "at": int(said["at"]),
            **{kind: int(said[kind]) for kind in ("batches", "sealed", "statements")},
        }
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BundleDamaged() from error


def _statement(data: bytes) -> str:
    if len(data) > MAX_STATEMENT:
        raise BundleDamaged()
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise BundleDamaged() from error


def _members(inside: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a tar, block by block: nothing but regular files, none twice, none larger than what is there.

    The library's own walk follows extended headers and sparse maps, which a hostile archive makes endless.
    """
    seen: set[str] = set()
    at = 0
    while (block := inside[at : at + _BLOCK]) != bytes(_BLOCK):
        try:
            member = tarfile.TarInfo.frombuf(block, "ascii", "surrogateescape")
        except (tarfile.HeaderError, ValueError) as error:
            raise BundleDamaged() from error
        at += _BLOCK
        if member.type != tarfile.REGTYPE or member.name in seen or len(seen) == MAX_FILES:
            raise BundleDamaged()
        if not 0 <= member.size <= min(MAX_PARCEL, len(inside) - at):
            raise BundleDamaged()
        seen.add(member.name)
        yield member.name, inside[at : at + member.size]
        at += -(-member.size // _BLOCK) * _BLOCK
    if inside[at:].strip(b"\0"):
        raise BundleDamaged()
