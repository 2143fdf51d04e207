"""A night of the house, from handover to handover, told in keys and in what the screen answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from time import sleep

from care.demo import DEMO_NUMBER, DEMO_PIN
from tests.night.place import EVENING, NIGHT_NUMBER, NIGHT_PASSPHRASE, PASSPHRASE, Place
from tests.night.terminal import (
    CTRL_E,
    CTRL_O,
    CTRL_S,
    DOWN,
    ENTER,
    F2,
    F4,
    F6,
    F7,
    F8,
    F9,
    F10,
    HOME,
    RIGHT,
    SPACE,
    UP,
    Terminal,
)  # fmt: skip

DAY, NIGHT, SECOND, DOCTOR = "王芳", "张桂梅", "孙丽", "刘建国"
ORDER = (DAY, NIGHT, SECOND, "周小红", "朱秋霞", "高翠莲", "徐根旺", "马玉琴", "谢金花", DOCTOR)
"""Everybody as far as the doctor, as F10 lists them."""

ILL = ("385", "118", "28", "88", "50", "89")
_SEEN, _GIVEN = re.compile(r"已巡([0-9]+)/([0-9]+)"), re.compile(r"已发([0-9]+)/([0-9]+)")
_SAVED = re.compile(r"^!?已保存.+")


@dataclass
class Night:
    """How far it is. ``chapters``: keys of each; ``claims``: everything that the screen called saved."""

    place: Place
    terminal: Terminal
    who: str = DAY
    chapters: dict[str, int] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    facts: dict[str, str] = field(default_factory=dict)
    before: int = 0
    began: int = 0

    @property
    def keys(self) -> int:
        """All that were typed."""
        return self.before + self.terminal.keys

    def hear(self) -> None:
        """Remember what stands there as saved."""
        self.claims.update(found[0] for line in self.terminal.lines if (found := _SAVED.match(line)))

    def wait(self, seen: Callable[[], bool]) -> None:
        """Watch until that holds, and hear all that is said meanwhile."""

        def look() -> bool:
            self.hear()
            return seen()

        self.terminal.until(look)

    def chapter(self, name: str, told: Callable[["Night"], None]) -> None:
        """Tell one, and count its keys."""
        began = self.keys
        told(self)
        self.hear()
        self.chapters[name] = self.keys - began

    def at(self, said: str) -> None:
        """So late it is now. Whoever is at the keyboard finds it locked and types their PIN."""
        terminal = self.terminal
        self.place.clock.set(said)
        terminal.press(F2)  # the first key after a long time only shows the lock
        terminal.shows("屏幕已锁")
        terminal.press(ENTER)
        self._pin(self.who)

    def change(self, who: str) -> None:
        """F10: somebody else."""
        terminal = self.terminal
        terminal.press(F10)
        terminal.shows("现在是谁", self.who)
        step = ORDER.index(who) - ORDER.index(self.who)
        terminal.press(*([DOWN] * step if step > 0 else [UP] * -step))
        terminal.press(ENTER)
        self._pin(who)

    def _pin(self, who: str) -> None:
        terminal = self.terminal
        self.wait(lambda: "PIN" in terminal.text and who in terminal.text and "Enter选这个人" not in terminal.text)
        terminal.write(DEMO_PIN)
        terminal.press(ENTER)
        self.wait(lambda: "F2今日" in terminal.text and who in terminal.lines[0])
        self.who = who

    def go(self, key: str, *shows: str) -> None:
        """To a place."""
        self.terminal.press(key)
        self.terminal.shows(*shows)


def opened(place: Place) -> Night:
    """The day carer is at the laptop, ten minutes before the shift ends."""
    terminal = place.start()
    terminal.shows("输入工号和口令")
    terminal.write(DEMO_NUMBER)
    terminal.press(ENTER)
    terminal.write(PASSPHRASE)
    terminal.press(ENTER)
    terminal.shows("[F2今日]", "要紧")
    return Night(place, terminal, began=place.clock.now())


# --- 20:00 ----------------------------------------------------------------------------------------------


def evening_handover(night: Night) -> None:
    """The day carer signs; the night carer takes over what waits, hers and the one that nobody signed for before."""
    terminal = night.terminal
    night.go(F7, "[2待接")
    terminal.press("1")
    terminal.shows("程序起草")
    terminal.press(CTRL_E)
    terminal.write("钥匙6把")
    terminal.press(CTRL_S)
    terminal.shows("已交班")
    night.place.clock.set(EVENING)
    night.go(F2, "屏幕已锁")
    terminal.press(DOWN, ENTER)
    night._pin(NIGHT)
    night.go(F7, "[2待接2]")
    terminal.press(CTRL_S)
    terminal.shows("已接班")
    terminal.shows("[2待接1]", "白班08:00起王芳")
    terminal.press(CTRL_S)
    terminal.shows("[1本班]", f"{NIGHT}20:02接")


def doses(night: Night) -> None:
    """Space for each that is due; the second is refused; who gets insulin gets it from two."""
    terminal = night.terminal
    night.go(F6, "[F6给药]", "已发")
    refused = late = together = 0
    while True:
        given, of = _count(terminal, _GIVEN)
        if given == of:
            break
        if not refused and "!超" not in terminal.text and ">超" not in terminal.text:
            terminal.press(ENTER)
            terminal.shows("没服，是哪一种")
            terminal.press("1")
            terminal.gone("没服，是哪一种")
            terminal.shows("说不想吃")
            terminal.press("1")
            refused += 1
        else:
            terminal.press(SPACE)
            night.wait(lambda given=given: _more(terminal, _GIVEN, given) or _asked(terminal))  # type: ignore[misc]
            if "为什么" in terminal.text:
                terminal.press("1")
                late += 1
                night.wait(lambda given=given: _more(terminal, _GIVEN, given) or _asked(terminal))  # type: ignore[misc]
            if "要两个人" in terminal.text:
                terminal.press(DOWN)
                terminal.write(DEMO_PIN)
                terminal.press(ENTER)
                together += 1
        night.wait(lambda given=given: _more(terminal, _GIVEN, given))  # type: ignore[misc]
    assert refused == 1
    assert together
    night.facts["doses"] = f"{of} in the list, 1 refused, {late} late, {together} by two"


def first_round(night: Night) -> None:
    """One is ill, one does not want to eat; everybody else who is due is as usual."""
    terminal = night.terminal
    night.go(F4, "[F4巡视]", "已巡")
    terminal.quiet()
    seen, _ = _count(terminal, _SEEN)
    terminal.press(SPACE)
    night.wait(lambda: _more(terminal, _SEEN, seen))
    night.facts["ill"] = _person(terminal)
    terminal.press(ENTER)
    terminal.shows("填满自动进")
    for value in ILL:
        terminal.write(value)
        terminal.press(ENTER)
        terminal.quiet()
        if "确认就再按Enter" in terminal.text:
            terminal.press(ENTER)
            terminal.quiet()
    terminal.press("1", CTRL_S)
    night.wait(lambda: _more(terminal, _SEEN, seen + 1))
    night.facts["will not eat"] = _person(terminal)
    terminal.press(ENTER)
    terminal.shows("填满自动进")
    terminal.find("5拒食", [ENTER] * 12)
    terminal.press("5", CTRL_S)
    night.wait(lambda: _more(terminal, _SEEN, seen + 2))
    night.facts["rounds at 20:00"] = _walk(night)


def alerts(night: Night) -> None:
    """The carer says that the doctor was called; the doctor finds it first on Today, and answers."""
    terminal = night.terminal
    for name in ("ill", "will not eat"):
        night.go(F2, "[F2今日]", "要紧")
        _to_line(terminal, night.facts[name])
        terminal.press(ENTER)
        terminal.shows(night.facts[name], "怎么办")
        terminal.press(_digit(terminal, "已叫医生"))
        terminal.shows("叫了谁")
        terminal.press(ENTER)
        terminal.press(_digit(terminal, DOCTOR), CTRL_S)
        terminal.shows("[F2今日]", "已记下")
    night.change(DOCTOR)
    night.go(F2, "[F2今日]", "医生", f"已叫医生{DOCTOR}")
    _to_line(terminal, night.facts["ill"])
    assert "NEWS2" in terminal.text
    terminal.press(ENTER)
    terminal.shows(night.facts["ill"], "怎么办")
    terminal.press(_digit(terminal, "加强观察"))
    terminal.shows("观察几分钟")
    terminal.press(CTRL_S)
    terminal.shows("[F2今日]", "已记下", "加强观察")
    night.change(NIGHT)


def fall(night: Night) -> None:
    """Found on the floor at half past ten: the form, the doctor, the family, the first look after it."""
    terminal = night.terminal
    night.at("2026-11-21 22:30")
    night.go(F4, "[F4巡视]", "已巡")
    terminal.quiet()
    night.facts["fell"] = _person(terminal)
    terminal.press(CTRL_E)
    terminal.shows("记一件事")
    terminal.press(RIGHT)
    terminal.shows("坠床")
    terminal.press("1")
    terminal.shows("分级", night.facts["fell"])
    terminal.press("3", ENTER, "3", ENTER)
    terminal.write("起夜")
    terminal.press(ENTER, "3", ENTER, SPACE)
    terminal.shows("标上或去掉")
    terminal.press(*[DOWN] * 7, SPACE, ENTER)
    terminal.gone("标上或去掉")
    terminal.press(ENTER, ENTER)
    terminal.write("平卧冷敷")
    terminal.press(CTRL_S)
    terminal.shows("[F4巡视]", f"已保存跌倒{night.facts['fell']}")
    night.hear()
    for way in ("通知医生", "通知家属", "意外后观察"):
        _follow(night, way)


def _follow(night: Night, way: str) -> None:
    terminal = night.terminal
    night.go(F8, "[F8事件]", "没有结束")
    _to_line(terminal, night.facts["fell"])
    terminal.press(ENTER)
    terminal.shows("还没有结案", f"记{way}")
    _to_line(terminal, f"记{way}")
    terminal.press(ENTER)
    terminal.shows("发生时间", "Ctrl+S保存")
    if way == "通知医生":
        terminal.press(RIGHT)
    elif way == "通知家属":
        terminal.write("大女儿")
    terminal.press(CTRL_S)
    terminal.shows("[F8事件]", f"已保存{way}")
    night.hear()


def power_cut(night: Night) -> None:
    """Midnight: half of the round is done, one form half typed, and the lights go out."""
    terminal = night.terminal
    night.at("2026-11-22 00:02")
    night.go(F4, "[F4巡视]", "已巡")
    terminal.quiet()
    seen, of = _count(terminal, _SEEN)
    for more in range((of - seen) // 2):
        terminal.press(SPACE)
        night.wait(lambda more=more: _more(terminal, _SEEN, seen + more))  # type: ignore[misc]
    done, _ = _count(terminal, _SEEN)
    night.facts["half typed"] = _person(terminal)
    terminal.write("36")
    terminal.shows("没填完")
    sleep(2)  # as long as somebody looks up when the lamp goes out; a draft is on the disk by then
    night.hear()
    night.facts["done before"] = str(done)
    terminal.kill()


def power_back(night: Night) -> None:
    """The same person opens the record again; the half of a form is there, and what was called saved."""
    half, done = night.facts["half typed"], int(night.facts.pop("done before"))
    night.before += night.terminal.keys
    night.terminal = terminal = night.place.start()
    terminal.shows("输入工号和口令")
    _sign_in_again(terminal)
    terminal.shows("[F2今日]", NIGHT)
    night.go(F4, "[F4巡视]", "没填完")
    after, _ = _count(terminal, _SEEN)
    assert after >= done, f"{done} were done before the power cut, {after} after it"
    _to_line(terminal, half)
    terminal.shows("|36")
    night.facts["power cut"] = f"{done} called done before, {after} after; the form of one half typed is offered"
    terminal.press(ENTER)
    terminal.shows("填满自动进")
    terminal.press("\x1b[F")
    terminal.write("5")
    terminal.press(CTRL_S)
    night.wait(lambda: _more(terminal, _SEEN, after))
    night.facts["rounds at midnight"] = _walk(night)


def _sign_in_again(terminal: Terminal) -> None:
    terminal.press("\x1b[Z", *["\x7f"] * 4)
    terminal.write(NIGHT_NUMBER)
    terminal.press(ENTER)
    terminal.write(NIGHT_PASSPHRASE)
    terminal.press(ENTER)


def morning_round(night: Night) -> None:
    """05:00, everybody who is due."""
    night.at("2026-11-22 05:00")
    night.go(F4, "[F4巡视]", "已巡")
    night.terminal.quiet()
    night.facts["rounds at 05:00"] = _walk(night)


def morning_handover(night: Night) -> None:
    """Drafted by the program with the night's news, completed, signed, taken by the day carer, printed."""
    terminal = night.terminal
    night.at("2026-11-22 07:40")
    night.go(F7, "[1本班]", "程序起草", "要紧")
    terminal.press(CTRL_E)
    terminal.write("钥匙6把")
    terminal.press(ENTER)
    terminal.write("齐")
    terminal.press(CTRL_S)
    terminal.shows("已交班")
    night.place.clock.set("2026-11-22 07:58")
    night.go(F2, "屏幕已锁")
    terminal.press(UP, ENTER)
    night._pin(DAY)
    night.go(F7, "[2待接1]", NIGHT)
    terminal.press(CTRL_S)
    terminal.shows("已接班")


def printed(night: Night) -> None:
    """Ctrl+O on the handover that was taken."""
    terminal = night.terminal
    path = night.place.folder / "night.pdf"
    night.facts["paper"] = str(path)
    terminal.press(CTRL_O)
    terminal.shows("做成PDF，存到哪里")
    terminal.press("\x01", "\x0b")
    terminal.write(str(path))
    terminal.press(ENTER)
    terminal.gone("做成PDF，存到哪里")
    terminal.shows("night.pdf")


def sent(night: Night) -> None:
    """F9, and everything is at the county."""
    terminal = night.terminal
    night.go(F9, "[F9同步]")
    terminal.press(CTRL_S)
    terminal.shows("全部送到")
    terminal.quit()


# --- what is read off the screen ---------------------------------------------------------------------------


def _count(terminal: Terminal, words: re.Pattern[str]) -> tuple[int, int]:
    terminal.until(lambda: words.search(terminal.text) is not None)
    found = words.search(terminal.text)
    assert found is not None
    return int(found[1]), int(found[2])


def _more(terminal: Terminal, words: re.Pattern[str], than: int) -> bool:
    found = words.search(terminal.text)
    return found is not None and int(found[1]) > than


def _digit(terminal: Terminal, words: str) -> str:
    """The digit that chooses this, as the line of answers says it."""
    said = re.compile(rf"([1-9]){words}")
    terminal.until(lambda: said.search(terminal.text) is not None)
    found = said.search(terminal.text)
    assert found is not None
    return found[1]


def _asked(terminal: Terminal) -> bool:
    return "为什么" in terminal.text or "要两个人" in terminal.text


_HEADING = re.compile(r"(?:[0-9]{3}|病[0-9]+)-[0-9](\D{2,4}?)[男女][0-9]+岁")


def _person(terminal: Terminal) -> str:
    """Whose form stands beside the board, once it is drawn."""
    terminal.quiet()
    found = _HEADING.search(terminal.text)
    assert found is not None, "\n".join(terminal.lines)
    return found[1]


def _walk(night: Night) -> str:
    """Space until everybody who is due was seen; how many it were."""
    terminal = night.terminal
    first, of = _count(terminal, _SEEN)
    for seen in range(first, of):
        terminal.press(SPACE)
        night.wait(lambda seen=seen: _more(terminal, _SEEN, seen))  # type: ignore[misc]
    return f"{of - first} by Space, {of} of {of} seen"


def _to_line(terminal: Terminal, words: str) -> None:
    """Down until the cursor stands on the line with these words."""
    wanted = re.compile(rf">.*{re.escape(words)}")
    for key in (HOME, *[DOWN] * 150):
        terminal.quiet()
        if any(wanted.search(line) for line in terminal.lines):
            return
        terminal.press(key)
    raise AssertionError(words + "\n" + "\n".join(terminal.lines))


CHAPTERS: dict[str, Callable[[Night], None]] = {
    "20:00 handover": evening_handover,
    "20:00 medicines": doses,
    "20:00 round": first_round,
    "alerts": alerts,
    "22:30 fall": fall,
    "00:00 round, a power cut": power_cut,
    "00:10 round goes on": power_back,
    "05:00 round": morning_round,
    "07:40 handover": morning_handover,
    "print": printed,
    "sync": sent,
}
