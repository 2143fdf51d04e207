"""The sync line of every screen, in honest words: what is only here, what the county has, who must act."""

from yiyang_tui.carrier import Carrying
from yiyang_tui.cells import BETWEEN
from yiyang_tui.words import has, plural, t, times


def line(state: Carrying, now: int) -> str:
    """The parts, the most important first; nothing while nothing is known."""
    standing = state.standing
    if standing is None:
        return "" if state.trouble is None else t("syncline.trouble")
    if not standing.enrolled:
        return plural("syncline.alone", standing.total)
    local = standing.unsent - standing.sent
    parts = [plural("syncline.unsent", local)] if local else []
    if standing.sent:
        parts.append(plural("syncline.sent", standing.sent))
    if not parts:
        parts.append(t("syncline.all_sent"))
    parts.append(t("syncline.county_has", have=standing.at_county, total=standing.total))
    if state.running:
        parts.append(t("syncline.running"))
    elif standing.last is not None and standing.last.outcome != "done":
        parts.append(t("syncline.goes_on", why=why(standing.last.outcome)))
    if standing.refused:
        parts.append(plural("syncline.refused", len(standing.refused)))
    if standing.contested:
        parts.append(plural("syncline.contested", standing.contested))
    if standing.county_lost:
        parts.append(plural("sync.county_lost", standing.county_lost))
    if standing.last is not None and not state.running:
        parts.append(t("syncline.last", when=times.moment(standing.last.at, now)))
    return BETWEEN.join(parts)


def why(outcome: str) -> str:
    """In a few words, why an exchange came to nothing; ``outcome`` is the code of its error."""
    known = f"syncline.why.{outcome}"
    return t(known) if has(known) else t("syncline.failed")
