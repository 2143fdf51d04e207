"""Edits that two laptops made apart: in any order they end alike, and every one is shown."""

from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from db.local import ROW_VERSION, SET_ASIDE
from db.store import Store
from db.tables import Person
from db.versions import RowHeads
from sync import session
from sync.proof.rebuild import differences
from tests.sync.county_tables import rows_of
from tests.sync.worlds import LAPTOPS, World

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from(LAPTOPS), st.sampled_from(["phone", "allergies", "care_level"])),
        st.tuples(st.just("sync"), st.sampled_from(LAPTOPS), st.just("")),
        st.tuples(st.just("reopen"), st.sampled_from(LAPTOPS), st.just("")),
    ),
    min_size=2,
    max_size=10,
)


def test_edits_of_one_row_in_any_order_end_alike_and_every_one_made_apart_is_shown(world: World) -> None:
    stores = {name: world.start(name) for name in LAPTOPS}
    numbers = iter(range(10_000))

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @example([("edit", "home", "phone"), ("edit", "clinic", "phone")])
    @example([("edit", "home", "allergies"), ("sync", "home", ""), ("edit", "clinic", "allergies")])
    @given(ACTS)
    def history(acts: list[tuple[str, str, str]]) -> None:
        with stores["home"].act(None) as act:
            row = act.insert(Person, name=f"第{next(numbers)}人", sex="1")
        for name in ("home", "clinic"):
            session.sync(stores[name])
        # What each laptop has seen of each field: an edit replaces exactly that.
        seen: dict[str, dict[str, frozenset[str]]] = {name: {} for name in LAPTOPS}
        county: dict[str, frozenset[str]] = {}
        buried: set[str] = set()
        for what, name, field in acts:
            if what == "edit":
                value = _value(field, next(numbers))
                with stores[name].act(None) as act:
                    changed = act.edit(Person, row, **{field: value})
                if changed:
                    buried |= seen[name].get(field, frozenset())
                    seen[name][field] = frozenset({value})
            elif what == "reopen":
                stores[name].close()
                stores[name] = world.start(name)
            else:
                session.sync(stores[name])
                county = _both(county, seen[name])
                seen[name] = county
        for name in (*LAPTOPS, LAPTOPS[0]):
            session.sync(stores[name])
            county = _both(county, seen[name])
        shown = {name: _shown(store, row) for name, store in stores.items()}
        assert shown["home"] == shown["clinic"]
        heads = {name: _heads(store, row) for name, store in stores.items()}
        assert heads["home"].encode() == heads["clinic"].encode()
        for field, values in county.items():
            standing_ = values - buried
            if len(standing_) > 1:
                assert {head.value for head in heads["home"].of(field)} == standing_
        mine = {row_[0]: row_ for row_ in rows_of(world.county, stores["home"].pair_id, Person)}
        assert mine[row] == {row_[0]: row_ for row_ in rows_of(stores["home"], None, Person)}[row]

    with world.serving():
        history()
        for store in stores.values():
            assert differences(store) == {}
            with store.reading() as conn:
                assert conn.execute(select(SET_ASIDE)).all() == []


def _value(field: str, number: int) -> str:
    return {"phone": str(number), "allergies": f'[{{"to": "{number}"}}]', "care_level": f"level-{number}"}[field]


def _both(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in {*one, *other}}


def _shown(store: Store, row: UUID) -> tuple[object, ...]:
    with store.reading() as conn:
        query = select(col(Person.phone), col(Person.allergies), col(Person.care_level)).where(col(Person.id) == row)
        return tuple(conn.execute(query).one())


def _heads(store: Store, row: UUID) -> RowHeads:
    with store.reading() as conn:
        query = select(ROW_VERSION.c.heads).where(ROW_VERSION.c.row_id == row)
        return RowHeads.decode(bytes(conn.execute(query).scalar_one()))
