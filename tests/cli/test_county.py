"""``yiyang county``: made once, gives out codes that are read out by telephone, and says how each pair stands."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from sync.county import keys
from sync.county.settings import Settings
from sync.county.settings import load as load_county
from sync.link import Folder
from sync.trust import only
from tests.cli.conftest import NUMBER, PAIR, contents, entries_of, environment, refused, yiyang

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
DEVICE = {
    "pair_name",
    "device_id",
    "name",
    "certified_at",
    "revoked_at",
    "last_seen_at",
    "clock_skew_s",
    "entries",
    "batches",
}


def test_init_makes_a_county_once(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    made = yiyang("county", "init", "--folder", str(folder), "--name", "白云县")
    assert made.code == 0, made.err
    assert "白云县" in made.out
    assert "county.keys" in made.out
    before = contents(folder)
    refused(40, "county", "init", "--folder", str(folder), zh="密钥没有被碰过", en="keys were not touched")
    assert contents(folder) == before


def test_a_password_in_the_environment_is_not_told(tmp_path: Path) -> None:
    secret = "postgresql+psycopg://yiyang:geheim@127.0.0.1:9/yiyang"
    ended = yiyang("county", "init", "--folder", str(tmp_path / "c"), YIYANG_COUNTY_DATABASE_URL=secret)
    assert ended.code == 42
    assert "geheim" not in ended.out + ended.err
    assert "数据库没有应答" in ended.sentence()


def test_there_must_be_a_county_first(tmp_path: Path) -> None:
    for command in ("serve", "devices", "status"):
        refused(40, "county", command, "--folder", str(tmp_path), zh="yiyang county init", en="yiyang county init")


def test_a_code_is_told_with_what_to_type(county: Settings) -> None:
    ended = yiyang("county", "enrol", "--pair", PAIR, "--folder", str(county.folder), "--url", "http://10.0.0.5:8440")
    assert CODE.search(ended.out)
    assert "yiyang enrol http://10.0.0.5:8440" in ended.out
    assert "yiyang init --join http://10.0.0.5:8440" in ended.out
    said = yiyang("county", "enrol", "--pair", PAIR, "--folder", str(county.folder), "--json").json()
    assert CODE.fullmatch(said["code"])
    assert said["pair"] == PAIR


def test_enrolling_by_the_commands_alone(
    county: Settings, address: str, vault: Path, secret: Path, tmp_path: Path
) -> None:
    folder = ("--folder", str(county.folder))
    code = tmp_path / "code.txt"
    code.write_text(yiyang("county", "enrol", "--pair", PAIR, *folder, "--json").json()["code"], encoding="utf-8")
    words = ("enrol", address, "--number", NUMBER, "--passphrase-file", str(secret), "--code-file", str(code))
    done = yiyang(*words, "--laptop", "一号机", vault=vault)
    assert done.code == 0, done.err
    assert "已接上「青山县」" in done.out
    assert Folder(vault).enrolled

    (device,) = yiyang("county", "devices", *folder, "--json").json()["devices"]
    assert set(device) == DEVICE
    assert (device["pair_name"], device["name"], device["revoked_at"]) == (PAIR, "一号机", None)
    shown = yiyang("county", "devices", *folder).out
    assert "一号机" in shown
    assert "在用" in shown
    (pair,) = yiyang("county", "status", *folder, "--json").json()["pairs"]
    assert (pair["name"], pair["devices"], pair["entries"]) == (PAIR, 1, entries_of(vault))
    assert pair["entries"] > 0

    # The answer might have been lost on the way: the same laptop may ask again, and is the same laptop.
    assert yiyang(*words, "--laptop", "一号机", vault=vault).code == 0
    (pair,) = yiyang("county", "status", *folder, "--json").json()["pairs"]
    assert pair["devices"] == 1
    join = ("init", "--join", address, *words[2:])
    refused(33, *join, vault=tmp_path / "second.db", zh="已经用过", en="used already")
    assert not (tmp_path / "second.db").exists()


def test_a_mistyped_code_is_told_before_anything_is_sent(vault: Path, secret: Path, tmp_path: Path) -> None:
    code = tmp_path / "code.txt"
    code.write_text("ABCD\n", encoding="utf-8")
    words = ("enrol", "http://127.0.0.1:9", "--number", NUMBER, "--passphrase-file", str(secret))
    ended = yiyang(*words, "--code-file", str(code), vault=vault)
    assert ended.code == 35
    assert "没有" in ended.sentence()


def test_nobody_yet(county: Settings) -> None:
    assert "还没有" in yiyang("county", "devices", "--folder", str(county.folder)).out
    assert yiyang("county", "status", "--folder", str(county.folder), "--json").json() == {"pairs": [], "attention": []}


def test_it_serves_until_it_is_told_to_end(county: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = ("county", "serve", "--folder", str(county.folder), "--port", str(port))
    server = subprocess.Popen(
        [sys.executable, "-m", "yiyang_tui", *words],
        env=environment(YIYANG_LANG="zh"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        assert server.stderr is not None
        line = server.stderr.readline().decode()
        assert f"https://127.0.0.1:{port}" in line
        while "startup complete" not in server.stderr.readline().decode():
            assert server.poll() is None
        transport = httpx.HTTPTransport(verify=only(keys.load(county.folder).authority), retries=20)
        with httpx.Client(transport=transport, trust_env=False) as http:
            assert http.get(f"https://127.0.0.1:{port}/healthz").text == "ok"
        refused(
            43,
            *words,
            zh="可能已被别的程序占用",
            en="another program may be using it",
        )
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
        assert "已结束服务" in server.stderr.read().decode()
    finally:
        server.kill()
        server.communicate()


def test_without_the_countys_part_one_sentence_says_how_to_install_it() -> None:
    run = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from yiyang_tui.cli.main import run\n"
        "raise SystemExit(run(['county', 'status']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", run], env=environment(YIYANG_LANG="zh"), capture_output=True, check=False
    )
    assert done.returncode == 6
    assert 'pip install "yiyang[county]"' in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_damaged_settings_are_named(county: Settings) -> None:
    (county.folder / "county.toml").write_text("name = ", encoding="utf-8")
    refused(41, "county", "status", "--folder", str(county.folder), zh="county.toml", en="county.toml")


def test_the_folder_may_come_from_the_environment(county: Settings) -> None:
    ended = yiyang("county", "status", "--json", YIYANG_COUNTY_FOLDER=str(county.folder))
    assert json.loads(ended.out) == {"pairs": [], "attention": []}
    assert load_county(county.folder).name == "青山县"
