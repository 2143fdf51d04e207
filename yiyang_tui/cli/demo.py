"""``yiyang demo``: the whole of it for real, in a folder of its own: two laptops, a county, the exchange."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer


def demo(
    home: Annotated[Path | None, typer.Option("--home", metavar="DIR", help="cli.demo.opt.home")] = None,
    no_tui: Annotated[bool, typer.Option("--no-tui", help="cli.demo.opt.no_tui")] = False,
    residents: Annotated[
        int, typer.Option("--residents", min=1, max=1000, metavar="N", help="cli.demo.opt.residents")
    ] = 96,
    rooms: Annotated[int, typer.Option("--rooms", min=1, max=500, metavar="N", help="cli.demo.opt.rooms")] = 40,
    staff: Annotated[int, typer.Option("--staff", min=3, max=99, metavar="N", help="cli.demo.opt.staff")] = 18,
    days: Annotated[int, typer.Option("--days", min=1, max=366, metavar="N", help="cli.demo.opt.days")] = 60,
) -> int:
    """Do it all, tell the figures, open the application where there is a terminal, clean up. Returns the exit code."""
    from yiyang_tui.cli.county_place import need_extra
    from yiyang_tui.cli.demo_county import county_beside
    from yiyang_tui.cli.demo_day import Size, a_day, told_step
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    need_extra()
    # However it is ended, what was started is stopped and what was made is removed.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    with _home(home) as place:
        say(t("cli.demo.begin", home=place))
        began = time.monotonic()
        with ExitStack() as running:
            with told_step(t("cli.demo.step_county")):
                county = running.enter_context(county_beside(place / "county", t("cli.county.default_name")))
            version = county.postgres
            say(t("cli.demo.county_postgres", version=version) if version else t("cli.demo.county_sqlite"))
            vault, equal = a_day(place, Size(residents, rooms, staff, days), county, began)
            if sys.stdin.isatty() and sys.stdout.isatty() and not no_tui:
                say(t("cli.demo.opening"))
                _open(vault, place)
        if home is not None:
            say(t("cli.demo.kept", home=place, vault=vault))
    return 0 if equal else 1


@contextmanager
def _home(asked: Path | None) -> Iterator[Path]:
    from yiyang_tui.cli.errors import DemoFolderUsed

    if asked is not None:
        if asked.exists() and (not asked.is_dir() or any(asked.iterdir())):
            raise DemoFolderUsed(path=str(asked))
        asked.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield asked.resolve()
        return
    made = Path(tempfile.mkdtemp(prefix="yiyang-demo-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _open(vault: Path, place: Path) -> None:
    from yiyang_tui.__main__ import open_application
    from yiyang_tui.words import language

    # The settings of whoever tries the demo stay as they are.
    os.environ |= {"YIYANG_VAULT": str(vault), "YIYANG_CONFIG": str(place / "config"), "YIYANG_LANG": language()}
    open_application()
