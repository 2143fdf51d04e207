"""The codec ``cols1+zstd``: a run of journal entries laid out by column, then compressed.

Entries of one kind (same table, operation, fields) form a table of columns (``lay``, ``lift``); what a column
holds is told by ``cells``. Entry numbers are not written (they run from ``first`` without gaps), nor is what
follows from the entry before: the Lamport counter and the counter of a new row's id are nearly always one more.

A body is one or more zstd frames (level 19, content size, no checksum); together they hold ``u32 length, u32 length,
tokens, small streams, large streams`` (``sync.codec.tokens``).
"""

from collections.abc import Sequence

import zstandard

from db.journal import Entry
from sync.codec.lay import lay
from sync.codec.lift import lift
from sync.codec.tokens import Malformed, Reader
from sync.errors import BatchCut, BatchForged

CODEC = "cols1+zstd"
LEVEL = 19
MAX_PLAIN = 64 << 20  # bytes after decompression


def encode(entries: Sequence[Entry], epoch: bytes) -> bytes:
    """The compressed columns of ``entries`` of one ``epoch`` (12 bytes). The same entries give the same bytes.

    ``ValueError`` for what the record cannot hold: integers beyond 64 bits, texts with lone surrogates,
    gaps in the numbers, or more than a batch may hold (100,000 entries, 4 million cells).
    """
    parts = lay(entries, epoch)
    if sum(map(len, parts)) > MAX_PLAIN:
        raise ValueError("too much for one batch")
    return _compress(parts)


def decode(data: bytes, epoch: bytes, first: int) -> list[Entry]:
    """The entries given to ``encode``, numbered from ``first``; ``BatchCut`` or ``BatchForged`` for anything else."""
    try:
        return lift(Reader(_decompress(data)), epoch, first)
    except Malformed as error:
        raise BatchForged() from error


def _compress(parts: list[bytes]) -> bytes:
    """A frame for each part, or for neighbours that are smaller together."""
    zstd = zstandard.ZstdCompressor(level=LEVEL, write_checksum=False, write_content_size=True)
    done: list[bytes] = []
    open_, frame = parts[0], zstd.compress(parts[0])
    for part in parts[1:]:
        joined, alone = zstd.compress(open_ + part), zstd.compress(part)
        if len(joined) <= len(frame) + len(alone):
            open_, frame = open_ + part, joined
        else:
            done.append(frame)
            open_, frame = part, alone
    return b"".join((*done, frame))


def _decompress(data: bytes) -> bytes:
    # Read through a stream with a bound: a frame may say it is small and go on for ever.
    try:
        with zstandard.ZstdDecompressor(max_window_size=MAX_PLAIN).stream_reader(
            data, read_across_frames=True
        ) as frames:
            plain = frames.read(MAX_PLAIN + 1)
    except zstandard.ZstdError as error:
        raise BatchCut() from error
    if len(plain) > MAX_PLAIN:
        raise Malformed("too large")
    return plain
