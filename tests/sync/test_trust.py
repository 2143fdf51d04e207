"""A laptop talks to its own county only: over TLS, whatever the clocks say, and never to one that merely answers."""

import datetime
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from db.keys import FLOOR
from db.store import Store
from db.vault import create_vault
from sync import enrol, exchange, jws, session, trust
from sync.county import admin, authority, keys
from sync.county.serving import running
from sync.county.settings import Settings
from sync.directory import Directory
from sync.errors import CountyLies, CountyUnreachable, SignatureWrong
from sync.link import Folder

PAIR = "青山镇"


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return admin.init(tmp_path / "county", "青川县")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_vault(tmp_path / "laptop" / "record.db", "1001", "correct horse battery", cost=FLOOR)


def test_a_laptop_joins_and_syncs_over_tls(own: Settings, store: Store) -> None:
    with running(own, tls=True) as url:
        assert url.startswith("https://")
        link = enrol.enrol(store, url, admin.new_code(own, PAIR), pair_name=PAIR, laptop="一号机")
        signed = Directory.read(link.directory, link.county_public)
        assert signed.county_authority == keys.load(own.folder).authority
        assert session.sync(store).outcome.receipt is not None


def test_another_county_at_the_same_address_hears_nothing(own: Settings, store: Store, tmp_path: Path) -> None:
    other = admin.init(tmp_path / "other", "邻县")
    with running(own, tls=True) as url:
        enrol.enrol(store, url, admin.new_code(own, PAIR), pair_name=PAIR, laptop="一号机")
    with running(other, tls=True) as url:
        folder = Folder(store.path)
        folder.save_link(replace(folder.link(), url=url))
        with pytest.raises(CountyUnreachable):
            exchange.run(folder)
    assert folder.news().runs[-1].bytes_down == 0


def test_a_code_is_told_only_to_the_county_that_gave_it_out(own: Settings, store: Store, tmp_path: Path) -> None:
    other = admin.init(tmp_path / "other", "邻县")
    code = admin.new_code(own, PAIR)
    with running(other, tls=True) as url, pytest.raises(CountyLies):
        enrol.enrol(store, url, code, pair_name=PAIR, laptop="一号机")
    # Had the other county heard the code, it could have used it up: it still works.
    with running(own, tls=True) as url:
        enrol.enrol(store, url, code, pair_name=PAIR, laptop="一号机")


def test_no_certificate_begins_or_ends_within_reach_of_a_dead_clock(own: Settings) -> None:
    kept = keys.load(own.folder)
    for pem in (kept.authority.encode(), authority.issue(kept.authority, kept.authority_key, "10.0.0.5")):
        found = x509.load_pem_x509_certificates(pem)[0]
        assert found.not_valid_before_utc < datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        assert found.not_valid_after_utc > datetime.datetime(2199, 1, 1, tzinfo=datetime.UTC)


def test_old_tls_is_not_spoken(own: Settings) -> None:
    old = trust.only(keys.load(own.folder).authority)
    old.minimum_version = old.minimum_version.TLSv1_2
    old.maximum_version = old.maximum_version.TLSv1_2
    with (
        running(own, tls=True) as url,
        httpx.Client(verify=old, trust_env=False, timeout=60) as http,
        pytest.raises(httpx.ConnectError),
    ):
        http.get(f"{url}/healthz")


@pytest.mark.parametrize("said", ["", "a..b", "x" * 5000])
def test_a_statement_that_is_none_is_refused(own: Settings, said: str) -> None:
    with pytest.raises(SignatureWrong):
        trust.read(said, keys.load(own.folder).sign_public)


def test_only_the_county_names_its_authority(own: Settings) -> None:
    kept, other = keys.load(own.folder), keys.make()
    assert trust.read(trust.sign(kept.authority, kept.sign, kept.kid), kept.sign_public) == kept.authority
    for forged in (
        trust.sign(other.authority, other.sign, other.kid),
        trust.sign("no certificate", kept.sign, kept.kid),
        jws.sign_compact(b'{"kind": "yiyang-receipt-1"}', kept.sign, kept.kid),
    ):
        with pytest.raises(SignatureWrong):
            trust.read(forged, kept.sign_public)
