"""A rolling upgrade: programs of the version before and of this one, side by side, under load.

The version before is a copy of the sources with another number and with packs that this one mended
in place. A balancer stands before the gateways, as it would: nobody who calls is turned away.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import gateway
from gateway.cli.demo.loopback import free_ports
from tests.cli.commands import fullroute
from tests.faults import proxy
from tests.faults.city import City
from tests.faults.nursery import ROOT
from tests.faults.points import Traffic
from tests.faults.wires import Wire, to_port

BEFORE = "0.0.9"
ROOMS = ("gateway", "workers", "schemas")
MENDED = ("cn", "vn")
UNDER_WAY = 2
TURNED_AWAY_MOST = 0.01


def version_before(folder: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    init = folder / "gateway" / "__init__.py"
    init.write_text(init.read_text("utf-8").replace(gateway.__version__, BEFORE), "utf-8")
    for pack in MENDED:
        manifest = folder / "schemas" / "packs" / pack / "pack.toml"
        with manifest.open("a", encoding="utf-8") as file:
            file.write("\n# not mended yet\n")
    return folder


class Upgraded(City):
    """A city whose first gateway and worker are of the version before.

    ``ports`` are those of the old gateway and the new one, behind the balancer.
    """

    def __init__(self, folder: Path, old: Path) -> None:
        super().__init__(folder, "mixed")
        self.ports = free_ports(2)
        self.balancer = Wire(self.setting.port, to_port(self.ports[0]))
        self._old = old
        self._programs = {
            "api": ("gateway.api", "--port", str(self.ports[0])),
            "worker": ("workers",),
        }

    def start(self, name: str, **environment: str) -> None:
        if name not in self._programs:
            super().start(name, **environment)
            return
        module, *arguments = self._programs[name]
        command = [sys.executable, "-m", module, *arguments, "--data", str(self.setting.folder)]
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=self._old, stdout=log, stderr=log, start_new_session=True
            )


def keep_going(traffic: Traffic, begun: int) -> None:
    """Keep movements under way until so many more were begun."""
    wanted = len(traffic.threads) + begun
    while len(traffic.threads) < wanted:
        traffic.keep(UNDER_WAY)
        traffic.threads[-1].join(0.1)


@pytest.mark.full
@pytest.mark.timeout(400)
def test_old_and_new_work_side_by_side(tmp_path):
    (tmp_path / "city").mkdir()
    city = Upgraded(tmp_path / "city", version_before(tmp_path / "before"))
    with proxy.Weather({"balancer": city.balancer}), city:
        traffic = Traffic(city)
        keep_going(traffic, UNDER_WAY)
        assert fullroute("migrate", "--data", city.setting.folder).code == 0
        city.start("worker.2")
        keep_going(traffic, UNDER_WAY)
        city.answered.clear()
        city.start("api.2", FULLROUTE_HTTP__PORT=str(city.ports[1]))
        while "listening" not in city.log("api.2").read_text("utf-8"):
            traffic.keep(UNDER_WAY)
        city.balancer.lead(to_port(city.ports[1]))
        keep_going(traffic, UNDER_WAY)  # the old worker is given what the new gateway took
        for name in ("worker", "api"):
            city.kill(name, signal.SIGTERM)
        keep_going(traffic, UNDER_WAY)
        traffic.arrive()
        assert city.breaches() == [], city.last_words()
        failing = (0, *range(500, 600))
        turned_away = sum(city.answered[status] for status in failing)
        assert turned_away <= TURNED_AWAY_MOST * city.answered.total(), city.answered
        rows = city.evidence(verified=False).rows
        wrote = b"".join(bytes(row["entry"]) for row in rows["log"])
        for version in (BEFORE, gateway.__version__):
            assert f'"gateway":"{version}"'.encode() in wrote
        assert len({row["packs"] for row in rows["movements"]}) == len(MENDED)
