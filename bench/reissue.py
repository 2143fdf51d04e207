"""A batch packed once and issued again, by another laptop or after other parents: packing is the slow part."""

from typing import Any

import msgpack

from sync import batch, jws


def reissued(data: bytes, key: bytes, **header: Any) -> bytes:
    """The batch with these fields of its header changed, signed with ``key``. Row ids follow its epoch."""
    told = batch.peek_header(data)
    said = {name: header.get(name, getattr(told, name)) for name in batch.Header.__dataclass_fields__}
    start = len(batch.MAGIC) + 4
    old = int.from_bytes(data[start - 4 : start], "big")
    size = int.from_bytes(data[start + old : start + old + 4], "big")
    body = data[start + old : start + old + 4 + size]
    fields = [
        said["pair"].bytes,
        said["device"].bytes,
        *(said[name] for name in ("epoch", "first", "last", "lamport_first", "lamport_last", "schema", "codec")),
        dict(sorted(said["counts"].items())),
        list(said["parents"]),
    ]
    head = msgpack.packb(fields)
    signed = b"".join((batch.MAGIC, len(head).to_bytes(4, "big"), head, body))
    return signed + jws.sign_detached(signed, key, said["device"].hex).encode()
