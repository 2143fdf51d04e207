"""A laptop of a pair as the county sees it: keys, batches of its own, requests over a real socket."""

from collections.abc import Sequence
from uuid import UUID

import httpx
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.identity import new_epoch, row_id
from db.journal import Entry, EntryRef, Value
from sync import batch, parcel
from sync.county.admin import new_code
from sync.county.settings import Settings
from sync.protocol import MEDIA_TYPE, EnrolAnswer, EnrolRequest, ExchangeAnswer, ExchangeRequest, Problem, authorise

AT = 1_800_000_000
PATIENCE_S = 60.0
"""So long a county on a busy machine may take to answer."""


class Said(Exception):
    """The county answered with a problem."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{status} {problem.code}")
        self.status = status
        self.problem = problem


class Member:
    """One laptop. ``county_key`` and the rest are known once it has enrolled."""

    def __init__(self, url: str, name: str = "一号机") -> None:
        self.url = url
        self.name = name
        self.epoch = new_epoch(AT)
        self.device_id = row_id(self.epoch, 0xFFFF)
        self.pair_id = row_id(self.epoch, 0xFFFE)
        self.sign_key = Ed25519PrivateKey.generate().private_bytes_raw()
        self.transport_key = Ed25519PrivateKey.generate().private_bytes_raw()
        self.age = pyrage.x25519.Identity.generate()
        self.seq = 0
        self.rows = 0
        self.answer: EnrolAnswer | None = None

    @property
    def county(self) -> EnrolAnswer:
        """What the county said at enrolment."""
        assert self.answer is not None
        return self.answer

    def enrol(self, code: str, pair_id: UUID | None) -> EnrolAnswer:
        """Join with a code."""
        request = EnrolRequest(
            code=code,
            device_id=self.device_id,
            pair_id=pair_id,
            pair_name="",
            sign_public=_public(self.sign_key),
            transport_public=_public(self.transport_key),
            age_recipient=str(self.age.to_public()),
            name=self.name,
        )
        self.answer = EnrolAnswer.decode(self.post("/v1/enrol", request.encode()))
        self.pair_id = self.answer.pair_id
        return self.answer

    def post(self, path: str, body: bytes, **headers: str) -> bytes:
        """One request; raises ``Said`` for a problem."""
        # In the clear: the world's authorities are not loaded for it.
        with httpx.Client(base_url=self.url, trust_env=False, timeout=PATIENCE_S, verify=False) as http:
            response = http.post(path, content=body, headers={"Content-Type": MEDIA_TYPE, **headers})
        assert response.headers["content-type"] == MEDIA_TYPE
        if response.status_code != 200:
            raise Said(response.status_code, Problem.decode(response.content))
        return response.content

    def exchange(
        self,
        heads: Sequence[bytes] = (),
        batches: Sequence[bytes] = (),
        *,
        seconds: int = AT,
        take_bytes: int = 1 << 20,
        directory_version: int = 0,
        receipt_digest: bytes = b"",
    ) -> ExchangeAnswer:
        """Exchange signed batches (sealed on the way) with the county."""
        sealed = tuple(parcel.seal_parcel(data, [self.county.county_age_recipient]) for data in batches)
        request = ExchangeRequest(tuple(heads), sealed, take_bytes, directory_version, receipt_digest)
        return ExchangeAnswer.decode(self.send(request.encode(), seconds))

    def send(self, body: bytes, seconds: int = AT) -> bytes:
        """A signed exchange request with any body."""
        proof = authorise(self.device_id, self.transport_key, "POST", "/v1/exchange", seconds, body)
        return self.post("/v1/exchange", body, **{"Yiyang-Auth": proof})

    def opened(self, answer: ExchangeAnswer) -> list[bytes]:
        """The batches in an answer, opened with this laptop's own key."""
        return [parcel.open_parcel(sealed, str(self.age)) for _, sealed in answer.batches]

    def person(self, **values: Value) -> Entry:
        """A new person."""
        return self.entry("person", {"name": "李秀英", "sex": "2", **values})

    def round(self, person: UUID, **values: Value) -> Entry:
        """A new round."""
        return self.entry("round", {"person_id": person, "staff_id": person, "at": AT, "kind": "day", **values})

    def entry(self, table: str, values: dict[str, Value]) -> Entry:
        """A new row."""
        self.seq += 1
        self.rows += 1
        return Entry(self.seq, self.seq, AT, None, table, row_id(self.epoch, self.rows), "insert", values)

    def edit(self, of: Entry, values: dict[str, Value], saw: EntryRef) -> Entry:
        """A change of a row."""
        self.seq += 1
        replaces = dict.fromkeys(values, (saw,))
        return Entry(self.seq, self.seq, AT, None, of.table, of.row, "edit", values, replaces)

    def batch(self, entries: Sequence[Entry], parents: Sequence[bytes] = (), **differs: object) -> bytes:
        """A signed batch of these entries."""
        counts: dict[str, int] = {}
        for entry in entries:
            counts[entry.table] = counts.get(entry.table, 0) + 1
        said = {
            "pair": self.pair_id,
            "device": self.device_id,
            "epoch": self.epoch,
            "first": entries[0].seq,
            "last": entries[-1].seq,
            "lamport_first": entries[0].lamport,
            "lamport_last": entries[-1].lamport,
            "schema": 1,
            "codec": batch.CODEC,
            "counts": counts,
            "parents": tuple(parents),
        }
        return batch.seal(batch.Header(**{**said, **differs}), entries, self.sign_key)  # type: ignore[arg-type]


def _public(key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def enrolled(county: Settings, url: str, pair: str = "石桥", like: Member | None = None) -> Member:
    """A laptop of a pair, the first of it or another one beside ``like``."""
    member = Member(url, "一号机" if like is None else "二号机")
    member.enrol(new_code(county, pair), member.pair_id if like is None else None)
    return member
