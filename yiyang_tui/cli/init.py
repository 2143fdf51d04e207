"""``yiyang init``: a new pair and its first user, or (``--join``) a further laptop of a pair the county knows.

Six questions, each with a sensible answer already there; every answer can also be given as an option.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang_tui.cli.ask import Secrets
from yiyang_tui.cli.options import CodeFile, Laptop, PassphraseFile

if TYPE_CHECKING:
    from care.setup import House

_FIRST_NUMBER = "0001"


def init(
    township: Annotated[str | None, typer.Option("--township", metavar="NAME", help="cli.init.opt.township")] = None,
    health_centre: Annotated[
        str | None, typer.Option("--health-centre", metavar="NAME", help="cli.init.opt.health_centre")
    ] = None,
    welfare_home: Annotated[
        str | None, typer.Option("--welfare-home", metavar="NAME", help="cli.init.opt.welfare_home")
    ] = None,
    pair_name: Annotated[str | None, typer.Option("--pair-name", metavar="NAME", help="cli.init.opt.pair_name")] = None,
    region: Annotated[str, typer.Option("--region", metavar="CODE", help="cli.init.opt.region")] = "",
    rooms: Annotated[str | None, typer.Option("--rooms", metavar="F,R,B", help="cli.init.opt.rooms")] = None,
    wards: Annotated[str | None, typer.Option("--wards", metavar="R,B", help="cli.init.opt.wards")] = None,
    number: Annotated[str | None, typer.Option("--number", metavar="NUMBER", help="cli.init.opt.number")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="cli.init.opt.name")] = None,
    role: Annotated[str | None, typer.Option("--role", metavar="director|admin", help="cli.init.opt.role")] = None,
    passphrase_file: PassphraseFile = None,
    pin_file: Annotated[str | None, typer.Option("--pin-file", metavar="FILE|-", help="cli.init.opt.pin_file")] = None,
    join: Annotated[str | None, typer.Option("--join", metavar="URL", help="cli.init.opt.join")] = None,
    code_file: CodeFile = None,
    laptop: Laptop = None,
) -> None:
    """Make a record on this laptop. Raises ``VaultExists`` before anything is asked."""
    from db.errors import VaultExists
    from yiyang_tui.settings import vault_path

    vault = vault_path()
    if vault.exists():
        raise VaultExists(path=str(vault))
    secrets = Secrets()
    if join is not None:
        from yiyang_tui.cli.join import join_pair

        join_pair(
            vault, join, secrets, number=number, passphrase_file=passphrase_file, code_file=code_file, laptop=laptop
        )
        return

    from care.staff import check_new, check_new_pin
    from db.keys import check_passphrase
    from yiyang_tui.cli.ask import checked, line
    from yiyang_tui.words import t

    _heading()
    township = township or line(t("cli.init.q1"), option="--township")
    house = _house(township, pair_name, health_centre, welfare_home, region, rooms, wards)
    number = number or checked(
        t("cli.init.q4_number"), _FIRST_NUMBER, lambda said: check_new(said, "-", first_roles()[0]), option="--number"
    )
    name = name or checked(
        t("cli.init.q4_name"), "", lambda said: check_new(_FIRST_NUMBER, said, first_roles()[0]), option="--name"
    )
    role = _role(role)
    passphrase = secrets.get(
        t("cli.init.q5"), passphrase_file, option="--passphrase-file", twice=True, check=check_passphrase
    )
    pin = _pin(secrets, pin_file, lambda said: check_new_pin(said, number))
    _make(vault, house, number, name, role, passphrase, pin)


def _heading() -> None:
    from yiyang_tui.cli.ask import somebody
    from yiyang_tui.cli.show import note
    from yiyang_tui.words import t

    if somebody():
        note(t("cli.init.begin"))


def _house(
    township: str,
    pair_name: str | None,
    health_centre: str | None,
    welfare_home: str | None,
    region: str,
    rooms: str | None,
    wards: str | None,
) -> "House":
    from care.setup import House
    from yiyang_tui.cli.ask import line, until
    from yiyang_tui.words import t

    centre = health_centre or line(
        t("cli.init.q2_centre"), t("cli.init.a2_centre", township=township), option="--health-centre"
    )
    home = welfare_home or line(
        t("cli.init.q2_home"), t("cli.init.a2_home", township=township), option="--welfare-home"
    )
    floors, per_floor, beds = (
        _numbers(rooms, 3, "--rooms")
        if rooms
        else until(
            t("cli.init.q3_rooms"),
            "2 10 2",
            lambda said: _read(said, 3),
            option="--rooms",
            wrong=t("cli.init.rooms_bad"),
        )
    )
    ward_rooms, ward_beds = (
        _numbers(wards, 2, "--wards")
        if wards
        else until(
            t("cli.init.q3_wards"), "4 3", lambda said: _read(said, 2), option="--wards", wrong=t("cli.init.wards_bad")
        )
    )
    return House(
        pair_name=pair_name or t("cli.init.a_pair", township=township),
        township=township,
        region=region,
        health_centre=centre,
        welfare_home=home,
        floors=floors,
        rooms_per_floor=per_floor,
        beds_per_room=beds,
        wards=ward_rooms,
        ward_beds=ward_beds,
    )


def _numbers(said: str, count: int, option: str) -> tuple[int, ...]:
    found = _read(said, count)
    if found is None:
        raise typer.BadParameter(said, param_hint=option)
    return found


def _read(said: str, count: int) -> tuple[int, ...] | None:
    """Some whole numbers, whatever stands between them."""
    import re

    from yiyang_tui.cells import narrow

    found = tuple(int(part) for part in re.findall(r"\d{1,3}", narrow(said)[:40]))
    return found if len(found) == count else None


def first_roles() -> tuple[str, ...]:
    """What the first user may be: somebody who can take on the others."""
    from care.roles import roles_of

    return roles_of("staff.change")


def _role(role: str | None) -> str:
    from care.roles import roles
    from yiyang_tui.cli.ask import until
    from yiyang_tui.words import t

    if role is not None:
        if role not in roles():
            raise typer.BadParameter(role, param_hint="--role")
        if role not in first_roles():
            from db.errors import Refused

            raise Refused("first_manages")
        return role
    ours = first_roles()
    shown = "  ".join(f"{at} {t(f'role.{one}')}" for at, one in enumerate(ours, 1))
    by_answer = {str(at): one for at, one in enumerate(ours, 1)} | {t(f"role.{one}"): one for one in ours}
    return until(
        t("cli.init.q4_role", roles=shown),
        "1",
        lambda said: by_answer.get(said),
        option="--role",
        wrong=t("cli.init.role_bad"),
    )


def _pin(secrets: Secrets, file: str | None, check: Callable[[str], object]) -> str | None:
    from yiyang_tui.cli.ask import somebody
    from yiyang_tui.words import t

    if file is None and not somebody():
        return None
    return secrets.get(t("cli.init.q6"), file, option="--pin-file", twice=True, check=check)


def _make(vault: Path, house: "House", number: str, name: str, role: str, passphrase: str, pin: str | None) -> None:
    from care.setup import found
    from care.staff import set_pin
    from db.vault import create_vault
    from yiyang_tui.cli.record import discard, settle_clock
    from yiyang_tui.cli.show import say
    from yiyang_tui.settings import passphrase_cost, remember, settings_path
    from yiyang_tui.words import t

    store = create_vault(vault, number, passphrase, cost=passphrase_cost())
    try:
        settle_clock(store)
        staff = found(store, house, number=number, name=name, role=role)
        if pin is not None:
            set_pin(store, staff, pin)
    except BaseException:
        # Half a house is no record: the next try begins anew.
        store.close()
        discard(vault)
        raise
    store.close()
    remember(settings_path(), number=number)
    beds = house.floors * house.rooms_per_floor * house.beds_per_room + house.wards * house.ward_beds
    say(t("cli.init.done", name=house.pair_name, beds=beds, path=str(vault)))
    say(t("cli.init.next", number=number))
