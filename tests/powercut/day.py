"""The acts of a day at one laptop: the real functions of ``care`` and ``db``, drawn from a seed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import UUID

from care import chart, people, rounds, setup, staff, stays
from care.beds import free_beds
from care.id_number import check_digit
from care.rounds import Observation
from db.keys import FLOOR
from db.store import Store
from db.vault import create_vault, open_vault
from sync.seal import seal
from tests.powercut.facts import NUMBER, PASSPHRASE, record_in

Act = Callable[[], object]
PLAN = setup.House(
    pair_name="青山镇两院",
    township="青山镇",
    region="421202",
    health_centre="青山镇卫生院",
    welfare_home="青山镇福利院",
    floors=1,
    rooms_per_floor=4,
    beds_per_room=2,
    wards=1,
    ward_beds=2,
)
WORDS = ("睡得安稳", "夜里咳了两次，喂了温水", "家属来看过，情绪好", "自己下床走了十分钟")


class Day:
    """The laptop at work."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = Random(seed)
        self.store: Store
        self.director: UUID
        self.carer: UUID
        self.people: list[UUID] = []
        self.looks: list[tuple[UUID, UUID]] = []
        self.away: set[UUID] = set()
        self._numbers = 0

    # --- a record comes to be ---------------------------------------------------------------------------------

    def found(self) -> Iterator[tuple[str, Act]]:
        """Its first acts."""
        yield "create_vault", self._create
        yield "found", self._found
        yield "carer", self._carer

    def _create(self) -> None:
        self.store = create_vault(record_in(self.root), NUMBER, PASSPHRASE, cost=FLOOR)

    def _found(self) -> None:
        self.director = setup.found(self.store, PLAN, number=NUMBER, name="刘建国", role="director")

    def _carer(self) -> None:
        self.carer = staff.add(self.store, self.director, number="1002", name="王芳", role="carer")

    # --- rounds and all that a screen saves ---------------------------------------------------------------------

    def work(self, count: int) -> Iterator[tuple[str, Act]]:
        """So many acts, drawn by weight; those that the day began with first."""
        for _ in range(4):
            yield "register", self._register
            yield "admit", self._admit
        weights = {
            self._unremarkable: 24,
            self._record: 24,
            self._correct: 6,
            self._undo: 3,
            self._draft: 16,
            self._drop_draft: 5,
            self._register: 2,
            self._change: 4,
            self._go_out: 3,
            self._come_back: 3,
            self._chart: 3,
            self._seal: 2,
            self._reopen: 1,
            self._second_program: 1,
        }
        for number in range(count):
            act = self.random.choices(list(weights), list(weights.values()))[0]
            yield f"{act.__name__[1:]} {number}", act

    def long(self, count: int) -> Iterator[tuple[str, Act]]:
        """Much is typed, so that the log is folded in while the work goes on, time and again."""
        yield "register", self._register
        for number in range(count):
            yield f"type {number}", self._type
            yield f"record {number}", self._record

    def _type(self) -> None:
        self.store.save_draft("long", self.carer, {"note": "".join(self.random.choices(WORDS[0], k=50_000))})

    def _someone(self) -> UUID:
        return self.random.choice(self.people)

    def _register(self) -> None:
        self._numbers += 2
        first = f"42120219400101{self._numbers:03}"
        given = people.PersonFacts(
            f"李秀英{self._numbers}", id_number=first + check_digit(first), category="tekun_c", care_level="half"
        )
        self.people.append(people.create(self.store, self.director, given))

    def _admit(self) -> None:
        bed = free_beds(self.store, "welfare")[0].id
        stays.admit(self.store, self.director, self.people[-1], bed)

    def _unremarkable(self) -> None:
        person = self._someone()
        self.looks.append((rounds.unremarkable(self.store, self.carer, person).round_id, person))

    def _record(self) -> None:
        given = {
            "temp_c10": self.random.randint(360, 380),
            "pulse": self.random.randint(60, 100),
            "sbp": 142,
            "dbp": 84,
        }
        seen = Observation(note=self.random.choice(WORDS) * self.random.choice((1, 1, 8)), vitals=given)
        person = self._someone()
        self.looks.append((rounds.record(self.store, self.carer, person, seen).round_id, person))

    def _correct(self) -> None:
        if not self.looks:
            return self._record()
        look, person = self.looks.pop()
        saved = rounds.correct(self.store, self.carer, look, Observation(note="录错", vitals={"pulse": 71}), "录错人")
        self.looks.append((saved.round_id, person))
        return None

    def _undo(self) -> None:
        if not self.looks:
            return self._record()
        rounds.undo(self.store, self.carer, self.looks.pop()[0])
        return None

    def _draft(self) -> None:
        typed = "".join(self.random.choices("0123456789睡得安稳", k=self.random.choice((3, 40, 3000))))
        self.store.save_draft(f"round:{self.random.randrange(3)}", self.carer, {"note": typed})

    def _drop_draft(self) -> None:
        self.store.drop_draft(f"round:{self.random.randrange(3)}")

    def _change(self) -> None:
        person = self._someone()
        known = people.facts(self.store, person)
        phone = f"138{self.random.randrange(10**8):08}"
        people.change(self.store, self.director, person, replace(known, phone=phone))

    def _go_out(self) -> None:
        person = self.people[self.random.randrange(4)]
        if person in self.away:
            return self._record()
        stays.leave(self.store, self.carer, person, "family", None, "女儿")
        self.away.add(person)
        return None

    def _come_back(self) -> None:
        if not self.away:
            return self._record()
        stays.back(self.store, self.carer, self.away.pop())
        return None

    def _chart(self) -> None:
        chart.open_chart(self.store, self.carer, self._someone())

    def _seal(self) -> None:
        seal(self.store)

    def _reopen(self) -> None:
        self.store.close()
        self.store = open_vault(record_in(self.root), NUMBER, PASSPHRASE)

    def _second_program(self) -> None:
        """Another program on the record, which folds the log into the file when it ends; this one goes on."""
        open_vault(record_in(self.root), NUMBER, PASSPHRASE).close()
