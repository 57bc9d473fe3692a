"""The floor: the bare C-level work that the same declaration cannot do without.

Nothing of ours runs here but one loop: libxml2 and libxslt through lxml, OpenSSL through
cryptography, SQLite, a raw socket. What is to be parsed, transformed, asked and written was
recorded from one real submission: every document with its stylesheet, every document with its
schema, every XPath with its node and variables, and how many rows of how many bytes.
"""

import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree

from gateway.adapters.sql import store as sql_store
from gateway.adapters.sql.changes import Written
from gateway.markup import safe
from gateway.packs import rules
from tests.bench.load import OFFICES, signed
from tests.world import World

BESIDE = {
    "parse": "0.153",
    "schema of the declaration": "0.219",
    "stylesheets": "0.657 (4 sheets)",
    "canonical form, digest, signature": "0.340 (4)",
    "durable commit of the declaration": "0.303",
    "HTTP round trips": "0.148 (4)",
    "receipts verified": "0.426 (4)",
    "durable commit of the receipts": "0.215",
}
"""The steps of tech.md 7a, in sequence, in ms of CPU on the same kind of machine."""

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_SERVER = """
import socket, sys
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
connection, _ = listening.accept()
stream = connection.makefile("rb")
answer = b"HTTP/1.1 200 OK\\r\\nContent-Length: 600\\r\\n\\r\\n" + bytes(600)
while line := stream.readline():
    length = 0
    while line.strip():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        line = stream.readline()
    stream.read(length)
    connection.sendall(answer)
"""


@dataclass
class Work:
    """What one submission really did."""

    transformed: list[tuple[Any, Any]] = field(default_factory=list)
    validated: list[tuple[Any, Any]] = field(default_factory=list)
    asked: list[tuple[Any, Any, dict[str, Any]]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)  # bytes of each row written


@contextmanager
def recorded() -> Iterator[Work]:
    """Note the C-level work of what runs inside."""
    work = Work()
    apply, ask, planned = safe.Stylesheet.apply, rules._Path.ask, sql_store.planned
    check, holds = safe.Schema.check, safe.Schema.holds

    def transform(self: Any, tree: Any, **params: str) -> Any:
        work.transformed.append((self._compiled, deepcopy(tree)))
        return apply(self, tree, **params)

    def validate(self: Any, tree: Any) -> Any:
        work.validated.append((self._compiled, deepcopy(tree)))
        return check(self, tree)

    def tell(self: Any, tree: Any) -> Any:
        work.validated.append((self._compiled, deepcopy(tree)))
        return holds(self, tree)

    def evaluate(self: Any, node: Any, known: Any) -> Any:
        given = {name: known[name] for name in self.uses if name in known}
        work.asked.append((self.path, node, given))
        return ask(self, node, known)

    def written(change: Any) -> Any:
        steps = planned(change)
        for step in steps:
            for row in step.rows if isinstance(step, Written) else ():
                size = sum(len(v) if isinstance(v, str | bytes) else 8 for v in row.values())
                work.rows.append(size)
        return steps

    safe.Stylesheet.apply, rules._Path.ask, sql_store.planned = transform, evaluate, written
    safe.Schema.check, safe.Schema.holds = validate, tell
    try:
        yield work
    finally:
        safe.Stylesheet.apply, rules._Path.ask, sql_store.planned = apply, ask, planned
        safe.Schema.check, safe.Schema.holds = check, holds


class Floor:
    """The bare work of one declaration, step by step; ``spent`` is CPU in seconds by step."""

    def __init__(self, world: World, folder: Path) -> None:
        self.raw, again = signed(world, ["FLOOR-1", "FLOOR-2"])
        world.submit(again, "floor-2")  # whatever is compiled at first use is compiled
        with recorded() as work:
            world.submit(self.raw, "floor-1")
        self.work = work
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._public = self._key.public_key()
        self._value = self._key.sign(b"info", ec.ECDSA(hashes.SHA256()))
        self._seal = Ed25519PrivateKey.generate()
        self._receipt = json.dumps({"message": "m" * 36, "digest": "d" * 64, "more": "x" * 300})
        self._sealed = self._seal.sign(self._receipt.encode())
        self._database = sqlite3.connect(folder / "floor.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("CREATE TABLE written (id INTEGER PRIMARY KEY, content BLOB)")
        self._server = subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE)
        port = int(self._server.stdout.readline()) if self._server.stdout else 0
        self._office = socket.create_connection(("127.0.0.1", port))

    def close(self) -> None:
        """End the office and the database."""
        self._office.close()
        self._server.wait()
        self._database.close()

    def run(self) -> None:
        """Do the work of one declaration once."""
        outputs: list[Any] = []
        root = self._spend("parse", lambda: etree.fromstring(self.raw, self._parser))
        self._spend("exporter's signature verified", lambda: self._verify(root))
        first, *others = self.work.validated
        self._spend("schema of the declaration", lambda: first[0].validate(root))
        self._spend("stylesheets", lambda: self._transform(outputs))
        self._spend("messages against their schemas", lambda: self._validate(others))
        self._spend("rules as bare XPath", self._ask)
        self._spend("canonical form, digest, signature", lambda: self._sign(outputs))
        self._spend("durable commit of the declaration", lambda: self._write(self.work.rows))
        self._spend("HTTP round trips", lambda: self._post(outputs))
        self._spend("receipts verified", self._receipts)
        receipts = [700] * (3 * OFFICES)  # attempt, receipt, entry
        self._spend("durable commit of the receipts", lambda: self._write(receipts))

    def _spend(self, step: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        result = work()
        self.spent[step] += time.process_time() - began
        return result

    def _verify(self, root: Any) -> None:
        bare = deepcopy(root)
        bare.remove(bare.find(_SIGNATURE))
        sha256(etree.tostring(bare, method="c14n")).digest()
        info = etree.tostring(root.find(_SIGNATURE)[0], method="c14n")
        sha256(info).digest()
        self._public.verify(self._value, b"info", ec.ECDSA(hashes.SHA256()))

    def _transform(self, outputs: list[Any]) -> None:
        outputs += (sheet(document).getroot() for sheet, document in self.work.transformed)

    def _validate(self, others: list[tuple[Any, Any]]) -> None:
        for schema, tree in others:
            schema.validate(tree)

    def _ask(self) -> None:
        for path, node, variables in self.work.asked:
            path(node, **variables)

    def _sign(self, outputs: list[Any]) -> None:
        for one in outputs[-OFFICES:]:
            content = etree.tostring(one, method="c14n")
            sha256(content).digest()
            self._key.sign(content, ec.ECDSA(hashes.SHA256()))

    def _write(self, sizes: list[int]) -> None:
        rows = [(bytes(size),) for size in sizes]
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT INTO written (content) VALUES (?)", rows)
        self._database.execute("COMMIT")

    def _post(self, outputs: list[Any]) -> None:
        for one in outputs[-OFFICES:]:
            content = etree.tostring(one)
            head = f"POST / HTTP/1.1\r\nHost: office\r\nContent-Length: {len(content)}\r\n\r\n"
            self._office.sendall(head.encode() + content)
            self._office.recv(65536)

    def _receipts(self) -> None:
        public = self._seal.public_key()
        for _ in range(OFFICES):
            json.loads(self._receipt)
            public.verify(self._sealed, self._receipt.encode())
