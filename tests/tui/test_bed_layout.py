"""The map of beds as geometry: every bed once, none over another, every one within reach of the arrows."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from care.beds import BedCell, RoomCells, Ward
from yiyang_tui import words
from yiyang_tui.widgets.bed_layout import Layout, Spot, lay_out, neighbour

NOW = 1795352640


def ward(kind: str, sizes: list[tuple[int, int]], start: int = 0, name: str = "") -> Ward:
    """Rooms of (floor, beds); with a name somebody lies on every bed."""
    rooms, number = [], start
    for nth, (floor, size) in enumerate(sorted(sizes)):
        cells = []
        for bed in range(size):
            number += 1
            state = "in" if name else "free"
            who = UUID(int=number) if name else None
            label = f"{floor}{nth:02}-{bed + 1}"
            cells.append(
                BedCell(UUID(int=number), label, kind, who, name, "1", 80, "half", state, False, None, None, 3)  # type: ignore[arg-type]
            )
        rooms.append(RoomCells(f"{floor}{nth:02}", floor, tuple(cells)))
    total = number - start
    return Ward(kind, tuple(rooms), total, total if name else 0, 0, 0 if name else total)  # type: ignore[arg-type]


houses = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 12)), min_size=1, max_size=40)


@given(sizes=houses, wards=st.lists(st.tuples(st.just(1), st.integers(1, 8)), max_size=6), width=st.integers(30, 200))
def test_every_bed_stands_once_within_the_width_and_over_no_other(
    sizes: list[tuple[int, int]], wards: list[tuple[int, int]], width: int
) -> None:
    words.use("zh")
    house = [ward("welfare", sizes), ward("inpatient", wards, 1000, "李秀英")]
    layout = lay_out(house, width, 20, NOW)
    beds = [cell.id for each in house for room in each.rooms for cell in room.cells]
    assert [spot.cell.id for spot in layout.spots] == beds
    for line in layout.lines:
        spots = [piece for piece in line if isinstance(piece, Spot)]
        assert all(a.x + a.width <= b.x for a, b in pairwise(spots))
        assert all(spot.x + spot.width <= width for spot in spots)


@given(sizes=houses, width=st.integers(30, 200))
def test_arrows_reach_every_bed_and_come_to_rest_at_the_edges(sizes: list[tuple[int, int]], width: int) -> None:
    words.use("zh")
    layout = lay_out([ward("welfare", sizes)], width, 20, NOW)
    everywhere = list(range(len(layout.spots)))
    at = 0
    for expected in [*everywhere[1:], everywhere[-1]]:
        at = neighbour(layout.spots, at, "right", 0, everywhere)
        assert at == expected
    lines = {spot.line for spot in layout.spots}
    seen = {layout.spots[0].line}
    at = 0
    while (down := neighbour(layout.spots, at, "down", layout.spots[0].centre, everywhere)) != at:
        assert layout.spots[down].line > layout.spots[at].line
        at = down
        seen.add(layout.spots[at].line)
    assert seen == lines


def house_of_four() -> Layout:
    """Two rooms of two beds on each of two floors, side by side at 80 columns."""
    words.use("zh")
    return lay_out([ward("welfare", [(1, 2), (1, 2), (2, 2), (2, 2)])], 77, 20, NOW)


def test_up_and_down_keep_the_column() -> None:
    spots = house_of_four().spots
    everywhere = list(range(8))
    for above, below in ((0, 4), (1, 5), (2, 6), (3, 7)):
        assert neighbour(spots, above, "down", spots[above].centre, everywhere) == below
        assert neighbour(spots, below, "up", spots[below].centre, everywhere) == above
    assert [neighbour(spots, 0, "up", 0, everywhere), neighbour(spots, 7, "down", 0, everywhere)] == [0, 7]


def test_only_the_beds_offered_are_gone_to() -> None:
    spots = house_of_four().spots
    assert neighbour(spots, 1, "right", 0, [0, 3, 6]) == 3
    assert neighbour(spots, 3, "down", spots[3].centre, [0, 3, 6]) == 6
    assert neighbour(spots, 3, "left", 0, [0, 3, 6]) == 0
    assert neighbour(spots, 0, "left", 0, [0, 3, 6]) == 0


def test_a_long_name_gets_room_where_nothing_is_lost_by_it() -> None:
    words.use("zh")
    few = [ward("welfare", [(1, 2), (1, 2)], 0, "欧阳建国")]
    assert "欧阳建国" in lay_out(few, 77, 20, NOW).spots[0].text
    many = [ward("welfare", [(1, 3)] * 20, 0, "欧阳建国")]
    assert "欧阳.." in lay_out(many, 77, 5, NOW).spots[0].text
    assert "欧阳建国" in lay_out(many, 77, 40, NOW).spots[0].text
