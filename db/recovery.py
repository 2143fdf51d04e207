"""County recovery without a network: nobody at the laptop knows a passphrase any more, and the county opens it again.

The laptop writes a *request*: its county slot, and the public key of the new passphrase. The county opens its slot and
seals the database key to that public key: the *answer*. Both are text that can be read out, sent as a picture or typed.
On the way the key is sealed throughout, and neither side keeps anything that opens it: the private half exists only
while the new passphrase is typed. Both sides show a number of nine digits made of the request; whoever hears the same
one over the telephone knows that nobody put another request in its place.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from db import grouped, keys, slots
from db.disk import disk_errors
from db.errors import Refused, VaultDamaged, WrongPassphrase
from db.keys import FLOOR, KEY_BYTES, STAFF_NUMBER, Cost, Slot
from db.log import check_log
from db.slots import WRAPPED_BYTES
from db.store import Store
from db.vault import open_with

_REQUEST, _ANSWER = 0xA1, 0xA2
_MARK = 4
_REF = 8
_ID = 8
_LIMIT = 16 * 1024
_FORMAT = "yiyang-recovery-1"
_NUMBER_SALT = b"yiyang recovery "
_FIXED = 1 + 16 + _MARK + _ID + WRAPPED_BYTES + KEY_BYTES


@dataclass(frozen=True, slots=True)
class Request:
    """What a laptop asks. ``county``: the beginning of the hash of the county's recovery key; ``key``: which key.

    ``public``: what the answer is sealed to; ``number``: of the staff member whose passphrase that is.
    """

    device_id: UUID
    number: str
    county: bytes
    key: str
    wrapped: bytes
    public: bytes

    def body(self) -> bytes:
        """As it travels."""
        fixed = bytes([_REQUEST]) + self.device_id.bytes + self.county + bytes.fromhex(self.key)
        return fixed + self.wrapped + self.public + self.number.encode("ascii")


def read_request(text: str) -> Request:
    """A request as somebody typed it. Raises ``Refused``: text_*, and request_not_one."""
    body = grouped.read(text)
    try:
        number = body[_FIXED:].decode("ascii")
        if body[0] != _REQUEST or not STAFF_NUMBER.fullmatch(number):
            raise ValueError("not a request")
        parts, at = [], 1
        for size in (16, _MARK, _ID, WRAPPED_BYTES, KEY_BYTES):
            parts.append(body[at : at + size])
            at += size
        device, county, key, wrapped, public = parts
        return Request(UUID(bytes=device), number, county, key.hex(), wrapped, public)
    except (IndexError, ValueError) as error:
        raise Refused("request_not_one") from error


def mark(county_public: bytes) -> bytes:
    """Four bytes that stand for a county's recovery key."""
    return hashlib.sha256(b"yiyang county 1\0" + county_public).digest()[:_MARK]


def spoken(request: Request) -> str:
    """The number that both sides say: ``123-456-789``. Slow to make, so that nobody tries requests until one fits."""
    said = keys.derive(request.body().hex(), _NUMBER_SALT, FLOOR)
    digits = f"{int.from_bytes(said[:8], 'big') % 10**9:09d}"
    return "-".join(digits[at : at + 3] for at in (0, 3, 6))


def ref(request: Request) -> bytes:
    """Names a request in its answer."""
    return hashlib.sha256(request.body()).digest()[:_REF]


def answer_text(request: Request, key: bytes) -> bytes:
    """The county's answer: the database key sealed to whoever asked. Raises ``Refused``: request_not_one."""
    try:
        return bytes([_ANSWER]) + ref(request) + slots.seal_to(request.public, request.number, key)
    except ValueError as error:
        raise Refused("request_not_one") from error


def pending_path(vault: Path) -> Path:
    """Where an unanswered request is remembered: a salt, a cost and public keys, nothing secret."""
    return vault.with_suffix(".recovery")


def ask(vault: Path, number: str, passphrase: str, cost: Cost) -> Request:
    """Make a request for somebody and the passphrase that they will open with; it replaces an earlier one.

    Raises ``Refused``: no_county_slot where the laptop never was enrolled, staff_number_shape; ``PassphraseTooShort``,
    ``VaultDamaged``.
    """
    envelope = keys.read_envelope(keys.envelope_path(vault))
    slot = next((each for each in reversed(envelope["slots"]) if each.get("kind") == "county"), None)
    if slot is None:
        raise Refused("no_county_slot")
    device_id, _ = slots.device_ids(envelope)
    new = slots.new_passphrase(number, passphrase, cost)
    try:
        public, wrapped = bytes.fromhex(slot["public"]), keys.unb64(slot["wrapped"])
        if len(public) != KEY_BYTES or len(wrapped) != WRAPPED_BYTES or len(bytes.fromhex(slot["key"])) != _ID:
            raise ValueError("not a slot of ours")
    except (KeyError, TypeError, ValueError) as error:
        raise VaultDamaged(path=str(keys.envelope_path(vault))) from error
    request = Request(device_id, number, mark(public), str(slot["key"]), wrapped, bytes.fromhex(new["public"]))
    said = {"format": _FORMAT, "ref": ref(request).hex(), "slot": new}
    with disk_errors(vault):
        keys.write_whole(pending_path(vault), json.dumps(said, indent=1).encode("ascii"))
    return request


def pending_number(vault: Path) -> str:
    """Whose request waits for its answer. Raises ``Refused``: no_request."""
    return str(_pending(vault)[1]["number"])


def open_answered(vault: Path, text: str, passphrase: str) -> tuple[Store, Slot]:
    """Open the record with the county's answer; the new slot is not in the envelope yet, see ``forget``.

    Raises ``Refused``: text_*, answer_not_one, no_request, answer_to_other; ``WrongPassphrase`` if it is not the one
    that was typed with the request; what ``open_vault`` raises.
    """
    body = grouped.read(text)
    if len(body) != 1 + _REF + WRAPPED_BYTES or body[0] != _ANSWER:
        raise Refused("answer_not_one")
    asked, slot = _pending(vault)
    if body[1 : 1 + _REF] != asked:
        raise Refused("answer_to_other")
    private = slots.private_key(slot, passphrase)
    try:
        key = slots.open_wrapped(private, str(slot["number"]), body[1 + _REF :])
    except WrongPassphrase:
        raise Refused("answer_not_one") from None
    envelope = keys.read_envelope(keys.envelope_path(vault))
    if not slots.holds(envelope, key):
        raise Refused("answer_not_one")
    check_log(vault)
    return open_with(vault, (key, *slots.old_keys(envelope, key))), slot


def forget(vault: Path) -> None:
    """The request is answered, or was given up."""
    pending_path(vault).unlink(missing_ok=True)


def _pending(vault: Path) -> tuple[bytes, Slot]:
    path = pending_path(vault)
    try:
        said = keys.read_object(path, _LIMIT)
        asked, slot = bytes.fromhex(said["ref"]), said["slot"]
        if said["format"] != _FORMAT or not STAFF_NUMBER.fullmatch(slot["number"]):
            raise ValueError("another format")
    except FileNotFoundError as error:
        raise Refused("no_request") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise VaultDamaged(path=str(path)) from error
    return asked, dict(slot)
