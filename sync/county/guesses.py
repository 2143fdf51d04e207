"""How often a wrong code may be tried in a minute, whichever worker is asked.

Every try is counted before it is looked at, so that many at once are no more than one after the other; one that was
no guess is taken back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from sync.county.database import writing
from sync.county.errors import Denied
from sync.county.tables import Guess, core

WRONG = "code_wrong"
_WINDOW_S = 60
_GUESS = core(Guess)
_ROW = _GUESS.c.id == 1


@contextmanager
def counted(engine: Engine, most: int, now: int) -> Iterator[None]:
    """Around one look at a code. ``Denied`` when there were ``most`` wrong ones within a minute already.

    Transactions of its own: what goes wrong inside does not undo the count.
    """
    _take(engine, most, now)
    try:
        yield
    except Denied as error:
        if error.reason != WRONG:
            _give_back(engine)
        raise
    else:
        _give_back(engine)


def _take(engine: Engine, most: int, now: int) -> None:
    try:
        taken = _taken(engine, most, now)
    except IntegrityError:
        # Another worker made the row; now there is one to count in.
        taken = _taken(engine, most, now)
    if not taken:
        raise Denied("too_many_guesses", 429)


def _taken(engine: Engine, most: int, now: int) -> bool:
    # A clock that was set back must not keep everybody out.
    over = or_(_GUESS.c.since <= now - _WINDOW_S, _GUESS.c.since > now)
    with writing(engine) as conn:
        conn.execute(update(_GUESS).where(_ROW, over).values(since=now, tries=0))
        if conn.execute(update(_GUESS).where(_ROW, _GUESS.c.tries < most).values(tries=_GUESS.c.tries + 1)).rowcount:
            return True
        if conn.execute(select(_GUESS.c.id).where(_ROW)).first() is not None:
            return False
        conn.execute(insert(_GUESS).values(id=1, since=now, tries=1))
        return True


def _give_back(engine: Engine) -> None:
    with writing(engine) as conn:
        conn.execute(update(_GUESS).where(_ROW, _GUESS.c.tries > 0).values(tries=_GUESS.c.tries - 1))
