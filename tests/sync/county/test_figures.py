"""What a county tells about itself: figures over all workers, log lines, and of people nothing at all."""

import re

import httpx
import pytest

from sync.county import logs
from sync.county.settings import Settings
from sync.errors import CountyLies
from sync.protocol import Problem
from tests.sync.county.members import Said, enrolled
from tests.sync.county.served import free_port, served

NAME = "王桂兰"


def _figures(port: int) -> dict[str, float]:
    said = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False, timeout=60).text
    return {name: float(value) for name, value in re.findall(r"^([^#\s]+(?:\{.*\})?) (\S+)$", said, re.MULTILINE)}


@pytest.mark.parametrize("county_url", ["sqlite"], indirect=True)
def test_figures_of_all_workers_are_one_sum_and_lines_tell_codes_not_people(county: Settings) -> None:
    port = free_port()
    with served(county, "--metrics", str(port)) as server:
        laptop = enrolled(county, server.url)
        for _ in range(6):
            laptop.exchange([], [laptop.batch([laptop.person(name=NAME)])])
        with pytest.raises(Said):
            laptop.post("/v1/exchange", b"")
        found = _figures(port)
        server.process.terminate()
        server.until(lambda line: line["message"].startswith("Finished server process"), 2)
    assert found['yiyang_requests_total{path="/v1/exchange",status="200"}'] == 6
    assert found['yiyang_record_total{what="batches_stored"}'] == 6
    assert found['yiyang_record_total{what="entries_merged"}'] == 6
    assert found['yiyang_refused_total{code="signature_wrong"}'] == 1
    assert found['yiyang_request_seconds_count{path="/v1/exchange"}'] == 7
    assert (found["yiyang_database_up"], found["yiyang_unmerged_batches"], found["yiyang_devices"]) == (1, 0, 1)
    answered = [line for line in server.log if line["message"] == "answered" and line["path"] == "/v1/exchange"]
    assert [line["status"] for line in answered].count(200) == 6
    for line in answered[:6]:
        assert line["device"] == logs.short(laptop.device_id)
        assert line["pair"] == logs.short(laptop.pair_id)
        assert len(line["request"]) == 12
        assert (line["bytes_in"] > 0, line["bytes_out"] > 0, line["ms"] >= 0) == (True, True, True)
    assert [line["code"] for line in answered if line["status"] != 200] == ["signature_wrong"]
    for said in (repr(server.log), repr(found)):
        for secret in (NAME, laptop.name, "石桥", laptop.device_id.hex, laptop.pair_id.hex, county.database_url):
            assert secret not in said


def test_an_error_in_the_log_tells_its_kind_and_place_and_not_what_it_quotes() -> None:
    try:
        Problem.decode(NAME.encode())
    except CountyLies as error:
        said = logs.places((type(error), error, error.__traceback__))
    assert said.startswith("CountyLies < ")
    assert "protocol.py" in said
    assert NAME not in said


def test_a_request_collects_its_own_notes_only() -> None:
    logs.note(code="outside")
    with logs.noting(request="a") as one:
        logs.add(batches_stored=2)
        with logs.noting(request="b") as other:
            logs.add(batches_stored=1)
        logs.add(batches_stored=1)
        logs.note(code="x")
    assert one == {"request": "a", "batches_stored": 3, "code": "x"}
    assert other == {"request": "b", "batches_stored": 1}
