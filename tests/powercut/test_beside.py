"""Power fails while keys, backups, parcels and settings are written: each is the old one or the new one, whole."""

from pathlib import Path

from tests.powercut.play import fast_place, record
from tests.powercut.test_record import SEED, assert_kept

IMAGES = 2500


def test_what_lies_beside_the_record_outlives_a_power_cut_at_any_step(tmp_path: Path) -> None:
    with fast_place() as place:
        assert_kept(record("beside", SEED, place), IMAGES, tmp_path)
