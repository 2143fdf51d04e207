"""A machine that goes on from a memory image: what it wrote after the image comes back to it from somewhere else."""

import shutil
from dataclasses import replace
from pathlib import Path

from db.tables import Person
from sync.proof.rebuild import differences
from sync.sticks import by_stick
from tests.sync.worlds import World, look, looks, who


def test_its_own_later_work_comes_back_on_a_stick_and_its_tables_are_what_its_batches_say(
    world: World, tmp_path: Path
) -> None:
    home = world.start()
    look(home)
    image, progress = world.place / "image", home._progress
    shutil.copytree(world.place / "home", image)
    assert progress is not None
    progress = replace(progress)
    later = look(home)
    by_stick.export(home, tmp_path, home.now())
    home._engine.dispose()

    shutil.rmtree(world.place / "home")
    shutil.copytree(image, world.place / "home")
    home = world.start()
    home._progress = progress
    with home.act(None) as act:
        # Under the name that the later round has got already.
        act.edit(Person, who(home), phone="1")
    by_stick.bring_in(home, tmp_path)
    assert later in looks(home)
    assert differences(home) == {}
    again = look(home)
    assert differences(home) == {}
    assert {later, again} <= looks(home)
