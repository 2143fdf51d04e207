"""MessagePack for values of the record: plain values and row ids, nothing else."""

from typing import Any
from uuid import UUID

import msgpack

_ROW_ID = 1


def _default(value: object) -> msgpack.ExtType:
    if isinstance(value, UUID):
        return msgpack.ExtType(_ROW_ID, value.bytes)
    raise TypeError(f"not a value of the record: {type(value).__name__}")


def _ext(code: int, data: bytes) -> UUID:
    if code == _ROW_ID and len(data) == 16:
        return UUID(bytes=data)
    raise ValueError(f"unknown extension type {code}")


def pack(value: object) -> bytes:
    """Bytes of a plain value, a list or dict of such, or row ids."""
    out = msgpack.packb(value, default=_default)
    assert isinstance(out, bytes)
    return out


def unpack(data: bytes, *, limit: int = 1 << 26) -> Any:
    """The value packed in ``data``; ``ValueError`` on anything else or on more than ``limit`` bytes."""
    if len(data) > limit:
        raise ValueError("too long")
    try:
        return msgpack.unpackb(data, ext_hook=_ext, strict_map_key=False)
    except (msgpack.UnpackException, ValueError, TypeError) as error:
        raise ValueError("not MessagePack of the record") from error
