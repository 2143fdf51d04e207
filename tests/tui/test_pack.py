"""The file of a downtime pack: sealed, opened by its documented format alone, the same in browser and terminal."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from care import people, rounds, stays
from care.pack.card import card_to_pack_with
from care.pack.facts import pack_facts
from care.pack.passphrase import Card, new_digits
from care.pack.sections import SECTIONS, Disputed, Family, LastMeasured, Section, Waiting
from care.people import Allergy, Condition, Contact
from db.tables import Person
from db.vault import open_vault
from tests.care.household import NUMBER, PASSPHRASE, Household, founded
from tests.care.pair import two_laptops
from yiyang_tui import words
from yiyang_tui.chores import CHORES
from yiyang_tui.pack import document, terminal
from yiyang_tui.pack.document import Cell, Pack, Table
from yiyang_tui.pack.errors import NoPack, PackNowhere, WrongCard
from yiyang_tui.pack.hourly import hourly
from yiyang_tui.pack.locked import ROUNDS, lock, read_pack, unlock
from yiyang_tui.pack.make import make_pack
from yiyang_tui.pack.places import KEPT, beside, file_name, packs_in, put
from yiyang_tui.pack.said import KNOW, SAID
from yiyang_tui.pack.write import pack_of
from yiyang_tui.session import Session
from yiyang_tui.settings import remember, settings_path

CARD = Card("K27", new_digits(), 1_795_352_640)
EVIL = "</script><script>alert(1)</script>"
FAST = 2
"""Rounds of the tests: what slows a guess is not what they are about."""


@pytest.fixture(autouse=True)
def chinese() -> None:
    words.use("zh")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Household]:
    """A founded house with nobody in it yet."""
    made = founded(tmp_path / "house" / "record.db")
    yield made
    made.store.close()


def element(html: str, name: str) -> str:
    (found,) = re.findall(rf'<script id="{name}"[^>]*>(.*?)</script>', html, re.DOTALL)
    return str(found)


def by_the_book(html: str, digits: str) -> bytes:
    """Decrypted with nothing of this program: only what the format says."""
    stated = element(html, "stated")
    about = json.loads(stated)
    assert (about["format"], about["version"]) == ("yiyang-pack", 1)
    assert (about["kdf"], about["cipher"]) == ("PBKDF2-SHA-256", "AES-256-GCM")
    salt, iv = base64.b64decode(about["salt"]), base64.b64decode(about["iv"])
    key = hashlib.pbkdf2_hmac("sha256", digits.encode(), salt, about["rounds"], 32)
    return AESGCM(key).decrypt(iv, base64.b64decode(element(html, "sealed")), stated.encode())


def texts(pack: Pack) -> list[str]:
    cells: list[Cell] = []
    for page in pack.pages:
        for block in page.blocks:
            cells += [cell for row in block.rows for cell in row] if isinstance(block, Table) else [block.lines]
    return [line.text for cell in cells for line in cell]


def kinds(pack: Pack) -> dict[str, str]:
    return {
        line.text: line.kind
        for page in pack.pages
        for block in page.blocks
        for cell in ([cell for row in block.rows for cell in row] if isinstance(block, Table) else [block.lines])
        for line in cell
    }


def pages(house: Household) -> Pack:
    return pack_of(pack_facts(house.store, house.store.now()), CARD, "一号", ["县里没有"])


# --- the file ---------------------------------------------------------------------------------------


def test_whoever_knows_the_format_and_the_card_opens_it() -> None:
    body = "李秀英 过敏 青霉素".encode()
    html = lock(body, CARD, "2026-11-22 21:04", rounds=FAST)
    assert by_the_book(html, CARD.digits) == body
    with pytest.raises(InvalidTag):
        by_the_book(html, new_digits())


def test_a_guess_is_slow_and_no_two_files_are_alike() -> None:
    one, other = (lock(b"{}", CARD, "2026-11-22 21:04") for _ in range(2))
    assert json.loads(element(one, "stated"))["rounds"] == ROUNDS >= 600_000
    for name in ("salt", "iv"):
        assert len({json.loads(element(html, "stated"))[name] for html in (one, other)}) == 2
    assert element(one, "sealed") != element(other, "sealed")


def test_what_is_stated_cannot_be_changed() -> None:
    html = lock(b"{}", CARD, "2026-11-22 21:04", rounds=FAST)
    with pytest.raises(InvalidTag):
        by_the_book(html.replace("2026-11-22 21:04", "2026-11-23 21:04"), CARD.digits)


def test_the_browser_runs_one_script_and_loads_nothing() -> None:
    html = lock(b"{}", CARD, "2026-11-22 21:04", rounds=FAST)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'",) * 3
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    for source, rule in ((script, "script-src"), (style, "style-src")):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert set(rules) == {"default-src", "base-uri", "form-action", "script-src", "style-src"}
    assert not re.search(r"https?://|\ssrc=|\shref=|@import|url\(", html)


def test_the_script_makes_texts_and_never_markup_and_keeps_nothing() -> None:
    html = lock(b"{}", CARD, "2026-11-22 21:04", rounds=FAST)
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "srcdoc"):
        assert word not in script
    for word in ("localStorage", "sessionStorage", "indexedDB", "cookie", "fetch(", "XMLHttpRequest", "caches"):
        assert word not in script
    assert 'autocomplete="off"' in html


def test_the_script_is_one_that_a_browser_of_ten_years_ago_reads() -> None:
    html = lock(b"{}", CARD, "2026-11-22 21:04", rounds=FAST)
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    code = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
    assert not re.search(r"=>|`|\b(?:let|const|async|await|class)\b|\?\.|\?\?|\.\.\.", code)


def test_the_plain_page_explains_in_both_languages_and_tells_nothing_of_people(home: Household) -> None:
    made = make_pack(home.store, home.carer)
    html = (made.written[0].folder / made.name).read_text("utf-8")
    assert "医养应急包" in html
    assert "Yiyang downtime pack" in html
    assert made.card in html
    digits = card_to_pack_with(home.store, None).digits
    inside = by_the_book(html, digits).decode()
    with home.store.reading() as conn:
        names = [name for (name,) in conn.exec_driver_sql("SELECT name FROM person UNION SELECT name FROM staff")]
    plain = html.replace(element(html, "sealed"), "")
    for told in (*names, "青山镇", "青霉素", digits):
        assert told not in plain
    assert "李秀英" in inside
    assert "青霉素" in inside
    assert digits not in inside


@pytest.mark.parametrize("made", [EVIL, "@sealed@", "@script@"])
def test_nothing_that_is_filled_in_becomes_a_part_of_the_page(made: str) -> None:
    html = lock(b"{}", CARD, made, rounds=FAST)
    assert html.count("<script") == 4
    assert by_the_book(html, CARD.digits) == b"{}"


def test_a_name_that_is_markup_is_a_text_inside(house: Household) -> None:
    house.person(EVIL, "101-1")
    pack = pages(house)
    html = lock(document.to_json(pack), CARD, "2026-11-22 21:04", rounds=FAST)
    assert EVIL not in html
    assert EVIL in texts(document.from_json(json.loads(by_the_book(html, CARD.digits))))


def test_what_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pack.html"
    path.write_text(lock(b'{"lang": "zh", "pages": []}', CARD, "2026-11-22 21:04", rounds=FAST), "utf-8")
    pack = read_pack(path)
    assert (pack.card, pack.made) == ("K27", "2026-11-22 21:04")
    assert unlock(pack, CARD.digits) == {"lang": "zh", "pages": []}
    with pytest.raises(WrongCard) as caught:
        unlock(pack, new_digits())
    assert caught.value.facts == {"card": "K27"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("yiyang-pack", "another-pack"),
        ('"version": 1', '"version": 2'),
        (f'"rounds": {FAST}', '"rounds": 99999999999'),
        (f'"rounds": {FAST}', '"rounds": "many"'),
        ('"iv": "', '"iv": "!!'),
        ('id="sealed"', 'id="other"'),
        ("{", "{{"),
    ],
)
def test_what_is_no_pack_is_not_taken_for_one(tmp_path: Path, old: str, new: str) -> None:
    html = lock(b"{}", CARD, "2026-11-22 21:04", rounds=FAST)
    path = tmp_path / "pack.html"
    path.write_text(html.replace(old, new), "utf-8")
    with pytest.raises(NoPack):
        read_pack(path)


def test_a_file_cut_short_or_not_there_is_no_pack(tmp_path: Path) -> None:
    html = lock(b"{}" * 500, CARD, "2026-11-22 21:04", rounds=FAST)
    path = tmp_path / "pack.html"
    path.write_text(html[: html.index('id="sealed"') + 300], "utf-8")
    for each in (path, tmp_path / "none.html", tmp_path):
        with pytest.raises(NoPack):
            read_pack(each)


# --- the pages ---------------------------------------------------------------------------------------


def test_every_section_is_said_and_stands_in_a_column() -> None:
    assert set(SAID) == set(Section.__args__)
    assert set(KNOW) | {LastMeasured, Family} == set(SAID)
    assert len(SECTIONS) == len(SAID)


def test_what_must_not_be_overlooked_stands_in_a_frame_and_in_words(house: Household) -> None:
    house.person("李秀英", "101-1", allergies=(Allergy("青霉素", "皮疹"),), allergies_known=True, no_resuscitation=True)
    house.person("张玉珍", "101-2", contacts=(Contact("李强", "11", "13800005521"),), conditions=(Condition("高血压"),))
    said = kinds(pages(house))
    assert said["! 过敏 青霉素(皮疹)"] == said["! 不做心肺复苏"] == "warning"
    assert said["! 没问过过敏"] == "strong"
    assert "疾病：高血压" in said
    assert any("李强 13800005521" in text for text in said)


def test_both_values_of_what_laptops_disagree_on(tmp_path: Path) -> None:
    with two_laptops(tmp_path) as pair:
        person = pair.person("李秀英", "101-1", care_level="half")
        pair.meet()
        pair.centre.edit(Person, person, care_level="full")
        pair.home.edit(Person, person, care_level="self")
        pair.meet()
        facts = pack_facts(pair.home.store, pair.home.store.now())
        said = kinds(pack_of(facts, CARD, "一号", []))
    (told,) = (text for text in said if text.startswith("! 两边不同"))
    assert said[told] == "warning"
    assert "全护" in told
    assert "自理" in told
    assert any("有 1 位老人，两台电脑记得不一样" in text for text in said)


def test_the_first_page_says_when_by_which_laptop_and_who_is_out(home: Household) -> None:
    said = texts(pages(home))
    assert "生成 2026-11-22 21:04，电脑 一号" in said
    assert "这台电脑记到 2026-11-22 21:04。以后发生的事不在纸上，请先问当班的人。" in said
    assert "县里没有" in said
    assert "一共 11 位老人，其中外出 2 位。没有床位的老人不在纸上。" in said
    assert "! 说好 11-22 19:04 回来，还没有回来" in said
    assert not any("时钟" in text for text in said)
    home.store.clock.doubt = "jumped"
    assert kinds(pages(home))["! 生成的时候电脑的时钟不准，纸上的时间请核对。"] == "warning"


def test_a_square_for_every_round_of_the_next_day(home: Household) -> None:
    facts = pack_facts(home.store, home.store.now())
    grids = [
        block
        for page in pages(home).pages
        for block in page.blocks
        if isinstance(block, Table) and block.look == "grid"
    ]
    boxes = sum(line.kind == "box" for grid in grids for row in grid.rows for cell in row for line in cell)
    assert boxes == sum(len(one.due) for one in facts.people) > 50


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_it_is_made_in_either_language_and_comes_back_as_it_was(home: Household, lang: str) -> None:
    words.use(lang)
    pack = pages(home)
    assert document.from_json(json.loads(document.to_json(pack))) == pack
    assert pack.lang == lang


@pytest.mark.parametrize(
    "said", [{}, {"pages": 1}, {"lang": "zh", "pages": [{"title": ""}]}, {"lang": "zh", "pages": [1]}]
)
def test_another_document_is_none(said: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="pack"):
        document.from_json(said)


def test_in_a_terminal_it_is_read_a_screen_at_a_time_and_commands_nothing(house: Household) -> None:
    house.person("李\x1b[2J秀英", "101-1", allergies=(Allergy("青霉素"),))
    lines = list(terminal.lines_of(pages(house), 100))
    assert not any("\x1b" in line for line in lines)
    assert any("! 过敏 青霉素" in line for line in lines)
    asked: list[str] = []

    def enter_then_q() -> str:
        asked.append("")
        return "q" if len(asked) == 2 else ""

    assert list(terminal.leaf(iter(lines), 11, enter_then_q)) == lines[:20]


# --- where it lies -----------------------------------------------------------------------------------


def test_it_lies_beside_the_record_and_on_a_stick(home: Household, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    made = make_pack(home.store, home.carer, [stick])
    assert made.missed == ()
    for folder in (beside(home.store.path), stick):
        assert [one.name for one in packs_in(folder)] == [made.name]
        assert read_pack(folder / made.name).card == made.card
    assert [one.name for one in stick.iterdir()] == [made.name]


def test_the_last_three_of_a_laptop_are_kept_and_what_is_not_ours_is_let_alone(tmp_path: Path) -> None:
    (tmp_path / "somebody's.html").write_text("keep me")
    other = file_name("00000000", "20261101-0101")
    put(b"of the other laptop", other, [tmp_path], own=tmp_path)
    names = [file_name("3f2a91c0", f"20261122-{hour}00") for hour in range(10, 15)]
    for name in names:
        put(name.encode(), name, [tmp_path], own=tmp_path)
    assert {one.name for one in tmp_path.iterdir()} == {"somebody's.html", other, *names[-KEPT:]}


def test_a_pack_that_was_just_made_stays_whatever_older_ones_are_dated(tmp_path: Path) -> None:
    for year in (2095, 2096, 2097, 2098, 2099):
        put(b"old", file_name("3f2a91c0", f"{year}0101-0000"), [tmp_path], own=tmp_path)
    name = file_name("3f2a91c0", "20261122-2104")
    put(b"new", name, [tmp_path], own=tmp_path)
    assert (tmp_path / name).read_bytes() == b"new"
    assert len(packs_in(tmp_path)) == KEPT


def test_a_stick_that_is_not_there_is_told_and_the_rest_is_done(home: Household, tmp_path: Path) -> None:
    gone, no_folder = tmp_path / "gone", tmp_path / "file"
    no_folder.write_text("")
    made = make_pack(home.store, home.carer, [gone, no_folder])
    assert [(one.folder, one.error) for one in made.missed] == [(gone, "missing"), (no_folder, "missing")]
    assert (beside(home.store.path) / made.name).exists()
    assert not gone.exists()


def test_where_no_place_takes_it_that_is_an_error(home: Household) -> None:
    beside(home.store.path).write_text("in the way")
    with pytest.raises(PackNowhere):
        make_pack(home.store, home.carer)


def test_a_record_that_can_only_be_read_gives_its_pack_away(house: Household, tmp_path: Path) -> None:
    house.person("李秀英", "101-1")
    used = card_to_pack_with(house.store, None)
    house.store.close()
    folder, stick = house.store.path.parent, tmp_path / "stick"
    stick.mkdir()
    for each in folder.iterdir():
        each.chmod(0o400)
    folder.chmod(0o500)
    before = {one.name for one in folder.iterdir()}
    store = open_vault(house.store.path, NUMBER, PASSPHRASE)
    try:
        assert store.read_only
        made = make_pack(store, house.director, [stick])
        with pytest.raises(PackNowhere):
            make_pack(store, house.director)
    finally:
        store.close()
        folder.chmod(0o700)
    assert "李秀英" in by_the_book((stick / made.name).read_text("utf-8"), used.digits).decode()
    assert {one.name for one in folder.iterdir()} == before


def test_each_hour_one_is_made_beside_the_work(
    home: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIYANG_CONFIG", str(tmp_path / "config"))
    stick = tmp_path / "stick"
    stick.mkdir()
    remember(settings_path(), pack_to=(str(stick), str(tmp_path / "gone")))
    (chore,) = (one for one in CHORES if one.id == "pack")
    assert chore.every_s == 3600
    session = Session(home.store, None, "", home.store.now)  # type: ignore[arg-type]
    done = hourly(session)
    assert done.facts == {"card": card_to_pack_with(home.store, None).number, "people": 11, "places": 2, "missed": 1}
    assert len(packs_in(stick)) == 1


def test_a_round_more_is_in_the_next_pack(home: Household) -> None:
    person = people.page(home.store, "吴国华", 0, 1)[0].id
    rounds.record(home.store, home.carer, person, rounds.Observation(vitals={"sbp": 187, "dbp": 91}))
    stays.leave(home.store, home.carer, person, "hospital", None, "")
    said = texts(pages(home))
    assert any("血压 187/91" in text for text in said)
    assert "一共 11 位老人，其中外出 3 位。没有床位的老人不在纸上。" in said


def test_what_waits_and_what_is_disputed_is_told_first() -> None:
    assert KNOW[:2] == (Waiting, Disputed)
