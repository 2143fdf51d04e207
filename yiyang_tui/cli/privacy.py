"""``yiyang looks``, ``yiyang consents``, ``yiyang retention``: what people can ask the house about their own record."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang_tui.cli.options import Json, Number, PassphraseFile

if TYPE_CHECKING:
    from care.retention import ClosedFile, Term


def looks(
    whom: Annotated[str, typer.Argument(metavar="PERSON", help="cli.looks.opt.whom")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE.html", help="cli.looks.opt.file")] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """Who looked at somebody's record and what of it left: listed, or as a page to print."""
    from dataclasses import asdict

    from care.looks_printed import looks_sheet
    from yiyang_tui import leaving
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, note, say, table
    from yiyang_tui.cli.whom import person_of
    from yiyang_tui.looks_page import look_cells, looks_page
    from yiyang_tui.words import t

    target = None if file is None else leaving.free(file)
    with acting(number, passphrase_file) as (store, by):
        sheet = looks_sheet(store, by.id, person_of(store, whom), "" if target is None else target.name)
    if target is not None:
        leaving.put(target, looks_page(sheet))
    if json:
        as_json({"file": "" if target is None else str(target), "looks": [asdict(one) for one in sheet.rows]})
    elif target is None:
        say(f"{sheet.bed_label} {sheet.name}".strip())
        table(
            [t(f"looks.column.{name}") for name in ("at", "who", "role", "what")], [look_cells(r) for r in sheet.rows]
        )
        say(t("cli.looks.count", n=len(sheet.rows)))
    else:
        say(t("cli.looks.done", path=str(target), n=len(sheet.rows)))
        note(t("cli.looks.delete"))


def consents(number: Number = None, passphrase_file: PassphraseFile = None, json: Json = False) -> None:
    """Who in the house has not been asked yet what they should be."""
    from care.consents import kinds, unasked
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, say, table
    from yiyang_tui.words import language, t

    with acting(number, passphrase_file) as (store, _):
        found = unasked(store)
    counts = {kind.code: sum(kind.code in one.kinds for one in found) for kind in kinds() if kind.needed}
    if json:
        listed = [{"person": one.person_id.hex, "bed": one.bed_label, "kinds": list(one.kinds)} for one in found]
        as_json({"unasked": listed, "by_kind": counts})
        return
    words = {kind.code: kind.short_zh if language() == "zh" else kind.short_en for kind in kinds()}
    if found:
        rows = [(one.bed_label, one.name, " ".join(words[kind] for kind in one.kinds)) for one in found]
        table([t(f"cli.consents.column.{name}") for name in ("bed", "name", "kinds")], rows)
    total = "  ".join(f"{words[kind]} {n}" for kind, n in counts.items())
    say(t("cli.consents.count", n=len(found), counts=total) if found else t("cli.consents.none"))


def retention(
    longer: Annotated[str | None, typer.Option("--set", metavar="TERM=YEARS", help="cli.retention.opt.set")] = None,
    number: Number = None,
    passphrase_file: PassphraseFile = None,
    json: Json = False,
) -> None:
    """How long what is kept, by which law; which closed files have passed a term."""
    from care.retention import due, lengthen, terms
    from yiyang_tui.cli.record import acting
    from yiyang_tui.cli.show import as_json, say
    from yiyang_tui.words import t

    asked = None if longer is None else _term(longer)
    with acting(number, passphrase_file) as (store, by):
        if asked is not None:
            lengthen(store, by.id, *asked)
        known, found = terms(store), due(store, by.id, store.now())
    if json:
        as_json({"terms": [_as_json(one) for one in known], "due": [_due_json(one) for one in found]})
        return
    _show_terms(known)
    say()
    if found:
        _show_due(found, known)
    say(t("cli.retention.due", n=len(found)) if found else t("cli.retention.none"))


def _term(typed: str) -> tuple[str, int]:
    from db.errors import Refused

    code, _, years = typed.partition("=")
    if not (years.strip().isascii() and years.strip().isdigit() and len(years) < 6):
        raise Refused("retention_set")
    return code.strip(), int(years)


def _show_terms(known: "list[Term]") -> None:
    from yiyang_tui.cli.show import table
    from yiyang_tui.words import language, t

    zh = language() == "zh"
    rows = [
        (
            one.code,
            one.zh if zh else one.en,
            t("cli.retention.years", n=one.years) if one.years else t("cli.retention.life"),
            one.after_zh if zh else one.after_en,
            " ".join(filter(None, (one.law, t("cli.retention.agreed") if one.agreed else ""))),
            t(f"cli.retention.certainty.{one.certainty}"),
        )
        for one in known
    ]
    columns = ("term", "record", "years", "after", "law", "certainty")
    table([t(f"cli.retention.column.{name}") for name in columns], rows, whole=(0,))


def _show_due(found: "list[ClosedFile]", known: "list[Term]") -> None:
    from yiyang_tui.cli.show import table
    from yiyang_tui.words import language, t

    words = {one.code: one.zh if language() == "zh" else one.en for one in known}
    rows = []
    for one in found:
        passed = " ".join(words[part.term] for part in one.parts if part.passed)
        kept = " ".join(
            f"{words[part.term]}({part.until.isoformat() if part.until else t('cli.retention.life')})"
            for part in one.parts
            if not part.passed
        )
        rows.append((one.name, one.ended.isoformat(), passed, kept or t("cli.retention.nothing_kept")))
    table([t(f"cli.retention.column.{name}") for name in ("name", "ended", "passed", "kept")], rows)


def _as_json(one: "Term") -> dict[str, Any]:
    said = {"code": one.code, "years": one.years, "law_years": one.law_years, "law": one.law}
    return {**said, "certainty": one.certainty, "agreed": one.agreed}


def _due_json(one: "ClosedFile") -> dict[str, Any]:
    parts = [
        {"term": part.term, "until": part.until.isoformat() if part.until else None, "passed": part.passed}
        for part in one.parts
    ]
    return {"person": one.person_id.hex, "ended": one.ended.isoformat(), "whole": one.whole, "parts": parts}
