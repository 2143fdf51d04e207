"""What an exchange costs on the wire, headers and all: counted by a proxy between a laptop and a county."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.figure import Figure
from care import rounds, setup
from care.people import page
from db.keys import FLOOR
from db.vault import create_vault
from sync import enrol, session
from sync.county import admin
from sync.county.serving import running

PASSES = 20


def figures() -> list[Figure]:
    """Requests and bytes of a sync with news, and of one with nothing new."""
    with tempfile.TemporaryDirectory() as place:
        county = admin.init(Path(place) / "county", "青川县")
        store = create_vault(Path(place) / "home" / "yiyang.db", "01", "a bench needs no secret", cost=FLOOR)
        plan = setup.House("青山镇两院", "青山镇", "340123", "青山镇卫生院", "青山镇福利院", 2, 10, 3, 1, 2)
        by = setup.found(store, plan, number="01", name="王芳", role="director")
        who = page(store, "", 0, 1)[0].id
        with running(county) as url, counting(url) as (nearer, counted):
            enrol.enrol(store, nearer, admin.new_code(county, "青山镇"), pair_name="青山镇", laptop="护理站")
            session.sync(store)
            for _ in range(PASSES):
                rounds.unremarkable(store, by, who)
            counted.reset()
            news = session.sync(store).outcome
            with_news = counted.total
            counted.reset()
            nothing = session.sync(store).outcome
            without = counted.total
        store.close()
    return [
        Figure(
            "requests of a normal sync",
            news.requests,
            "",
            f"{PASSES} rounds, {with_news:,} B both ways",
            "≤ 3",
            news.requests <= 3,
        ),
        Figure("requests when nothing is new", nothing.requests, "", "", "1", nothing.requests == 1),
        Figure("bytes when nothing is new", without, "B", "both ways, headers counted", "< 1000 B", without < 1000),
    ]


class Counted:
    """Bytes that went through, both ways."""

    def __init__(self) -> None:
        self.total = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """More bytes."""
        with self._lock:
            self.total += count

    def reset(self) -> None:
        """Begin anew."""
        with self._lock:
            self.total = 0


@contextmanager
def counting(url: str) -> Iterator[tuple[str, Counted]]:
    """A proxy in front of ``url``: its own address, and what went through it."""
    there = urlsplit(url)
    assert there.hostname is not None
    assert there.port is not None
    target = (there.hostname, there.port)
    counted = Counted()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(target)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(source, sink, counted), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", counted
    finally:
        listener.close()


def _carry(source: socket.socket, sink: socket.socket, counted: Counted) -> None:
    try:
        while data := source.recv(65536):
            counted.add(len(data))
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # One side has gone; the other notices by itself.
        source.close()
