"""A movement whose stream at one office stands still, copied for every test."""

import pytest

from tests.usecases.stopped import Desk
from tests.world import World


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    desk = Desk(World(tmp_path_factory.mktemp("desk")))
    yield desk
    desk.world.close()


@pytest.fixture
def desk(stopped, tmp_path):
    desk = stopped.copied(tmp_path)
    yield desk
    desk.world.close()
