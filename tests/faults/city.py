"""A whole deployment as real processes on loopback, each of which a test may kill at any moment.

Gateway, worker, broker and simulated customs systems are started by their own module names on a
data folder of their own, exactly as an operator would. The simulated offices keep two journals:
every request received and every effect taken; :func:`judge` reads nothing else.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from gateway import bootstrap
from gateway.adapters.embedded_broker import EmbeddedBroker
from gateway.adapters.keystore import FileKeys
from gateway.cli.client import Client, Problem
from gateway.cli.demo.cast import SHIPPED, Cast, cast
from gateway.cli.demo.setting import Setting, engage, parties_folder, set_stage
from gateway.cli.demo.shipped import brought_up
from gateway.cli.demo.stage import Standing
from gateway.cli.desk import RemoteDesk, Told
from gateway.domain.declaration import Party
from gateway.domain.delivery import LinkKind
from gateway.domain.errors import Unavailable
from gateway.markup import signature
from gateway.ports import Clock, Ports
from gateway.usecases import setup

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30
LOOK_SECONDS = 0.05


class City:
    """The processes of one deployment, its links of one ``kind`` or mixed. Use it as a context.

    Roles in ``unmandated`` let nobody sign for them: their key lies with them, in ``parties``, and
    ``party_keys`` has the API key they come with.
    """

    def __init__(
        self, folder: Path, kind: str = LinkKind.PUSH, *, unmandated: tuple[str, ...] = ()
    ) -> None:
        self.setting: Setting = set_stage(folder)
        self.clock: Clock = bootstrap.open_clock()
        (folder / "logs").mkdir(exist_ok=True)
        with bootstrap.open_gateway(self.setting.settings, wakeup=False) as gateway:
            whole = cast(gateway.ports, None)
            signing = tuple(one for one in whole.signatories if one[0] not in unmandated)
            self.cast: Cast = replace(whole, signatories=signing)
            self.actors = engage(gateway.ports, self.setting, self.cast, kind)
            self.party_keys = {
                role: self._signs_itself(gateway.ports, role, party)
                for role, party in whole.signatories
                if role in unmandated
            }
        self.exporter = FileKeys(folder / "parties").signer("exporter")
        self.running: dict[str, subprocess.Popen] = {}
        self.broker = EmbeddedBroker(self.setting.settings.broker_socket.parent)
        self._count = 0

    def _signs_itself(self, ports: Ports, role: str, party: Party) -> str:
        """Register a party that keeps its own key, with the gateway and with the offices."""
        der = bootstrap.create_key(parties_folder(self.setting), role, role, ports.clock.now())
        tenant = self.setting.operator.tenant
        setup.add_certificate(ports, tenant, party.key, der)
        path = self.setting.folder / "sandbox" / "spec.json"
        spec = json.loads(path.read_text("utf-8"))
        spec["certificates"].append(f"../parties/{role}.cert.pem")
        path.write_text(json.dumps(spec), "utf-8")
        return bootstrap.new_principal(ports, tenant, role, ("sign", "read"), party=party.key)[1]

    def __enter__(self):
        if not self.setting.settings.broker.url:  # else it is somebody else's
            self.broker.start()
        for name in ("sandbox", "api", "worker"):
            self.start(name)
        self.wait_ready()
        return self

    def __exit__(self, *_):
        for name in list(self.running):
            self.kill(name, signal.SIGTERM)
        self.broker.stop()

    # ------------------------------------------------------------------ processes

    def start(self, name: str) -> None:
        data = str(self.setting.folder)
        command = {
            "api": ["gateway.api", "--data", data],
            "worker": ["workers", "--data", data],
            "sandbox": ["gateway.sandbox", "--spec", f"{data}/sandbox/spec.json"],
        }[name]
        with (self.setting.folder / "logs" / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        process.wait(20)

    def strike(self, victim: str) -> None:
        """Kill -9 one part and start it again; the broker comes back with an empty folder."""
        if victim == "broker":
            os.kill(self.broker._child.pid, signal.SIGKILL)
            self.broker.stop()
            shutil.rmtree(self.setting.settings.broker_socket.parent)
            self.broker = EmbeddedBroker(self.setting.settings.broker_socket.parent)
            self.broker.start()
            return
        self.kill(victim)
        self.start(victim)

    def wait_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while True:
            with suppress(Unavailable, Problem), closing(self.client()) as client:
                client.get("/readyz")
                return
            assert time.monotonic() < end, self.last_words()
            time.sleep(LOOK_SECONDS)

    def last_words(self) -> str:
        logs = sorted((self.setting.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {p.name}\n" + p.read_text("utf-8", "replace")[-2000:] for p in logs)

    # ------------------------------------------------------------------ the enterprise

    def client(self) -> Client:
        return Client(self.setting.url, self.actors.exporter_key)

    def declaration(self) -> bytes:
        self._count += 1
        raw = (bootstrap.schemas_root() / SHIPPED).read_bytes()
        now = self.clock.now()
        return signature.sign(brought_up(raw, now, f"{self._count:06d}"), self.exporter, now)

    def patiently(self, ask, seconds: float = 60):
        """Ask again while nobody is there or everybody is busy, as a client should."""
        end = time.monotonic() + seconds
        while True:
            client = self.client()
            try:
                return ask(RemoteDesk(client))
            except (Unavailable, Problem) as error:
                told = isinstance(error, Problem) and error.status < 500 and error.status != 409
                if told or time.monotonic() > end:
                    raise
            finally:
                client.close()
            time.sleep(LOOK_SECONDS)

    def submit(self) -> str:
        raw = self.declaration()
        key = f"key-{self._count}"
        return self.patiently(lambda desk: desk.submit(raw, key))["movement"]

    def drive(self, reference: str, seconds: float) -> Standing:
        """Report departure and arrival when their time has come; return when all is closed."""
        told = set()
        end = time.monotonic() + seconds
        while True:
            standing = Standing(self.patiently(lambda desk: desk.movement(reference)))
            if standing.finished or time.monotonic() > end:
                return standing
            if "departed" not in told and standing.ready_to_leave:
                self._tell(reference, "departed", standing.office("departure"))
                told.add("departed")
            if "arrived" not in told and standing.happened("transit-started"):
                self._tell(reference, "arrived", standing.office("destination"))
                told.add("arrived")
            time.sleep(LOOK_SECONDS)

    def _tell(self, reference: str, kind: str, office: str) -> None:
        now = self.clock.now()
        self.patiently(
            lambda desk: desk.report(
                reference, Told(kind=kind, at=now, office=office, facts={"seal": "CQ8801172"})
            )
        )

    def drive_all(self, references: list[str], seconds: float) -> dict[str, Standing]:
        found: dict[str, Standing] = {}
        threads = [
            threading.Thread(target=lambda r=r: found.update({r: self.drive(r, seconds)}))
            for r in references
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    # ------------------------------------------------------------------ journals

    def journal(self, kind: str) -> list[dict]:
        return [
            json.loads(line)
            for path in sorted(
                (self.setting.folder / "sandbox" / "journal").glob(f"*.{kind}.jsonl")
            )
            for line in path.read_text("utf-8").splitlines()
        ]


def judge(requests: list[dict], effects: list[dict]) -> list[str]:
    """Return every breach of what the offices are promised, read from their journals alone.

    Each effect exactly once; every repeated request byte-identical to its first; within a stream
    every new message in its place.
    """
    breaches = []
    twice = [key for key, n in Counter((e["id"], e["effect"]) for e in effects).items() if n > 1]
    breaches += [f"effect taken twice: {key}" for key in twice]
    digests = defaultdict(set)
    places = defaultdict(list)
    for request in requests:
        if not request["id"]:
            breaches.append(f"a request nobody could read: {request}")
            continue
        digests[request["id"]].add(request["digest"])
        if request["status"] == 200 and not request["repeated"]:
            places[request["stream"]].append(request["place"])
    breaches += [f"repeated with other bytes: {name}" for name, d in digests.items() if len(d) > 1]
    breaches += [
        f"out of order in {stream}: {taken}"
        for stream, taken in places.items()
        if taken != list(range(1, len(taken) + 1))
    ]
    return breaches


def missing(standing: Standing, effects: list[dict]) -> list[str]:
    """Return the messages of a movement that no office took effect of."""
    taken = {effect["id"] for effect in effects if effect["effect"] == "stored"}
    return [
        message["type"]
        for message in standing.movement["messages"]
        if message["state"] == "acknowledged" and message["id"] not in taken
    ]
