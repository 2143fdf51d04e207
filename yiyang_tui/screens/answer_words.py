"""Alerts and answers in words: the score or that one value is beyond its limit; what was done, by whom, until when."""

from typing import TYPE_CHECKING

from care.escalation import ways
from yiyang_tui.words import language, t, times

if TYPE_CHECKING:
    from care.alerts import Alert
    from care.answers import Answered
    from care.news2 import News2


def score(news: "News2") -> str:
    """``NEWS2 7 高``; of an incomplete set at least so much."""
    level = t(f"news.{news.response}")
    return t("today.news" if news.complete else "today.news_least", total=news.total, level=level)


def alert_score(alert: "Alert") -> str:
    """What kind of alert it is."""
    return score(alert.news) if alert.news is not None else t(f"answer.code_{alert.code}")


def way_words(code: str) -> str:
    """What is done, in words."""
    way = ways().get(code)
    return code if way is None else way.words.of(language())


def told(one: "Answered") -> str:
    """``已叫医生 刘建国 20:55``."""
    parts = [one.words.of(language()), one.told]
    if one.told_at is not None:
        parts.append(times.clock(one.told_at))
    return " ".join(filter(None, parts))


def stands(one: "Answered") -> str:
    """``加强观察 到 21:34 李娟``: what an alert waits for once it is answered."""
    return t("answer.stands", what=told(one), until=times.clock(one.back_at), who=one.who)
