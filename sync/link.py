"""What a laptop keeps outside the vault so that it can carry sealed batches while the vault is closed.

The folder beside the record holds no person's data in the clear and no key that opens any:

- ``link.json``: the county's address and public keys, this laptop's transport key, the signed directory;
- ``graph``: one line a batch held in the vault, its hash and its parents' (public facts about sealed files);
- ``outbox/``, ``inbox/``: sealed parcels; ``refused/``: arrivals that are not what they should be;
- ``news.json``: the last receipt and how the last runs went.
"""

import contextlib
import json
import os
import re
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.disk import new_folder
from db.keys import sync_folder, write_whole
from sync import graph
from sync.directory import Directory
from sync.errors import LinkDamaged, NotEnrolled, SignatureWrong
from sync.receipt import Receipt, verify

_LIMIT = 4 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_MISREAD = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
KEPT_RUNS = 100


@dataclass(frozen=True, slots=True)
class Link:
    """An enrolled laptop's way to its county. Keys are raw 32 bytes; ``transport_key`` opens nothing."""

    url: str
    pair_id: UUID
    device_id: UUID
    county_name: str
    county_public: bytes
    county_recipient: str
    transport_key: bytes
    directory: str


@dataclass(frozen=True, slots=True)
class Run:
    """How one exchange went. ``outcome`` is ``done`` or the code of an error; times in seconds UTC."""

    at: int
    outcome: str
    sent: int = 0
    received: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    requests: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """How the last comparison of all tables with the county went: rows compared, how many differed, how many still do.

    ``at`` is this laptop's time, seconds UTC.
    """

    at: int
    rows: int
    differed: int
    left: int


@dataclass(frozen=True, slots=True)
class News:
    """What is known without the vault: the newest receipt (compact JWS), what was refused, the last runs.

    ``best`` is the receipt of the most entries ever: a later one of fewer tells that the county lost some.
    ``sent``: batches handed to a wire or a stick for which no receipt has come yet. ``portion``: bytes that went well
    into one message. ``county_program`` and ``county_schema``: what the county understood when it last answered, 0 if
    it never did.
    """

    receipt: str = ""
    best: str = ""
    refused: tuple[tuple[str, str], ...] = ()
    runs: tuple[Run, ...] = ()
    county_ahead_s: int = 0
    county_heads: tuple[bytes, ...] = ()
    sent: tuple[bytes, ...] = ()
    compared: Compared | None = None
    portion: int = 0
    county_program: int = 0
    county_schema: int = 0


class Folder:
    """The transport folder of the record at ``vault`` (its database file)."""

    def __init__(self, vault: Path) -> None:
        self.path = vault.with_suffix(".sync")
        self.outbox = self.path / "outbox"
        self.inbox = self.path / "inbox"
        self.refused = self.path / "refused"

    def make(self) -> None:
        """Create the folder, private to this user."""
        for folder in (self.path, self.outbox, self.inbox, self.refused):
            new_folder(folder)

    @property
    def enrolled(self) -> bool:
        """Whether a county is known."""
        return (self.path / "link.json").exists()

    def link(self) -> Link:
        """The way to the county. Raises ``NotEnrolled``, ``LinkDamaged``."""
        if not self.enrolled:
            raise NotEnrolled
        try:
            said = self._read("link.json")
            link = Link(
                url=str(said["url"]),
                pair_id=UUID(said["pair_id"]),
                device_id=UUID(said["device_id"]),
                county_name=str(said["county_name"]),
                county_public=_key(said["county_public"]),
                county_recipient=str(said["county_recipient"]),
                transport_key=_key(said["transport_key"]),
                directory=str(said["directory"]),
            )
            signed = Directory.read(link.directory, link.county_public)
            if (signed.pair_id, signed.county_recipient) != (link.pair_id, link.county_recipient):
                raise ValueError("not what the county signed")
        except (OSError, *_MISREAD, SignatureWrong) as error:
            raise LinkDamaged from error
        return link

    def save_link(self, link: Link) -> None:
        """Keep the way to the county."""
        self.make()
        said = asdict(link) | {
            "pair_id": link.pair_id.hex,
            "device_id": link.device_id.hex,
            "county_public": link.county_public.hex(),
            "transport_key": link.transport_key.hex(),
        }
        write_whole(self.path / "link.json", json.dumps(said, ensure_ascii=False, indent=1).encode())

    def news(self) -> News:
        """What the last runs left; nothing if there were none or the file does not read."""
        try:
            said = self._read("news.json")
            return News(
                receipt=str(said["receipt"]),
                best=str(said.get("best", "")),
                refused=tuple((str(name), str(code)) for name, code in said["refused"]),
                runs=tuple(_run(run) for run in said["runs"])[-KEPT_RUNS:],
                county_ahead_s=int(said["county_ahead_s"]),
                county_heads=tuple(bytes.fromhex(name) for name in said["county_heads"]),
                sent=tuple(bytes.fromhex(name) for name in said.get("sent", ())),
                compared=_compared(said.get("compared")),
                portion=int(said.get("portion", 0)),
                county_program=int(said.get("county_program", 0)),
                county_schema=int(said.get("county_schema", 0)),
            )
        except (OSError, *_MISREAD):
            # Nothing here is the only copy of anything: the next exchange tells it all again.
            return News()

    def save_news(self, news: News) -> None:
        """Keep the last receipt and runs."""
        self.make()
        said = asdict(replace(news, runs=news.runs[-KEPT_RUNS:]))
        said |= {name: [each.hex() for each in getattr(news, name)] for name in ("county_heads", "sent")}
        write_whole(self.path / "news.json", json.dumps(said, ensure_ascii=False, indent=1).encode())

    def graph(self) -> dict[bytes, tuple[bytes, ...]]:
        """The batches of the vault and what they stand on, as far as the file tells; a torn line is passed over."""
        nodes: dict[bytes, tuple[bytes, ...]] = {}
        with contextlib.suppress(OSError):
            for line in (self.path / "graph").read_text(encoding="ascii", errors="replace").splitlines():
                names = line.split()
                if len(names) > 1 and names[-1] == "." and all(_HASH.fullmatch(name) for name in names[:-1]):
                    first, *parents = (bytes.fromhex(name) for name in names[:-1])
                    nodes[first] = tuple(parents)
        try:
            graph.causal_order(nodes, ())
        except ValueError:
            # No batches can name each other in a circle, so the file is not what we wrote: it tells nothing.
            return {}
        return nodes

    def write_graph(self, nodes: dict[bytes, tuple[bytes, ...]]) -> None:
        """Bring the file in line with the vault: new batches are added at its end."""
        self.make()
        known = self.graph()
        if any(nodes.get(name) != parents for name, parents in known.items()):
            lines = "".join(_line(name, parents) for name, parents in nodes.items())
            write_whole(self.path / "graph", lines.encode("ascii"))
            return
        fresh = [_line(name, parents) for name, parents in nodes.items() if name not in known]
        if fresh:
            with (self.path / "graph").open("a", encoding="ascii") as file:
                # A line that a power cut tore must not swallow the next one.
                file.write("\n" + "".join(fresh))
                file.flush()
                os.fsync(file.fileno())
            sync_folder(self.path)

    def _read(self, name: str) -> dict[str, Any]:
        with (self.path / name).open("rb") as file:
            raw = file.read(_LIMIT + 1)
        if len(raw) > _LIMIT:
            raise ValueError("too long")
        said = json.loads(raw)
        if not isinstance(said, dict):
            raise ValueError("not an object")
        return said


def last_receipt(news: News, link: Link) -> Receipt | None:
    """The newest receipt, checked again: a file outside the vault proves nothing by itself."""
    return _receipt(news.receipt, link)


def best_receipt(news: News, link: Link) -> Receipt | None:
    """The receipt of the most entries, checked again."""
    return _receipt(news.best, link)


def _receipt(statement: str, link: Link) -> Receipt | None:
    try:
        found = verify(statement, link.county_public)
    except SignatureWrong:
        return None
    return found if (found.pair, found.device) == (link.pair_id, link.device_id) else None


def _run(said: dict[str, Any]) -> Run:
    # Also one that a newer program wrote.
    counts = {each.name: int(said[each.name]) for each in fields(Run) if each.name != "outcome" and each.name in said}
    return Run(outcome=str(said["outcome"]), **counts)


def _compared(said: dict[str, Any] | None) -> Compared | None:
    return None if said is None else Compared(**{each.name: int(said[each.name]) for each in fields(Compared)})


def _line(name: bytes, parents: tuple[bytes, ...]) -> str:
    return " ".join([name.hex(), *(parent.hex() for parent in parents), "."]) + "\n"


def _key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != 32:
        raise ValueError("not a key")
    return key


def new_transport_key() -> bytes:
    """A key that proves who asks, and opens nothing."""
    return Ed25519PrivateKey.generate().private_bytes_raw()
