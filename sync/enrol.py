"""Joining a county by its one-time code: the laptop proves nothing but the code, the county proves its key by it."""

import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.keys import Cost
from db.store import Device, Store
from db.vault import create_vault, new_device
from sync.codes import check_county
from sync.directory import Directory
from sync.errors import CountyLies, CountyRefused, CountyUnreachable
from sync.link import Folder, Link, new_transport_key
from sync.protocol import MEDIA_TYPE, EnrolAnswer, EnrolRequest, Problem

ANSWER_LIMIT = 1 << 20
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Joined:
    """What the county answered, with the transport key made for it."""

    answer: EnrolAnswer
    link: Link


def enrol(store: Store, url: str, code: str, *, pair_name: str, laptop: str) -> Link:
    """Enrol the laptop of an existing record; its pair becomes known to the county.

    Raises ``CountyUnreachable``, ``CountyRefused`` (wrong, used or old code), ``CountyLies`` (another county).
    """
    joined = _ask(url, code, store.device, store.pair_id, pair_name, laptop)
    store.add_county_slot(joined.answer.county_recovery_public)
    Folder(store.path).save_link(joined.link)
    return joined.link


def join(
    path: Path, url: str, code: str, *, number: str, passphrase: str, laptop: str, cost: Cost | None = None
) -> Store:
    """Make a new laptop of a pair the county knows: an empty record, ready to pull the whole one."""
    device = new_device(int(time.time()))
    joined = _ask(url, code, device, None, "", laptop)
    adopted = Device(device.device_id, joined.answer.pair_id, device.sign_key, device.age_key)
    store = create_vault(path, number, passphrase, device=adopted, cost=cost)
    store.add_county_slot(joined.answer.county_recovery_public)
    Folder(path).save_link(joined.link)
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
    answer = EnrolAnswer.decode(_post(url, request.encode()))
    # The code carries a mark of the county's key: whoever answered must be the county that gave it out.
    check_county(code, answer.county_sign_public)
    directory = Directory.read(answer.directory, answer.county_sign_public)
    if directory.pair_id != answer.pair_id or pair_id not in (None, answer.pair_id):
        raise CountyLies(reason="pair")
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


def _post(url: str, body: bytes) -> bytes:
    try:
        with (
            httpx.Client(base_url=url, timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as http,
            http.stream("POST", "/v1/enrol", content=body, headers={"Content-Type": MEDIA_TYPE}) as response,
        ):
            answer = b""
            for part in response.iter_raw():
                answer += part
                if len(answer) > ANSWER_LIMIT:
                    raise CountyLies(reason="too_long")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CountyUnreachable(url=url) from error
    if response.headers.get("Content-Type", "") != MEDIA_TYPE:
        raise CountyUnreachable(url=url)
    if response.status_code != 200:
        raise CountyRefused(reason=Problem.decode(answer).code)
    return answer


def _public(key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
