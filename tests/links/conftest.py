"""The pair and county of the tests of sync, for tests over bad lines."""

from tests.sync.conftest import world, world_once

__all__ = ["world", "world_once"]
