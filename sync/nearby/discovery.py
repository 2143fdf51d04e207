"""Finding each other in one room by name (multicast DNS): who shares says so, who asks listens for some seconds.

Nothing of this is believed: a name leads to an address, and whoever answers there proves who he is (``peer``).
"""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from db.identity import short
from sync.errors import PeerNotFound, PeerSeveral

if TYPE_CHECKING:
    from zeroconf import Zeroconf

SERVICE: Final = "_yiyang._tcp.local."
LISTEN_S: Final = 4.0
MOST_FOUND: Final = 32
PORT: Final = 8445
ADDRESS: Final = re.compile(
    r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?|[A-Za-z0-9.-]{1,200}:[0-9]{1,5})", re.ASCII
)
"""An address as typed: numbers with or without the port, or a host's name with it. All else is a laptop's name."""
_MAX_LABEL: Final = 60  # bytes of a name in DNS are at most 63
_ANSWER_MS: Final = 1500


@dataclass(frozen=True, slots=True)
class Found:
    """A laptop that says it shares: its name, and ``host:port``."""

    name: str
    address: str


@contextmanager
def announced(
    pair: UUID, name: str, port: int, addresses: Sequence[str], interfaces: Sequence[str] | None = None
) -> Iterator[bool]:
    """Tell the network that a laptop of the pair shares at the port; yields whether it could be told.

    ``interfaces``: addresses of those to tell; all of them if there are none named.
    """
    from zeroconf import Error, ServiceInfo

    label = _label(name)
    info = ServiceInfo(
        SERVICE,
        f"{label}.{SERVICE}",
        port=port,
        parsed_addresses=list(addresses),
        properties={"pair": short(pair)},
        server=f"yiyang-{short(pair)}-{port}.local.",
    )
    try:
        line = _line(interfaces)
    except (OSError, Error):
        # A network that carries no multicast; the address works all the same.
        yield False
        return
    try:
        try:
            line.register_service(info, allow_name_change=True)
            told = True
        except (OSError, Error):
            told = False
        yield told
    finally:
        line.close()


def find(
    pair: UUID, name: str = "", *, seconds: float = LISTEN_S, interfaces: Sequence[str] | None = None
) -> list[Found]:
    """The laptops of the pair that say they share, by name; as soon as the one of that ``name`` is there."""
    from zeroconf import Error, ServiceBrowser, ServiceListener, Zeroconf

    wanted = _label(name) if name else ""
    found: dict[str, Found] = {}
    enough = threading.Event()

    class Listener(ServiceListener):
        """Keeps what belongs to the pair."""

        def add_service(self, zc: Zeroconf, type_: str, name_: str) -> None:
            """Somebody is there."""
            info = zc.get_service_info(type_, name_, timeout=_ANSWER_MS)
            if info is None or info.properties.get(b"pair") != short(pair).encode() or len(found) == MOST_FOUND:
                return
            label = _label(name_.removesuffix(f".{SERVICE}"))
            addresses = [each for each in info.parsed_addresses() if ":" not in each]
            if addresses and info.port:
                found[label] = Found(label, f"{addresses[0]}:{info.port}")
                if label == wanted:
                    enough.set()

        def update_service(self, zc: Zeroconf, type_: str, name_: str) -> None:
            """It moved."""
            self.add_service(zc, type_, name_)

        def remove_service(self, zc: Zeroconf, type_: str, name_: str) -> None:
            """It is there no more; asking it will tell."""

    try:
        line = _line(interfaces)
    except (OSError, Error):
        return []
    try:
        browser = ServiceBrowser(line, SERVICE, Listener())
        enough.wait(seconds)
        browser.cancel()
    finally:
        line.close()
    return sorted(found.values(), key=lambda one: one.name)


def locate(pair: UUID, where: str, *, seconds: float = LISTEN_S, interfaces: Sequence[str] | None = None) -> str:
    """The ``host:port`` of a laptop by its name, or as it was typed; of the only one there is where nothing was typed.

    Raises ``PeerNotFound``, ``PeerSeveral``.
    """
    typed = where.strip()
    if ADDRESS.fullmatch(typed):
        return typed if ":" in typed else f"{typed}:{PORT}"
    found = find(pair, typed, seconds=seconds, interfaces=interfaces)
    if typed:
        found = [one for one in found if one.name == _label(typed)]
    if not found:
        raise PeerNotFound(name=typed[:_MAX_LABEL])
    if len(found) > 1:
        raise PeerSeveral(names=" ".join(one.name for one in found))
    return found[0].address


def _line(interfaces: Sequence[str] | None) -> "Zeroconf":
    from zeroconf import InterfaceChoice, IPVersion, Zeroconf

    return Zeroconf(interfaces=list(interfaces) if interfaces else InterfaceChoice.All, ip_version=IPVersion.V4Only)


def _label(name: str) -> str:
    """A name as it fits: printable, without dots, at most so many bytes."""
    plain = "".join(each for each in name if each.isprintable() and each != ".").strip() or "yiyang"
    return plain.encode()[:_MAX_LABEL].decode(errors="ignore")
