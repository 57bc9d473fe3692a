"""A whole deployment as real processes on loopback, each of which a test may kill at any moment.

Gateway, worker, broker and simulated customs systems are whole programs on a data folder of their
own, with real keys, ports and files. The client's calls are kept as a history;
:meth:`City.breaches` has the checker judge it together with database, log and offices' journals.
"""

import json
import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from gateway import bootstrap
from gateway.adapters.embedded_broker import EmbeddedBroker
from gateway.adapters.keystore import FileKeys
from gateway.cli.client import JSON, Client, Problem
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
from tests.cli.commands import fullroute
from tests.faults.checker import Breach, check
from tests.faults.evidence import Evidence, read_journals, read_rows
from tests.faults.nursery import Forked, nursery

READY_SECONDS = 30
LOOK_SECONDS = 0.05
STANDING_SECONDS = 0.3
"""How often somebody looks where a movement stands; more often, and looking is the load."""

OK = 200
ENDING_SECONDS = 60
AUDIT_SECONDS = 600
"""The whole log of a full storm is proven entry by entry, on a machine that may do other things."""


def another_truck(declaration: bytes, number: str) -> bytes:
    """Let the goods travel by themselves: an office that names a vehicle speaks of all aboard."""
    text = declaration.decode()
    for name, other in (
        ("桂A8D217", f"桂A{number[-5:]}"),
        ("桂AK217挂", f"桂A{number[-4:]}挂"),
        ("12H-01734", f"12H-{number[-5:]}"),
        ("YYG2611240001", f"YYG261124{number[-4:]}"),
    ):
        text = text.replace(name, other)
    return text.encode()


class City:
    """The processes of one deployment, its links of one ``kind`` or mixed. Use it as a context.

    Roles in ``unmandated`` let nobody sign for them: their key lies with them, in ``parties``, and
    ``party_keys`` has the API key they come with. ``beside`` holds by program what it finds in its
    environment at its first start; at every other it is told anew. ``answered`` counts the
    statuses of all answers a client got, 0 for none; ``papers`` are the declarations by reference
    number, unsigned.
    """

    def __init__(
        self,
        folder: Path,
        kind: str = LinkKind.PUSH,
        *,
        unmandated: tuple[str, ...] = (),
        beside: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._beside = beside or {}
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
        self.running: dict[str, Forked] = {}
        self.broker = EmbeddedBroker(self.setting.settings.broker_socket.parent)
        self.history: list[dict] = []
        self.papers: dict[str, bytes] = {}
        self.answered: Counter[int] = Counter()
        self.look_seconds = STANDING_SECONDS
        self._lock = threading.Lock()
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
            self.start(name, **self._beside.get(name, {}))
        self.wait_ready()
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            process.wait(ENDING_SECONDS)
        self.broker.stop()

    # ------------------------------------------------------------------ processes

    def start(self, name: str, **environment: str) -> None:
        """Start a program; more of one kind are told apart by what follows a dot: ``worker.2``."""
        data = ["--data", str(self.setting.folder)]
        program = name.partition(".")[0]
        spec = ["--spec", str(self.setting.folder / "sandbox" / "spec.json")]
        self.running[name] = nursery().start(
            program,
            spec if program == "sandbox" else data,
            {**os.environ, **environment},
            self.log(name),
        )

    def log(self, name: str) -> Path:
        """Return where a program writes; it is there from before its first word."""
        log = self.setting.folder / "logs" / f"{name}.log"
        log.touch()
        return log

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        process = self.running.pop(name)
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:  # one just forked leads no group yet
            with suppress(ProcessLookupError):
                os.kill(process.pid, how)
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

    def hold_answers(self, *types: str) -> None:
        """Have the offices give receipts for these messages and nothing else."""
        end = time.monotonic() + READY_SECONDS
        while not self._held(types):
            assert time.monotonic() < end, self.last_words()
            time.sleep(LOOK_SECONDS)

    def _held(self, types: tuple[str, ...]) -> bool:
        url = f"http://127.0.0.1:{self.setting.control_port}"
        with suppress(Unavailable, Problem), closing(Client(url, "", seconds=5.0)) as control:
            control.post("/control", json.dumps({"hold_answers": types}).encode(), JSON)
            return True
        return False

    def last_words(self) -> str:
        logs = sorted((self.setting.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {p.name}\n" + p.read_text("utf-8", "replace")[-2000:] for p in logs)

    # ------------------------------------------------------------------ the enterprise

    def client(self) -> Client:
        return Client(self.setting.url, self.actors.exporter_key)

    def declaration(self) -> tuple[str, bytes]:
        """Return the reference number of a new declaration, and the declaration, signed."""
        with self._lock:
            self._count += 1
            number = f"{self._count:06d}"
        raw = (bootstrap.schemas_root() / SHIPPED).read_bytes()
        now = self.clock.now()
        brought = another_truck(brought_up(raw, now, number), number)
        lrn = brought.partition(b"<FunctionalReferenceID>")[2].partition(b"<")[0].decode()
        self.papers[lrn] = brought
        return lrn, signature.sign(brought, self.exporter, now)

    def patiently(self, ask, seconds: float = 60):
        """Ask again while nobody is there or everybody is busy, as a client should."""
        end = time.monotonic() + seconds
        while True:
            client = self.client()
            try:
                said = ask(RemoteDesk(client))
                self.answered[OK] += 1
            except (Unavailable, Problem) as error:
                self.answered[error.status if isinstance(error, Problem) else 0] += 1
                told = isinstance(error, Problem) and error.status < 500 and error.status != 409
                if told or time.monotonic() > end:
                    raise
            else:
                return said
            finally:
                client.close()
            time.sleep(LOOK_SECONDS)

    def submit(self, seconds: float = 60) -> str:
        """Submit a new declaration under its own key until it is answered; return its movement."""
        lrn, raw = self.declaration()
        call = {
            "call": "submit", "key": f"key-{lrn}", "lrn": lrn, "outcome": "unknown",
            "digest": sha256(raw).hexdigest(),
        }  # fmt: skip
        self.history.append(call)
        try:
            movement = self.patiently(lambda desk: desk.submit(raw, call["key"]), seconds)
        except Problem as refused:
            call["outcome"] = "refused" if refused.status < 500 else "unknown"
            raise
        call |= {"outcome": "ok", "movement": movement["movement"]}
        return call["movement"]

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
            time.sleep(self.look_seconds)

    def _tell(self, reference: str, kind: str, office: str) -> None:
        now = self.clock.now()
        at = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        call = {
            "call": "report", "movement": reference, "kind": kind, "at": at, "outcome": "unknown",
        }  # fmt: skip
        self.history.append(call)
        told = Told(kind=kind, at=now, office=office, facts={"seal": "CQ8801172"})
        self.patiently(lambda desk: desk.report(reference, told))
        call["outcome"] = "ok"

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

    # ------------------------------------------------------------------ judgement

    def journal(self, kind: str) -> list[dict]:
        return read_journals(self.setting.folder / "sandbox" / "journal")[kind]

    def evidence(self, *, verified: bool = True) -> Evidence:
        """Gather what is known on every side; ``verified`` asks ``audit verify`` too."""
        folder, url = self.setting.folder, self.setting.settings.database.url
        there = {"FULLROUTE_DATABASE__URL": url} if url else {}
        ask = ("audit", "verify", "--json", "--data", folder)
        rows = read_rows(self.setting.settings.database_url)
        journals = read_journals(folder / "sandbox" / "journal")
        told = fullroute(*ask, seconds=AUDIT_SECONDS, **there).json if verified else {}
        return Evidence(history=list(self.history), rows=rows, journals=journals, verified=told)

    def breaches(self, seconds: float = 60) -> list[Breach]:
        """Let the run come to rest for at most so long, then judge it."""
        self.rest(seconds)
        return check(self.evidence())

    def untaken(self, many: int, since: int = 0) -> list[Breach]:
        """Tell which submissions since then in the history were not taken, or that few were made.

        Clients ask for minutes, so ``many`` is how many were sent to submit: a run that nobody
        could begin has shown nothing.
        """
        calls = [one for one in self.history[since:] if one["call"] == "submit"]
        left = [one["lrn"] for one in calls if one["outcome"] != "ok"]
        found = [Breach("A", f"nobody took {lrn}: {dict(self.answered)}") for lrn in left]
        if len(calls) - len(left) < max(many, 1):
            found.append(Breach("A", f"{len(calls) - len(left)} submissions taken of {many}"))
        return found

    def rest(self, seconds: float) -> None:
        """Wait until nothing is wrong or under way, but no longer than so long."""
        end = time.monotonic() + seconds
        while check(self.evidence(verified=False), audited=False) and time.monotonic() < end:
            time.sleep(0.5)
