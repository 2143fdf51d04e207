"""What was handed to a wire or a stick and is not signed for yet: 已发, between 本机 and 县里已收."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sync import graph
from sync.errors import LinkDamaged, NotEnrolled
from sync.link import Folder, last_receipt

MOST: Final = 4096
"""Names kept. A laptop that hands over so many batches without one receipt is told of the newest."""


def handed_over(folder: Folder, names: Iterable[bytes]) -> None:
    """Remember that sealed copies of these batches left this laptop; those the county has signed for are let go of."""
    news = folder.news()
    fresh = dict.fromkeys((*news.sent, *names))
    try:
        receipt = last_receipt(news, folder.link())
    except (NotEnrolled, LinkDamaged):
        receipt = None
    if receipt is not None:
        for name in graph.ancestors(folder.graph(), receipt.heads):
            fresh.pop(name, None)
    sent = tuple(fresh)[-MOST:]
    if sent != news.sent:
        folder.save_news(replace(news, sent=sent))
