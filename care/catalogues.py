"""The lists that the county publishes to its pairs: which there are, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import col

from care.kept_json import object_of
from db.reserved import MARK
from db.store import Store
from db.tables import Catalogue, CatalogueItem

MOST = 500


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """A list of the county: how many items stand in it, and when it was published (seconds UTC)."""

    name: str
    version: str
    items: int
    at: int


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item. ``facts``: whatever else the county's list says of it."""

    code: str
    name: str
    facts: Mapping[str, str]


def catalogues(store: Store) -> list[CatalogueView]:
    """All lists, by name. Of two of one name (the county was put back in between) the newer one."""
    codes = func.count(func.distinct(col(CatalogueItem.code)))
    with store.reading() as conn:
        titles = conn.execute(
            select(col(Catalogue.name), col(Catalogue.version), col(Catalogue.published_at)).order_by(
                col(Catalogue.published_at), col(Catalogue.id)
            )
        ).all()
        counts = conn.execute(
            select(col(CatalogueItem.catalogue), codes)
            .where(col(CatalogueItem.closed).is_(False))
            .group_by(col(CatalogueItem.catalogue))
        ).all()
    items = {row[0]: row[1] for row in counts}
    newest = {name: CatalogueView(name, version, items.get(name, 0), at) for name, version, at in titles}
    return sorted((view for view in newest.values() if not view.name.startswith(MARK)), key=lambda view: view.name)


def search(store: Store, name: str, text: str = "", limit: int = 50) -> list[ItemView]:
    """Items of a list whose code or name holds ``text``, by code; at most ``MOST``. None of what is for no eye."""
    if name.startswith(MARK):
        return []
    asked = text.strip()[:100]
    query = (
        select(col(CatalogueItem.code), col(CatalogueItem.name), col(CatalogueItem.facts))
        .where(col(CatalogueItem.catalogue) == name, col(CatalogueItem.closed).is_(False))
        .order_by(col(CatalogueItem.code), col(CatalogueItem.id).desc())
    )
    if asked:
        query = query.where(
            or_(
                col(CatalogueItem.code).icontains(asked, autoescape=True),
                col(CatalogueItem.name).icontains(asked, autoescape=True),
            )
        )
    with store.reading() as conn:
        rows = conn.execute(query.limit(2 * max(1, min(limit, MOST)))).all()
    found: dict[str, ItemView] = {}
    for code, title, facts in rows:
        found.setdefault(code, ItemView(code, title, _facts(facts)))
    return list(found.values())[:limit]


def _facts(said: str) -> dict[str, str]:
    return {key: str(value) for key, value in object_of(said).items()}
