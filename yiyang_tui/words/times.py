"""Times as people say them. All take seconds UTC and speak the time of the house (UTC+8, no summer time)."""

from datetime import datetime, timedelta, timezone

from yiyang_tui.words import plural, t

HOUSE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Fixed, so that no time-zone file is read before the first screen. China has had no summer time since 1991."""

MINUTE, HOUR, DAY = 60, 3600, 86400
_FIRST, _LAST = -62_135_510_400, 253_402_214_399
"""What a calendar can write, in the years 1 to 9999. A row of a broken laptop may hold any number for a time."""


def local(at: int) -> datetime:
    """The moment ``at`` on the wall clock of the house, the nearest that a calendar can write."""
    return datetime.fromtimestamp(max(_FIRST, min(at, _LAST)), HOUSE)


def clock(at: int) -> str:
    """``21:04``."""
    return local(at).strftime("%H:%M")


def weekday(at: int) -> str:
    """``周日``."""
    return t(f"weekday.{local(at).isoweekday()}")


def day(at: int, now: int) -> str:
    """``今天``, ``昨天``, ``明天``, else ``11-21``, with the year when it is another."""
    then, today = local(at), local(now)
    apart = (then.date() - today.date()).days
    if apart in (-1, 0, 1):
        return t(("day.yesterday", "day.today", "day.tomorrow")[apart + 1])
    return then.strftime("%m-%d" if then.year == today.year else "%Y-%m-%d")


def moment(at: int, now: int) -> str:
    """``18:40`` today, ``昨天 18:40``, ``11-21 18:40``."""
    return clock(at) if local(at).date() == local(now).date() else f"{day(at, now)} {clock(at)}"


def span(seconds: int) -> str:
    """How long, in the one unit that says enough: ``25 分``, ``3 小时``, ``4 天``. Below a minute: ``1 分``."""
    if seconds < HOUR:
        return plural("span.minutes", max(1, seconds // MINUTE))
    if seconds < DAY:
        return plural("span.hours", seconds // HOUR)
    return plural("span.days", seconds // DAY)


def ago(seconds: int) -> str:
    """``刚刚``, ``12 分钟前``, ``3 小时前``, ``4 天前``. A time ahead of now reads ``刚刚`` too: clocks differ."""
    if seconds < MINUTE:
        return t("ago.now")
    if seconds < HOUR:
        return plural("ago.minutes", seconds // MINUTE)
    if seconds < DAY:
        return plural("ago.hours", seconds // HOUR)
    return plural("ago.days", seconds // DAY)


def until(seconds: int) -> str:
    """Time left, ``还有 25 分``; once it has passed, how late: ``超 25 分``."""
    return t("until.left", span=span(seconds)) if seconds >= 0 else t("until.late", span=span(-seconds))
