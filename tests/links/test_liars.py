"""Somebody on the way who speaks our protocol and lies about what has come: found out, and the next sync is as ever."""

import hashlib
from collections.abc import Callable, Iterator, Mapping

import pytest

from db.errors import YiyangError
from sync import exchange, session
from sync.errors import CountyLies, CountyUnreachable
from sync.wire.carry import BODY_HEADER, RESUME_PATH, Come, Named
from tests.links.bad_lines import at_once, kept, noted
from tests.sync.impostor import Answer, Reply, answering, forward
from tests.sync.worlds import World, looks

LOAD = 60  # kB
Rest = Callable[[Reply], Reply]


def cut_then(url: str, lie: Rest) -> Answer:
    """The county, but every long answer breaks off, and what is said of its rest is a lie."""

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply = forward(url, path, headers, body)
        if path == RESUME_PATH:
            return lie(reply)
        if BODY_HEADER not in reply.headers:
            return reply
        assert isinstance(reply.body, bytes)
        return Reply(reply.body[: len(reply.body) // 2], reply.kind, reply.status, reply.headers)

    return answer


def named(reply: Reply) -> tuple[Named, bytes]:
    """The rest of an answer, and what it is called."""
    assert isinstance(reply.body, bytes)
    name, total, at = reply.headers[BODY_HEADER].split(".")
    return Named(bytes.fromhex(name), int(total), int(at)), reply.body


def retold(reply: Reply, name: Named, body: bytes | Iterator[bytes]) -> Reply:
    """Something else in its place."""
    return Reply(body, reply.kind, 200, {BODY_HEADER: name.header()})


def changed(reply: Reply) -> Reply:
    """One bit is another."""
    name, body = named(reply)
    return retold(reply, name, bytes([body[0] ^ 1]) + body[1:])


def too_much(reply: Reply) -> Reply:
    """It does not end where it must."""
    name, body = named(reply)

    def endless() -> Iterator[bytes]:
        yield body
        while True:
            yield bytes(65536)

    return retold(reply, name, endless())


def skipped(reply: Reply) -> Reply:
    """It begins later than what is here ends."""
    name, body = named(reply)
    return retold(reply, Named(name.name, name.total, name.at + 7), body[7:])


def other(reply: Reply) -> Reply:
    """The rest of something else."""
    name, body = named(reply)
    return retold(reply, Named(hashlib.sha256(b"else").digest(), name.total, name.at), body)


def longer(reply: Reply) -> Reply:
    """It has grown."""
    name, body = named(reply)
    return retold(reply, Named(name.name, name.total + 10, name.at), body)


def huge(reply: Reply) -> Reply:
    """More than any answer."""
    name, body = named(reply)
    return retold(reply, Named(name.name, 1 << 33), body)


def nonsense(reply: Reply) -> Reply:
    """No name at all."""
    return Reply(reply.body, reply.kind, 200, {BODY_HEADER: "0.0.0"})


def drip(reply: Reply) -> Reply:
    """Not one byte more, again and again."""
    name, _ = named(reply)
    return retold(reply, name, b"")


@pytest.mark.parametrize("lie", [changed, too_much, skipped, other, longer, huge, nonsense, drip])
def test_what_is_said_of_the_rest_of_an_answer_is_not_believed(world: World, lie: Rest) -> None:
    with world.serving() as url:
        home, clinic = world.start(), world.start("clinic")
        done = noted(home, LOAD)
        session.sync(home)
        with answering(cut_then(url, lie)) as liar:
            world.point("clinic", liar)
            error: type[YiyangError] = CountyUnreachable if lie is drip else CountyLies
            with pytest.raises(error):
                exchange.run(world.folder("clinic"), sleep=at_once)
        assert kept(world.folder("clinic")) < LOAD * 1000
        world.point("clinic", url)
        session.sync(clinic)
        assert looks(clinic) == done
        assert kept(world.folder("clinic")) == 0


@pytest.mark.parametrize("come", [0, 1, 1000, 10**6, 1 << 39])
def test_what_is_said_of_how_far_a_request_came_loses_nothing(world: World, come: int) -> None:
    """Whoever says too little gets it again; whoever says too much does not get past the county's own sum."""
    with world.serving() as url:
        home = world.start()
        done = noted(home, LOAD)
        session.settle(home)
        asked: list[str] = []

        def answer(path: str, headers: Mapping[str, str], body: bytes) -> Reply:
            asked.append(path)
            if path == RESUME_PATH:
                return Reply(Come(come).encode())
            if BODY_HEADER in headers and len(asked) < 12:
                return Reply(iter(()), "text/html", 200) if come else Reply(b"", status=200)
            return forward(url, path, headers, body)

        with answering(answer) as liar:
            world.point("home", liar)
            with pytest.raises(YiyangError):
                exchange.run(world.folder(), sleep=at_once)
        world.point("home", url)
        session.sync(home)
        assert world.at_county(home) == done
