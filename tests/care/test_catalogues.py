"""Lists of the county as a laptop shows them."""

from pathlib import Path

import pytest

from care.catalogues import MOST, CatalogueView, ItemView, catalogues, search
from db.keys import FLOOR
from db.store import Store
from db.tables import Catalogue, CatalogueItem
from db.vault import create_vault


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A record with two lists."""
    made = create_vault(tmp_path / "yiyang.db", "0001", "correct horse battery", cost=FLOOR)
    with made.act(None) as act:
        act.insert(Catalogue, name="药品", version="1", published_at=5)
        act.insert(Catalogue, name="诊断", version="2026", published_at=7)
        for code, name in (("D001", "青霉素钠"), ("D002", "阿莫西林"), ("D010", "100%葡萄糖")):
            act.insert(CatalogueItem, catalogue="药品", code=code, name=name, facts='{"form":"片"}')
        act.insert(CatalogueItem, catalogue="药品", code="D003", name="停用的药", closed=True)
        act.insert(CatalogueItem, catalogue="诊断", code="I10", name="高血压", facts="not json")
    return made


def test_which_lists_there_are(store: Store) -> None:
    assert catalogues(store) == [CatalogueView("药品", "1", 3, 5), CatalogueView("诊断", "2026", 1, 7)]


def test_what_stands_in_them_by_code_or_name(store: Store) -> None:
    assert [item.code for item in search(store, "药品")] == ["D001", "D002", "D010"]
    assert search(store, "药品", "阿莫") == [ItemView("D002", "阿莫西林", {"form": "片"})]
    assert [item.code for item in search(store, "药品", "d00")] == ["D001", "D002"]
    assert [item.code for item in search(store, "药品", limit=2)] == ["D001", "D002"]
    assert search(store, "诊断", "高") == [ItemView("I10", "高血压", {})]
    assert (search(store, "没有"), search(store, "药品", "停用")) == ([], [])
    # What is typed is looked for as it stands.
    assert [item.code for item in search(store, "药品", "%")] == ["D010"]
    assert search(store, "药品", "_") == []


def test_of_two_rows_of_one_code_one_is_shown(store: Store) -> None:
    """A county put back from its backup published it again; until its next version both stand open."""
    with store.act(None) as act:
        act.insert(Catalogue, name="药品", version="2", published_at=9)
        act.insert(CatalogueItem, catalogue="药品", code="D001", name="青霉素钠（新）")
    assert [view.version for view in catalogues(store)] == ["2", "2026"]
    assert catalogues(store)[0].items == 3
    assert [item.name for item in search(store, "药品", "D001")] == ["青霉素钠（新）"]
    assert len(search(store, "药品", limit=10 * MOST)) == 3
