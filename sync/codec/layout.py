"""What the two halves of the columnar codec agree on: kinds of entries, limits, names."""

from typing import Literal, NamedTuple

MAX_ENTRIES = 100_000
MAX_KINDS = 8_192
MAX_FIELDS = 256
MAX_CELLS = 4_000_000
MAX_TEXT = 32 << 20  # characters of all cells, each counted where it stands: no laptop's disk is filled by a small file
MAX_NAME = 64  # characters of a table's or field's name
LIMIT = 1 << 62  # Lamport counters and wall times are nearer to 0, so that their differences fit 64 bits
ROW, STAFF = "@row", "@staff"  # the names of the columns that every kind has
OPS: tuple[Literal["insert"], Literal["edit"]] = ("insert", "edit")


class Kind(NamedTuple):
    """What entries must have in common to share columns."""

    table: str
    op: int  # index in OPS
    fields: tuple[str, ...]
    replaced: tuple[str, ...]  # fields of which the replaced entries are told
