"""9. Medicines."""

from pathlib import Path

import pytest

from care.medicines.stock import Received, receive
from care.medicines.stock_everywhere import everything
from care.today import today
from tests.care.household import founded
from tests.care.pharmacy import Pharmacy, pharmacy


@pytest.mark.seed("R187")
def test_all_that_is_kept_is_a_list_and_what_runs_short_stands_first_and_on_today(tmp_path: Path) -> None:
    p: Pharmacy = pharmacy(founded(tmp_path / "record.db"))
    for zh, pieces in (("氨氯地平", 3), ("二甲双胍", 200)):
        p.order(zh, "QD")
        came = Received(p.code(zh), pieces * 100, "片", lot="A", expires="2028-12-31")
        receive(p.store, p.nurse, p.person, came)
    receive(p.store, p.nurse, None, Received("", 1000, "瓶", name="碘伏", lot="B", expires="2028-12-31"))
    listed = [
        (one.bed_label, one.line.name, one.line.quantity100 // 100, one.line.state) for one in everything(p.store)
    ]
    assert listed[0] == ("101-1", "氨氯地平", 3, "low")
    assert sorted(listed[1:]) == [("", "碘伏", 10, "ok"), ("101-1", "二甲双胍", 200, "ok")]
    short = [one.what.zh for one in today(p.store, p.store.now()).work if one.key == "stock/low"]
    assert short == ["快用完：1 份药（氨氯地平）"]
