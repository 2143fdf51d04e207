"""Who looked at a record as one page to print on A4: a file of its own, without scripts, that any browser prints."""

from html import escape
from typing import TYPE_CHECKING

from yiyang_tui.words import has, language, t

if TYPE_CHECKING:
    from care.looks_printed import LooksSheet, Seen

_STYLE = """
@page { size: A4; margin: 18mm 15mm; }
body { font: 11pt/1.5 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; color: #000; background: #fff; }
h1 { font-size: 16pt; margin: 0 0 2mm; }
p { margin: 0 0 3mm; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border-bottom: 0.3mm solid #888; padding: 1mm 2mm 1mm 0; text-align: left; vertical-align: top; }
.foot { margin-top: 8mm; }
"""
_COLUMNS = ("at", "who", "role", "what")


def looks_page(sheet: "LooksSheet") -> bytes:
    """The page in the language spoken now, UTF-8."""
    heads = "".join(f"<th>{_said(f'looks.column.{name}')}</th>" for name in _COLUMNS)
    rows = "\n".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in look_cells(row))}</tr>" for row in sheet.rows
    )
    more = f"<p>{escape(t('looks.more', n=sheet.more))}</p>" if sheet.more else ""
    none = "" if sheet.rows else f"<p>{_said('looks.none')}</p>"
    page = f"""<!doctype html>
<html lang="{language()}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_said("looks.title")}</title><style>{_STYLE}</style></head><body>
<h1>{_said("looks.title")}</h1>
<p>{escape(_of(sheet))}</p>
<p>{escape(t("looks.made", at=_moment(sheet.made_at), who=sheet.made_by, n=len(sheet.rows)))}</p>
<table><thead><tr>{heads}</tr></thead><tbody>
{rows}
</tbody></table>
{none}{more}<p class="foot">{_said("looks.rights")}</p>
<p class="foot">{_said("looks.sign")}</p>
</body></html>
"""
    return page.encode("utf-8")


def look_cells(row: "Seen") -> tuple[str, str, str, str]:
    """When, who, in which role, what."""
    role = t(f"role.{row.role}") if row.role else ""
    return _moment(row.at), row.who or t("looks.program"), role, _what(row)


def _what(row: "Seen") -> str:
    from care.data import table

    if row.what == "chart":
        return t("chart.looked")
    kind = table("rules/audit")["kind"].get(row.what, {}).get(language(), row.what)
    known = table("rules/exports")["table"].get(row.table)
    if row.what == "printed":
        sheet = f"print.sheet.{row.table}"
        more = [t(sheet)] if has(sheet) else []
    else:
        more = [known[language()]] if known else []
    more += [t("looks.purpose", why=row.purpose)] if row.purpose else []
    more += [t("looks.second", who=row.second)] if row.second else []
    return " ".join([str(kind), *more])


def _of(sheet: "LooksSheet") -> str:
    from care.codes import short

    sex = short("sex", sheet.sex, language()) if sheet.sex else ""
    return "  ".join(part for part in (sheet.house, sheet.name, sex, sheet.birth, sheet.bed_label) if part)


def _moment(at: int) -> str:
    from yiyang_tui.words import times

    return times.local(at).strftime("%Y-%m-%d %H:%M")


def _said(key: str) -> str:
    return escape(t(key))
