"""Crash points: refused where nobody tests, and each one still names something that exists."""

import pytest

from gateway.adapters.celery_wakeup import CeleryWakeup
from gateway.adapters.crash_points import POINTS, Call, armed
from gateway.adapters.links import FolderCourier, HttpCourier, RequestCourier
from gateway.adapters.sql.store import SqlStore
from gateway.domain.errors import Misconfigured
from gateway.settings import load_settings
from tests.cli.commands import fullroute

DRIVERS = {
    "store": (SqlStore,),
    "wakeup": (CeleryWakeup,),
    "couriers": (FolderCourier, HttpCourier, RequestCourier),
    "collectors": (FolderCourier, RequestCourier),
}


@pytest.mark.parametrize("switch", [{}, {"FULLROUTE_TESTING": "0"}, {"FULLROUTE_TESTING": "yes"}])
def test_a_point_without_the_test_switch_starts_nothing(tmp_path, switch):
    with pytest.raises(Misconfigured) as caught:
        load_settings(data=tmp_path, environment={"FULLROUTE_CRASH_POINT": "send.before"} | switch)
    assert [one.code for one in caught.value.findings] == ["settings.crash-point"]


def test_every_program_says_so_and_exits(tmp_path):
    said = fullroute("doctor", "--data", tmp_path, FULLROUTE_CRASH_POINT="send.before")
    assert said.code == 2
    assert "FULLROUTE_TESTING=1" in said.err


def test_a_point_nobody_knows_is_a_finding():
    with pytest.raises(Misconfigured) as caught:
        armed(None, "send.sideways")
    (finding,) = caught.value.findings
    assert finding.code == "settings.crash-point-unknown"
    assert "send.before" in dict(finding.args)["known"]


def test_without_the_variable_nothing_is_armed(tmp_path):
    assert load_settings(data=tmp_path, environment={"FULLROUTE_TESTING": "1"}).crash_point == ""


@pytest.mark.parametrize("name", [name for name, one in POINTS.items() if isinstance(one, Call)])
def test_a_point_at_a_port_names_a_method_of_its_drivers(name):
    point = POINTS[name]
    assert all(callable(getattr(driver, point.method)) for driver in DRIVERS[point.port])
