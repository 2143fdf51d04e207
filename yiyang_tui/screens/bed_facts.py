"""What the map of beds tells about the bed under the cursor, in words, the most important first."""

from typing import TYPE_CHECKING

from rich.cells import cell_len

from yiyang_tui.widgets.bed_layout import counts
from yiyang_tui.widgets.columns import Cell
from yiyang_tui.words import language, plural, t, times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from care.alerts import Alert
    from care.bed_detail import BedDetail, Lying, Out
    from care.beds import BedCell, Ward


def figures(wards: "Sequence[Ward]", width: int) -> str:
    """``福利院 96 张 住 84 空 9 外出 3 | 卫生院 12 张 住 7 空 5 | 家庭病床 5 张``, in fewer words where room is short.

    A kind that has no bed is left out; of beds at home the whole says enough while all are taken.
    """
    whole = _figures(wards, "beds.total")
    return whole if cell_len(whole) <= width else _figures(wards, "beds.total_short")


def _figures(wards: "Sequence[Ward]", key: str) -> str:
    said = []
    for ward in wards:
        total = t(f"{key}.{ward.kind}", n=ward.total)
        if ward.kind == "home" and ward.taken == ward.total:
            said.append(total)
        else:
            said.append(t("beds.has", total=total, counts=counts(ward.taken, ward.free, ward.leave)))
    return " | ".join(one for one, ward in zip(said, wards, strict=True) if ward.total)


def facts_of(
    cell: "BedCell", detail: "BedDetail", mates: "Sequence[str]", alerts: "Mapping[UUID, Alert]", now: int
) -> list[Cell]:
    """The facts of one bed. ``mates``: the names of those in the same room, who matter where a bed is free."""
    if cell.person_id is None:
        return _empty(cell, detail, mates)
    facts: list[Cell] = []
    if len(detail.lying) > 1:
        names = t("beds.and").join(one.name for one in detail.lying)
        facts.append(Cell("! " + t("beds.shared", bed=cell.label, names=names), "urgent"))
    for one in detail.lying:
        facts += _person(cell, one, alerts.get(one.person_id), now)
    if detail.address:
        facts.append(Cell(t("beds.address", address=detail.address), "quiet"))
    return facts


def _empty(cell: "BedCell", detail: "BedDetail", mates: "Sequence[str]") -> list[Cell]:
    kind = t(f"beds.bed_kind.{cell.kind}")
    state = t("beds.is_free" if cell.state == "free" else "beds.is_closed", bed=cell.label, kind=kind)
    facts = [Cell(state, "title")]
    if mates:
        facts.append(Cell(t("beds.mates", names=t("beds.join").join(mates))))
    elif cell.kind != "home":
        facts.append(Cell(t("beds.no_mates"), "quiet"))
    if detail.address:
        facts.append(Cell(t("beds.address", address=detail.address), "quiet"))
    return facts


def _person(cell: "BedCell", one: "Lying", alert: "Alert | None", now: int) -> list[Cell]:
    facts = [Cell(f"{cell.label} {one.name}", "title"), Cell(who(one))]
    if cell.practice:
        facts.append(Cell(t("beds.practice"), "quiet"))
    if alert is not None:
        facts += _alert(alert)
    if one.out is not None:
        facts += _out(one.out, now)
    facts.append(_allergies(one))
    since = times.day(one.since_at, now)
    facts.append(Cell(plural("beds.since", cell.days or 0, day=since) if cell.days else t("beds.since_today"), "quiet"))
    return facts


def who(one: "Lying") -> str:
    """``男 79岁 半护 特困``."""
    from care.codes import short

    said = [short("sex", one.sex, language())]
    if one.age is not None:
        said.append(t("beds.age", n=one.age))
    codes = (("home_care_level", one.care_level), ("resident_category", one.category))
    return " ".join([*said, *(short(name, code, language()) for name, code in codes if code)])


def _alert(alert: "Alert") -> list[Cell]:
    from care.observations import say

    found = "  ".join(say(finding, language()) for finding in alert.text_facts[:3])
    if alert.news is not None:
        level = t(f"news.{alert.news.response}")
        news = t("today.news" if alert.news.complete else "today.news_least", total=alert.news.total, level=level)
        found = f"{news}  {found}"
    span = times.span(alert.minutes * 60)
    if alert.answered:
        return [Cell(f"! {found}".rstrip(), "urgent"), Cell(t("beds.answered", span=span), "quiet")]
    waits = t("today.waits", span=span, who=t(f"role.{alert.waits_for}"))
    return [Cell(f"! {found}  {waits}", "urgent")]


def _out(out: "Out", now: int) -> list[Cell]:
    kind = t(f"beds.leave.{out.kind}")
    facts = [Cell(t("beds.out_since", kind=kind, when=times.moment(out.left_at, now)), "due")]
    if out.expected_at is None:
        facts.append(Cell(t("beds.back_unknown"), "quiet"))
    elif out.expected_at < now:
        facts.append(Cell("! " + t("beds.back_late", span=times.span(now - out.expected_at)), "late"))
    else:
        facts.append(Cell(t("beds.back_at", when=times.moment(out.expected_at, now)), "due"))
    if out.companion:
        facts.append(Cell(t("beds.with", who=out.companion), "quiet"))
    return [*facts, Cell(out.note, "quiet")] if out.note else facts


def _allergies(one: "Lying") -> Cell:
    if one.allergies:
        return Cell("! " + t("beds.allergic", to=t("beds.join").join(one.allergies)), "urgent")
    return Cell(t("beds.no_allergy" if one.allergies_known else "beds.allergy_unasked"), "quiet")
