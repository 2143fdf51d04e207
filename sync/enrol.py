"""Joining a county by its one-time code: the laptop proves nothing but the code, the county proves its key by it."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.keys import Cost
from db.store import Device, Store
from db.vault import create_vault, new_device
from sync import joining, jws, trust
from sync.codes import check_county
from sync.directory import Directory
from sync.errors import CountyLies, CountyRefused
from sync.link import Folder, Link, new_transport_key
from sync.our_county import remember
from sync.protocol import EnrolAnswer, EnrolRequest, Hello
from sync.wire import asking

ANSWER_LIMIT, HELLO_LIMIT = 1 << 20, 1 << 14


@dataclass(frozen=True, slots=True)
class Joined:
    """What the county answered, with the transport key made for it."""

    answer: EnrolAnswer
    link: Link


def enrol(store: Store, url: str, code: str, *, pair_name: str, laptop: str) -> Link:
    """Enrol the laptop of an existing record; its pair becomes known to the county.

    A laptop that was enrolled before and lost its way there, or its answer, comes back as the same laptop.

    Raises ``CountyUnreachable``, ``CountyRefused`` (wrong, used or old code), ``CountyLies`` (another county).
    """
    joined = _ask(url, code, store.device, store.pair_id, pair_name, laptop)
    store.add_county_slot(joined.answer.county_recovery_public)
    remember(store, joined.answer.county_sign_public)
    Folder(store.path).save_link(joined.link)
    return joined.link


def join(
    path: Path, url: str, code: str, *, number: str, passphrase: str, laptop: str, cost: Cost | None = None
) -> Store:
    """Make a new laptop of a pair the county knows: an empty record, ready to pull the whole one.

    If the answer gets lost, the same laptop may join again with the same code and passphrase.
    """
    device = joining.recall(path, number, passphrase)
    if device is None:
        device = new_device(int(time.time()))
        joining.remember(path, number, passphrase, device, cost)
    try:
        joined = _ask(url, code, device, None, "", laptop)
    except CountyRefused:
        joining.forget(path)
        raise
    adopted = Device(device.device_id, joined.answer.pair_id, device.sign_key, device.age_key)
    store = create_vault(path, number, passphrase, device=adopted, cost=cost)
    store.add_county_slot(joined.answer.county_recovery_public)
    remember(store, joined.answer.county_sign_public)
    Folder(path).save_link(joined.link)
    joining.forget(path)
    return store


def _ask(url: str, code: str, device: Device, pair_id: UUID | None, pair_name: str, laptop: str) -> Joined:
    transport_key = new_transport_key()
    request = EnrolRequest(
        code=code,
        device_id=device.device_id,
        pair_id=pair_id,
        pair_name=pair_name,
        sign_public=_public(device.sign_key),
        transport_public=_public(transport_key),
        age_recipient=str(pyrage.x25519.Identity.from_str(device.age_key).to_public()),
        name=laptop,
    )
    request = replace(request, proof=jws.sign_detached(request.claim(), device.sign_key, device.device_id.hex))
    with asking.client(url, _authority(url, code)) as http:
        answer = EnrolAnswer.decode(asking.ask(http, "/v1/enrol", request.encode(), {}, limit=ANSWER_LIMIT))
    # The code carries a mark of the county's key: whoever answered must be the county that gave it out.
    check_county(code, answer.county_sign_public)
    _check_signed(request, answer)
    link = Link(
        url=url,
        pair_id=answer.pair_id,
        device_id=device.device_id,
        county_name=answer.county_name,
        county_public=answer.county_sign_public,
        county_recipient=answer.county_age_recipient,
        transport_key=transport_key,
        directory=answer.directory,
    )
    return Joined(answer, link)


def _authority(url: str, code: str) -> str:
    """The authority (PEM) of the county that gave out the code, before it is told anything; none for plain HTTP."""
    if not url.startswith("https:"):
        return ""
    with asking.stranger(url) as http:
        hello = Hello.decode(asking.ask(http, "/v1/hello", b"", {}, method="GET", limit=HELLO_LIMIT))
    check_county(code, hello.sign_public)
    return trust.read(hello.authority, hello.sign_public)


def _check_signed(request: EnrolRequest, answer: EnrolAnswer) -> None:
    """Take nothing from the answer that the county has not signed: its other keys, our pair, our place in the list."""
    directory = Directory.read(answer.directory, answer.county_sign_public)
    if directory.pair_id != answer.pair_id or request.pair_id not in (None, answer.pair_id):
        raise CountyLies(reason="pair")
    if (directory.county_recipient, directory.county_recovery) != (
        answer.county_age_recipient,
        answer.county_recovery_public,
    ):
        raise CountyLies(reason="county_key")
    ours = (request.device_id, request.sign_public, request.transport_public, request.age_recipient)
    if ours not in (
        (each.id, each.sign_public, each.transport_public, each.age_recipient) for each in directory.devices
    ):
        raise CountyLies(reason="directory")


def _public(key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
