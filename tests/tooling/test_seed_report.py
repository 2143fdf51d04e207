"""`make seeds`: a row of the field's wishes holds when every test marked with it passed, and only then."""

from pathlib import Path

import pytest

from tests import seed_report

PROJECT = Path(seed_report.__file__).parents[1]


@pytest.fixture(autouse=True)
def find_the_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner pytest runs in a folder of its own and has to find the plugin; others would only slow it."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def _run(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(source)
    pytester.makeini("[pytest]\naddopts = --strict-markers\nmarkers = seed(*ids): rows")
    return pytester.runpytest_subprocess("-p", "xdist", "-p", "tests.seed_report", "--seeds", *options)


TWO_ROWS = """
    import pytest

    @pytest.mark.seed("R001", "R002")
    def test_first():
        pass

    @pytest.mark.seed("R002")
    def test_second():
        assert {second}

    def test_not_marked():
        raise AssertionError("not run by --seeds")
"""


@pytest.mark.parametrize("processes", ["0", "2"])
def test_rows_hold_when_all_their_tests_pass(pytester: pytest.Pytester, processes: str) -> None:
    result = _run(pytester, TWO_ROWS.format(second=True), "-n", processes)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["   2 of  45  1. Pair*", " *R001 R002", "   0 of  27  2. People*", "   2 of 323  in all"]
    )


@pytest.mark.parametrize("processes", ["0", "2"])
def test_one_failing_test_breaks_its_row(pytester: pytest.Pytester, processes: str) -> None:
    result = _run(pytester, TWO_ROWS.format(second=False), "-n", processes)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["   1 of  45  1. Pair*", " *R001", " *do not hold: R002", "   1 of 323  in all"])


def test_a_skipped_test_proves_nothing(pytester: pytest.Pytester) -> None:
    result = _run(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.seed("R003")

        def test_never():
            pytest.skip("no proof")
        """,
    )
    result.stdout.fnmatch_lines([" *do not hold: R003", "   0 of 323  in all"])


@pytest.mark.parametrize(
    ("mark", "message", "processes"),
    [
        ('"R324"', "*test_wish: seed 'R324' is not a row of seed_rows.csv*", "0"),
        ('"R324"', "*test_wish: seed 'R324' is not a row of seed_rows.csv*", "2"),
        ('"R001", 1', "*test_wish: seed 1 is not a row of seed_rows.csv*", "0"),
        ("", "*test_wish: seed takes row ids*", "0"),
    ],
    ids=["unknown", "unknown-parallel", "no-text", "none"],
)
def test_an_unknown_row_stops_collection(pytester: pytest.Pytester, mark: str, message: str, processes: str) -> None:
    source = f"""
        import pytest

        class TestWishes:
            @pytest.mark.seed({mark})
            def test_wish(self):
                pass
    """
    result = _run(pytester, source, "-n", processes)
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines([message])
