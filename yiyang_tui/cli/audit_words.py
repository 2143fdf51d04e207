"""What of an entry of the audit trail is told beside the act: which columns changed, the facts of an event."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from care.trail import Line

_MOMENTS = frozenset({"went_to"})
"""Facts that are seconds UTC."""


def details(line: "Line") -> str:
    """In the words of the catalogue; what it has no word for stands as it was written."""
    from yiyang_tui.words import t

    told = [_column(line.table, name) for name in line.fields]
    told += [_fact(name, value) for name, value in sorted(line.facts.items()) if value != ""]
    return t("list.comma").join(told)


def _column(table: str, name: str) -> str:
    from yiyang_tui.words import has, t

    known = (f"column.{table}.{name}", f"column.{name}", f"field.{name}")
    return next((t(key) for key in known if has(key)), name)


def _fact(name: str, value: str | int) -> str:
    from yiyang_tui.cli.show import moment
    from yiyang_tui.words import has, t

    label = t(f"cli.audit.fact.{name}") if has(f"cli.audit.fact.{name}") else name
    worded = f"cli.audit.value.{name}.{value}"
    if has(worded):
        return t("cli.audit.fact_is", label=label, value=t(worded))
    shown = moment(int(value)) if name in _MOMENTS else str(value)
    return t("cli.audit.fact_is", label=label, value=shown)
