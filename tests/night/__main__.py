"""``python -m tests.night``: a night shift by keys alone; then what the record and the county hold of it."""

import sys
import time

from tests.night import story
from tests.night.place import place
from tests.night.proof import prove


def main() -> int:
    """Tell the story, hold it against the record and the county, print what it was. ``AssertionError`` where not."""
    began = time.monotonic()
    with place() as where:
        night = story.opened(where)
        for name, told in story.CHAPTERS.items():
            night.chapter(name, told)
            sys.stdout.write(f"{time.monotonic() - began:4.0f} s  {name}: {night.chapters[name]} keys\n")
            sys.stdout.flush()
        for line in prove(night):
            sys.stdout.write(f"{line}\n")
        for name, fact in night.facts.items():
            sys.stdout.write(f"{name}: {fact}\n")
    sys.stdout.write(f"{sum(night.chapters.values())} keys, {time.monotonic() - began:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
