"""``yiyang doctor``: is everything as it should be, and what to do where it is not."""

import time
from typing import Annotated

import typer

from yiyang_tui.cli.finding import Finding
from yiyang_tui.cli.options import Json, Number, PassphraseFile

BAD = 1


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="cli.doctor.opt.deep")] = False,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> int:
    """Check and tell. Returns 1 if something is bad, else 0."""
    from db.errors import YiyangError
    from yiyang_tui.cli.ask import Secrets
    from yiyang_tui.cli.check_record import check_deep
    from yiyang_tui.cli.record import opened
    from yiyang_tui.words import sentence

    found = everything()
    if deep:
        try:
            with opened(Secrets(), number, passphrase_file) as (store, _):
                found += check_deep(store)
        except YiyangError as error:
            found.append(Finding("deep", "bad", "cannot_open", {"why": sentence(error)}))
    if json:
        _as_json(found)
    else:
        _tell(found)
    return BAD if any(one.level == "bad" for one in found) else 0


def everything() -> list[Finding]:
    """All that can be checked without a passphrase."""
    from yiyang_tui.cli.check_backups import check_backups
    from yiyang_tui.cli.check_program import check_clock, check_disk, check_program
    from yiyang_tui.cli.check_record import check_county, check_file, news_of
    from yiyang_tui.cli.check_terminal import check_terminal
    from yiyang_tui.settings import vault_path

    vault = vault_path()
    news = news_of(vault)
    return [
        *check_program(),
        *check_file(vault),
        *check_clock(vault, news.county_ahead_s if news and news.receipt else None),
        *check_county(vault, int(time.time())),
        *check_disk(vault.parent),
        *check_backups(vault, int(time.time())),
        *check_terminal(),
    ]


def _sentence(one: Finding) -> str:
    from yiyang_tui.words import t

    return t(f"cli.doctor.{one.code}", **one.facts)


def _tell(found: list[Finding]) -> None:
    from yiyang_tui.cells import wrap
    from yiyang_tui.cli.show import say
    from yiyang_tui.words import t

    area = ""
    for one in found:
        if one.area != area:
            area = one.area
            say(t(f"cli.doctor.area.{area}"))
        first, *more = wrap(_sentence(one), 90)
        say(f"  {t(f'cli.doctor.level.{one.level}')}  {first}")
        for line in more:
            say(f"  {t('cli.doctor.level.none')}  {line}")
    counts = {level: sum(one.level == level for one in found) for level in ("good", "attention", "bad")}
    say()
    say(t("cli.doctor.sum", **counts))
    if not any(one.area == "deep" for one in found) and any(one.code == "record" for one in found):
        say(t("cli.doctor.only_near"))


def _as_json(found: list[Finding]) -> None:
    from yiyang_tui.cli.show import as_json

    as_json(
        {
            "healthy": not any(one.level == "bad" for one in found),
            "findings": [
                {"area": one.area, "level": one.level, "code": one.code, "facts": one.facts, "sentence": _sentence(one)}
                for one in found
            ],
        }
    )
