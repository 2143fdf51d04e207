"""Tables of this laptop only: they never travel. The journal, its batches, drafts, PINs, the device's keys."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, text

from db.tables import RowId, Synced
from db.versions import version_table

METADATA = Synced.metadata

ROW_VERSION = version_table(METADATA)

# One row: who this laptop is. Written once when the vault is made (or joins a pair).
DEVICE = Table(
    "device",
    METADATA,
    Column("device_id", RowId, primary_key=True),
    Column("pair_id", RowId, nullable=False),
    Column("sign_key", LargeBinary, nullable=False),  # Ed25519 private key, 32 raw bytes
    Column("age_key", Text, nullable=False),  # AGE-SECRET-KEY-1…
    Column("made_at", BigInteger, nullable=False),
)

# One row: the Lamport counter, the newest time this record believes in, and how far the epoch that
# wrote last has come. One page to write for each act instead of two.
CLOCK = Table(
    "clock",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("lamport", Integer, nullable=False),
    Column("newest_at", BigInteger, nullable=False),
    Column("offset_s", Integer, nullable=False),  # what a person's answer adds to the machine's clock
    Column("epoch", LargeBinary),
    Column("seq", Integer, nullable=False),  # last entry written in it
    Column("rows", Integer, nullable=False),  # last row id issued in it
)

# One row per start of the program. ``seq`` and ``rows`` are kept here only for an epoch whose place in
# ``clock`` was taken by another process on the same file.
EPOCH = Table(
    "epoch",
    METADATA,
    Column("epoch", LargeBinary, primary_key=True),  # 12 bytes
    Column("opened_at", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("boot_id", Text, nullable=False),
)

# The unsealed tail. Once sealed, a run of it lives only in its batch.
JOURNAL = Table(
    "journal",
    METADATA,
    Column("epoch", LargeBinary, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("lamport", Integer, nullable=False),
    Column("wall", BigInteger, nullable=False),
    Column("suspect", Boolean, nullable=False),
    Column("staff_id", RowId),
    Column("table_name", Text, nullable=False),
    Column("row_id", RowId, nullable=False),
    Column("op", Text, nullable=False),
    Column("fields", LargeBinary, nullable=False),  # db.pack of [values, replaces]
    # A chart marks what was written under a doubted clock: nearly no entry was, and those of weeks may be unsealed.
    Index("ix_journal_suspect", "row_id", sqlite_where=text("suspect = 1")),
    # Kept in the order of its key: one page to write for an entry instead of two.
    sqlite_with_rowid=False,
)

# Every batch this laptop holds, its own and others', as signed bytes.
BATCH = Table(
    "batch",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),  # SHA-256 of body
    Column("device_id", RowId, nullable=False),
    Column("epoch", LargeBinary, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("parents", LargeBinary, nullable=False),  # 32 bytes each, joined
    Column("body", LargeBinary, nullable=False),
    Column("position", Integer, nullable=False),  # order of arrival here, a causal order
    Column("applied", Boolean, nullable=False),
    Index("ix_batch_device", "device_id", "epoch", "first"),
)

# Entries that could not be applied yet, with the reason; retried after an upgrade.
SET_ASIDE = Table(
    "set_aside",
    METADATA,
    Column("batch", LargeBinary, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
)

# One row, once the record was opened: the schema of the program that last retried what was set aside.
RETRIED = Table(
    "retried",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("schema", Integer, nullable=False),
)

# One row, and only inside the act that makes rows of append-only tables anew: see ``db.append_only.mending``.
MENDING = Table(
    "mending",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("why", Text, nullable=False),
)

# What is being typed, and by whom, so that it outlives a power cut. Two who type about one person have a draft each.
DRAFT = Table(
    "draft",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("staff_id", RowId, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON object
)

# Who may open the record: the public keys of the slots of its envelope, which lies outside. See ``db.openers``.
KEY_SLOT = Table(
    "key_slot",
    METADATA,
    Column("number", Text, primary_key=True),  # staff number; empty: the county
    Column("public", LargeBinary, primary_key=True),  # X25519, 32 raw bytes
    Column("added_at", BigInteger, nullable=False),
    Column("by", RowId),
)

# One row: the signing key of the county that this record was enrolled at. What lies beside the file is held against it.
COUNTY = Table(
    "our_county",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("public", LargeBinary, nullable=False),  # Ed25519, 32 raw bytes
)

# A PIN switches people inside the open vault and never protects the key on disk. ``given_by``: who chose it for its
# owner; nobody, once the owner has set one after their passphrase.
PIN = Table(
    "pin",
    METADATA,
    Column("staff_id", RowId, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("last_try_at", BigInteger, nullable=False),
    Column("given_by", RowId),
)

# Prefix search: one row per way to type a person (name, pinyin, initials, last digits of the ID).
PERSON_TERM = Table(
    "person_term",
    METADATA,
    Column("term", Text, primary_key=True),
    Column("person_id", RowId, primary_key=True),
    Index("ix_person_term_person", "person_id"),
)
