"""A worker as it runs in production: its own process, a real broker, an office over HTTP."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.adapters.celery_wakeup import DELIVER_TASK, QUEUE
from gateway.adapters.embedded_broker import EmbeddedBroker
from gateway.audit.exchange import (
    HEADER_ENVELOPE,
    Receipt,
    SealedPaper,
    make_receipt,
    read_envelope,
    spell_seal,
    write_reply,
)
from gateway.bootstrap import DEFAULT_TENANT, initialise, open_gateway
from gateway.domain.delivery import LinkKind
from gateway.domain.message import Message, MessageState, Suite
from gateway.domain.records import Body, Change, Insert
from gateway.domain.trust import Signatory
from gateway.pipeline.sign import seal_message
from gateway.settings import load_settings
from gateway.usecases import setup
from workers import app as workers_app

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
LINK = "lnk_hq"
NEVER = "3600"


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    for _ in range(int(seconds / 0.02)):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it never came true")


class Office:
    """A customs system: gives signed receipts, at once, or when ``gate`` opens."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.seen: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        office = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                envelope = read_envelope(base64.b64decode(self.headers[HEADER_ENVELOPE]))
                office.seen.append(envelope.id)
                office.gate.wait()
                receipt = make_receipt(
                    Receipt(
                        message=envelope.id,
                        digest=envelope.digest,
                        link=envelope.link,
                        office=envelope.office,
                        received=AT,
                    )
                )
                seal = spell_seal("office", office.key.sign(receipt))
                body = write_reply("receipt", SealedPaper(content=receipt, seal=seal))
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:  # the worker went away meanwhile
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


class Site:
    """A data folder with one link, and the workers beside it."""

    def __init__(self, folder: Path, office: Office) -> None:
        self.settings = load_settings(data=folder / "d")
        initialise(self.settings, AT)
        self.gateway = open_gateway(self.settings)
        self.ports = self.gateway.ports
        setup.add_link(
            self.ports,
            DEFAULT_TENANT,
            setup.NewLink(
                id=LINK,
                administration="CN",
                kind=LinkKind.PUSH,
                endpoint=office.url,
                key=office.key.public_key().public_bytes_raw(),
                offices=("CN008001",),
            ),
        )

    def owe(self, name: str) -> str:
        """Write a message that is due, as submission does; knock at nobody."""
        content = f"<Message>{name}</Message>".encode()
        digest = sha256(content).hexdigest()
        message = Message(
            id=f"msg_{name}", tenant=DEFAULT_TENANT, movement="26CN4F7K2M9PQR8TJ3", trip=None,
            link=LINK, office="CN008001", pack="ab" * 32, type="MT2401", procedure="cn-exit",
            signatory=Signatory.NOBODY, suite=Suite.NONE, media_type="application/xml",
            state=MessageState.WAITING, waits_for="", created_at=AT, stream=f"{name}/CN008001",
            place=1,
        )  # fmt: skip
        due = seal_message(message, content, "application/xml", self.ports.keys.seal, AT)
        body = Body(
            digest=digest, tenant=DEFAULT_TENANT, media_type="application/xml", content=content,
            salt=bytes(16),
        )  # fmt: skip
        self.ports.store.commit(Change((Insert(body), Insert(due))))
        return due.id

    def acknowledged(self, message: str) -> bool:
        found = self.ports.store.message(message)
        return found is not None and found.state is MessageState.ACKNOWLEDGED

    def knock_until_acknowledged(self, message: str) -> None:
        for _ in range(60):
            self.ports.wakeup.knock([LINK])
            try:
                until(lambda: self.acknowledged(message), seconds=0.5)
            except AssertionError:
                continue
            return
        raise AssertionError(f"nobody heard the knocking: {self.log()}")

    @contextmanager
    def worker(self, *, ticker_seconds: str = NEVER) -> Iterator[subprocess.Popen[str]]:
        """Run a worker until the block ends, and see that it leaves by itself."""
        log = (self.settings.data / "worker.log").open("a")
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", "--data", str(self.settings.data)],
            env={**os.environ, "FULLROUTE_WORKER__TICKER_SECONDS": ticker_seconds},
            stdout=log,
            stderr=log,
            text=True,
        )
        log.close()
        try:
            yield process
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, self.log()
        finally:
            process.kill()
            process.wait()

    def log(self) -> str:
        return (self.settings.data / "worker.log").read_text()


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.close()


@pytest.fixture
def site(office: Office) -> Iterator[Site]:
    with TemporaryDirectory(prefix="fr-") as folder:  # short: a socket's path has a limit
        site = Site(Path(folder), office)
        yield site
        site.gateway.close()


@pytest.fixture
def broker(site: Site) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(site.settings.broker_socket.parent) as broker:
        yield broker


def test_producer_and_worker_agree_on_names():
    assert (DELIVER_TASK, QUEUE) == (workers_app.DELIVER_TASK, workers_app.QUEUE)


@pytest.mark.full
@pytest.mark.usefixtures("broker")
def test_a_knock_reaches_the_task(site, office):
    with site.worker():
        message = site.owe("one")
        site.knock_until_acknowledged(message)
    assert office.seen == [message]


@pytest.mark.full
def test_a_killed_broker_comes_back_and_the_worker_goes_on(site, broker, office):
    with site.worker():
        site.knock_until_acknowledged(site.owe("before"))
        first = broker.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: broker.pid not in (None, first))
        site.knock_until_acknowledged(site.owe("after"))
    assert office.seen == ["msg_before", "msg_after"]


@pytest.mark.full
@pytest.mark.usefixtures("broker")
def test_a_wiped_broker_is_made_up_for_by_the_ticker(site, office):
    with site.worker(ticker_seconds="0.2"):
        site.knock_until_acknowledged(site.owe("before"))
        with redis.Redis(unix_socket_path=str(site.settings.broker_socket)) as queue:
            queue.flushall()
        message = site.owe("after")
        until(lambda: site.acknowledged(message))
    assert office.seen == ["msg_before", "msg_after"]


@pytest.mark.full
def test_without_any_broker_the_ticker_delivers(site, office):
    message = site.owe("one")
    with site.worker(ticker_seconds="0.2"):
        until(lambda: site.acknowledged(message))
    assert office.seen == [message]


@pytest.mark.full
@pytest.mark.usefixtures("broker")
def test_two_workers_send_nothing_twice(site, office):
    with ExitStack() as working:
        for _ in range(2):
            working.enter_context(site.worker(ticker_seconds="0.1"))
        until(lambda: site.log().count("working with") == 2)
        messages = [site.owe(f"m{number}") for number in range(40)]
        until(lambda: all(site.acknowledged(message) for message in messages))
    assert sorted(office.seen) == sorted(messages)


@pytest.mark.full
@pytest.mark.usefixtures("broker")
def test_stopping_finishes_what_is_under_way(site, office):
    with site.worker() as process:
        office.gate.clear()
        message = site.owe("one")
        until(lambda: site.ports.wakeup.knock([LINK]) or bool(office.seen))
        process.send_signal(signal.SIGTERM)
        office.gate.set()
        assert process.wait(20) == 0, site.log()
    assert site.acknowledged(message)


@pytest.mark.full
@pytest.mark.usefixtures("broker")
def test_stopping_does_not_wait_for_an_office_that_hangs(site, office):
    with site.worker() as process:
        office.gate.clear()
        message = site.owe("one")
        until(lambda: site.ports.wakeup.knock([LINK]) or bool(office.seen))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, site.log()
    (tried,) = site.ports.store.attempts(message)  # it may have it: nobody skips it untried
    assert tried.detail == "courier.closed"
    office.gate.set()
    with site.worker(ticker_seconds="0.2"):
        until(lambda: site.acknowledged(message))
    assert set(office.seen) == {message}


@pytest.mark.parametrize(
    ("patience", "code"), [pytest.param("30", 8, id="stuck"), pytest.param("1e12", 0, id="fine")]
)
def test_health_says_whether_the_backlog_moves(site, patience, code):
    site.owe("one")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "workers.health", "--data", str(site.settings.data)),
            *("--seconds", patience),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["healthy"], told["due"]) == (code, code == 0, 1)


def test_a_worker_without_a_data_folder_says_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "workers", "--data", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("settings.no-data-folder: There is no data folder ")
    assert done.stderr.count("\n") == 1
