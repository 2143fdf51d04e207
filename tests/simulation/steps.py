"""The steps of a history: drawn from a seed before anything happens, so that any of them can be left out."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from tests.simulation.network import KINDS, Fault
from tests.simulation.template import LAPTOPS


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. What a field means is told by ``TOLD``; a kind that has no use for one does not look.

    ``pick`` chooses among what is there then (a person, a copy, a stick). ``crash`` and ``county_crash``: before
    which durable step the power of the laptop or of the county fails, 0 for never; ``torn``: how much of a write
    gets to the disk. ``faults``: what happens to requests. ``wait``: seconds that pass before.
    """

    kind: str
    who: str
    other: str = ""
    pick: int = 0
    crash: int = 0
    torn: float = 0.0
    county_crash: int = 0
    faults: tuple[Fault, ...] = ()
    wait: int = 0

    def __str__(self) -> str:
        told = TOLD[self.kind].format(who=self.who, other=self.other, pick=self.pick)
        wrong = [str(fault) for fault in self.faults]
        if self.crash:
            wrong.append(f"the power of {self.who} fails before durable step {self.crash}")
        if self.county_crash:
            wrong.append(f"the power of the county fails before durable step {self.county_crash}")
        return told + ("; " + ", ".join(wrong) if wrong else "")


@dataclass(frozen=True, slots=True)
class History:
    """How many laptops there are, and what happens to them."""

    seed: int
    laptops: int
    steps: tuple[Step, ...]

    def story(self) -> str:
        """For people to read."""
        lines = [f"Seed {self.seed}: {', '.join(LAPTOPS[: self.laptops])} and the county."]
        return "\n".join([*lines, *(f"{number:3}. {step}" for number, step in enumerate(self.steps, 1))])


TOLD: Mapping[str, str] = MappingProxyType(
    {
        "look": "{who} writes down rounds [{pick}]",
        "correct": "{who} corrects a round [{pick}]",
        "register": "{who} registers a person [{pick}]",
        "edit": "{who} edits a person [{pick}]",
        "stay": "{who} puts a person on a bed, or ends a stay [{pick}]",
        "leave": "{who} writes down a leave [{pick}]",
        "settle": "{who} seals its journal",
        "sync": "{who} syncs",
        "night": "{who} closes, and the sealed files travel without the record",
        "merge": "{who} merges its inbox",
        "close": "{who} closes the program",
        "fail": "the power of {who} fails",
        "clock": "the clock of {who} jumps to {other}",
        "keep": "{who} is copied",
        "put back": "{who} is put back from a copy: {other} [{pick}]",
        "swap": "{who} is put back from a copy under the running program: {other} [{pick}]",
        "clone": "{who} is cloned",
        "freeze": "a memory image is taken of {who}",
        "resume": "{who} is resumed from a memory image [{pick}]",
        "fork": "a memory image of {who} is resumed on a second machine [{pick}]",
        "county kept": "the county is backed up",
        "county put back": "the county is put back from its backup",
        "stick": "{who} fills a stick [{pick}]",
        "plug": "{who} takes in a stick [{pick}]",
        "import": "the county takes in a stick [{pick}]",
        "relay": "{who} hands its sealed files to {other}",
        "late": "a late request reaches the county [{pick}]",
        "older": "{who} has an older program",
        "upgrade": "{who} is upgraded",
    }
)

# How often each happens. Every history leaves some of the second kind out altogether: faults hide each other.
_WORK: Mapping[str, int] = {"look": 12, "correct": 3, "register": 3, "edit": 16, "stay": 4, "leave": 3, "sync": 26}
_FAULTS: Mapping[str, Mapping[str, int]] = {
    "by hand": {"settle": 4, "night": 5, "merge": 3, "close": 4},
    "power": {"fail": 5},
    "clocks": {"clock": 6},
    "copies": {"keep": 5, "put back": 6, "swap": 3},
    "clones": {"clone": 2},
    "images": {"freeze": 5, "resume": 4, "fork": 2},
    "county": {"county kept": 5, "county put back": 4},
    "sticks": {"stick": 5, "plug": 7, "import": 3, "relay": 4},
    "wire": {"late": 4},
    "versions": {"older": 3, "upgrade": 2},
}
Episode = tuple[str, ...]
# What belongs together happens to one laptop, with other things between: by chance alone it hardly ever would.
_EPISODES: Mapping[str, tuple[Episode, ...]] = {
    "copies": (
        ("look", "keep", "edit", "sync", "put back", "edit"),
        ("edit", "keep", "sync", "edit", "sync", "put back", "look"),
        ("keep", "look", "settle", "swap", "look"),
    ),
    "images": (
        ("look", "freeze", "edit", "sync", "resume", "sync", "look"),
        ("edit", "freeze", "look", "resume", "edit"),
    ),
    "clones": (("look", "clone", "look"),),
    "county": (("county kept", "look", "sync", "county put back", "fail"),),
    "sticks": (("look", "stick", "fail", "plug"),),
    "versions": (("older", "sync", "upgrade", "edit"),),
}
CLOCKS: Mapping[str, float] = {"1970": 0, "2000": 946_684_800, "2099": 4_070_908_800, "an hour back": -3600, "right": 0}
PARTS = ("all", "record", "folder")


def draw(seed: int, episodes: tuple[Episode, ...] = ()) -> History:
    """The history of a seed. One of ``episodes`` is a part of it, whatever else the seed leaves out."""
    rng = random.Random(seed)
    laptops = rng.choice((2, 2, 3, 4))
    families = [name for name in _FAULTS if rng.random() < 0.4]
    weights = dict(_WORK)
    for name in families:
        weights.update(_FAULTS[name])
    kinds = rng.choices(list(weights), list(weights.values()), k=rng.randint(10, 24))
    wrong = ("wire" in families, "power" in families)
    steps = [_step(rng, kind, LAPTOPS[:laptops], *wrong) for kind in kinds]
    told = [rng.choice(_EPISODES[name]) for name in families if name in _EPISODES and rng.random() < 0.6]
    for episode in [*told, *([rng.choice(episodes)] if episodes else [])]:
        steps = _with_episode(rng, steps, [_step(rng, kind, LAPTOPS[:laptops], *wrong) for kind in episode])
    return History(seed, laptops, tuple(steps))


def _with_episode(rng: random.Random, steps: list[Step], episode: list[Step]) -> list[Step]:
    """The steps of an episode in their order, somewhere between the others; all are about one laptop and one person."""
    places = sorted(rng.randrange(len(steps) + 1) for _ in episode)
    mixed = list(steps)
    for place, step in reversed(list(zip(places, episode, strict=True))):
        mixed.insert(place, replace(step, who=episode[0].who, pick=episode[0].pick))
    return mixed


def _step(rng: random.Random, kind: str, laptops: tuple[str, ...], bad_wire: bool, power: bool) -> Step:
    who, other = rng.sample(laptops, 2)
    if kind == "clock":
        other = rng.choice(list(CLOCKS))
        who = rng.choice([who, "county"])
    elif kind in ("put back", "swap"):
        other = rng.choice(PARTS)
    works = kind in ("sync", "night", "settle", "merge")
    faults: tuple[Fault, ...] = ()
    if bad_wire and works and rng.random() < 0.5:
        faults = tuple(Fault(rng.randrange(4), rng.choice(KINDS), rng.random()) for _ in range(rng.randint(1, 3)))
    crash = rng.randint(1, 30) if power and works and rng.random() < 0.35 else 0
    county_crash = rng.randint(1, 10) if power and kind == "sync" and not crash and rng.random() < 0.25 else 0
    wait = rng.randint(0, 6 * 3600)
    return Step(kind, who, other, rng.randrange(1000), crash, round(rng.random(), 2), county_crash, faults, wait)
