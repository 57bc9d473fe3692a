"""An export is complete, and its recipe finds every change with other people's tools."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from gateway import register
from gateway.audit.checkpoint import verify_checkpoint
from gateway.audit.entry import EntryKind, read_entry
from gateway.audit.proof import read_proof, verify_proof
from gateway.domain.errors import InConflict, NotFound
from gateway.usecases.export import export_movement
from tests.usecases.test_raced import raced
from tests.world import TENANT, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    world.submit(world.declaration())
    world.run()
    yield world
    world.close()


@pytest.fixture(scope="module")
def reference(world: World) -> str:
    (record,) = world.store.movements(TENANT)
    return record.reference


@pytest.fixture(scope="module")
def files(world: World, reference: str) -> dict[str, bytes]:
    return dict(export_movement(world.ports, TENANT, reference))


def matching(files: dict[str, bytes], *parts: str) -> list[bytes]:
    return [content for path, content in files.items() if all(part in path for part in parts)]


def test_the_exact_bytes_are_there(world, reference, files):
    record = world.store.movement(reference)
    assert files["declaration/declaration.xml"] == world.store.body(record.declaration).content
    for message in world.store.messages(reference):
        if message.wire:
            (wire,) = matching(files, f"-{message.type}-{message.office}/wire.")
            assert wire == world.store.body(message.wire).content
            (envelope,) = matching(files, f"-{message.type}-{message.office}/envelope.json")
            assert envelope == message.envelope
    answers = world.store.answers(reference)
    assert len(matching(files, "answers/", "/answer.")) == len(answers) > 0
    assert len(matching(files, "log/entries/")) == len(world.store.log(movement=reference))


def test_what_was_not_sent_is_not_there(world, reference, files):
    waiting = [m for m in world.store.messages(reference) if not m.wire]
    assert waiting
    assert not [path for m in waiting for path in files if f"-{m.type}-{m.office}/wire" in path]


def test_the_sums_cover_every_other_file(files):
    listed = dict(
        reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines()
    )
    rest = {path: content for path, content in files.items() if path != "SHA256SUMS"}
    assert listed == {path: sha256(content).hexdigest() for path, content in rest.items()}


def test_every_entry_has_its_proof_under_one_checkpoint(world, files):
    origin = files["log/checkpoint"].decode().split("\n")[0]
    keys = {origin: next(iter(world.keys.seal_keys().values()))}
    checkpoint = verify_checkpoint(files["log/checkpoint"], origin, keys)
    assert checkpoint.size == world.store.log_size()
    entries = [path for path in files if path.startswith("log/entries/")]
    for path in entries:
        name = path.removeprefix("log/entries/").removesuffix(".json")
        proof = read_proof(files[f"log/proofs/{name}.tlog-proof"])
        assert verify_proof(proof, files[path], origin, keys) == checkpoint
        assert read_entry(files[path]).movement


@pytest.mark.parametrize("read", ["movement", "messages", "answers", "numbers"])
def test_it_is_of_one_moment(tmp_path, read):
    """What offices answer meanwhile is in it with everything that belongs to it."""
    with closing(World(tmp_path)) as world:
        movement = world.submit(world.declaration()).movement
        meanwhile = dict(export_movement(raced(world, read, world.run), TENANT, movement))
        assert matching(meanwhile, "answers/", "/header.json")
        assert meanwhile == dict(export_movement(world.ports, TENANT, movement))


def test_what_never_keeps_still_is_not_exported(world, reference):
    class Restless:
        """A store in which something happens to the movement whenever its answers are read."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.store, name)

        def answers(self, movement: str) -> object:
            writing = register.Writing(world.ports, TENANT, world.clock.now())
            writing.entry(EntryKind.ACT, movement=movement)
            world.store.commit(writing.change())
            return world.store.answers(movement)

    with pytest.raises(InConflict) as refused:
        export_movement(replace(world.ports, store=Restless()), TENANT, reference)
    assert [one.code for one in refused.value.findings] == ["movement.busy"]


UNPROVEN = {"README.txt", "SHA256SUMS", "movement.json", "verify.sh"}
"""What the page says proves nothing, and what the recipe is made of."""


def test_the_recipe_asks_about_every_file(files):
    asked = set(re.findall(r"'([^']+)'", files["verify.sh"].decode()))
    left = {path for path in files if path not in asked and "/to-be-signed." not in path}
    assert left == UNPROVEN


def test_names_are_plain(files):
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")
    assert not [path for path in files if set(path) - allowed or ".." in path or path[0] == "/"]


def test_no_private_key_and_no_other_movement_is_in_it(files):
    assert not [path for path, content in files.items() if b"PRIVATE KEY" in content]


@pytest.mark.parametrize(
    ("tenant", "movement"),
    [
        pytest.param("stranger", None, id="another tenant's"),
        pytest.param(TENANT, "26CN00000000000000", id="unknown"),
    ],
)
def test_not_everybody_gets_one(world, reference, tenant, movement):
    with pytest.raises(NotFound):
        export_movement(world.ports, tenant, movement or reference)


def test_an_erased_body_leaves_its_proof(world, reference):
    held = world.ports.store

    class Erased:
        """The store after the law had the declaration erased."""

        def __getattr__(self, name: str) -> object:
            return getattr(held, name)

        def body(self, digest: str) -> object:
            gone = held.movement(reference).declaration
            return None if digest == gone else held.body(digest)

    ports = type(world.ports)(
        store=Erased(), wakeup=world.ports.wakeup, couriers=world.ports.couriers,
        keys=world.ports.keys, packs=world.ports.packs, clock=world.ports.clock,
        ids=world.ports.ids,
    )  # fmt: skip
    files = dict(export_movement(ports, TENANT, reference))
    assert "declaration/declaration.xml" not in files
    assert matching(files, "log/proofs/")


# ------------------------------------------------------------------ the recipe, run for real


def unpacked(files: dict[str, bytes], folder: Path) -> Path:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def verified(folder: Path) -> tuple[int, list[str]]:
    done = subprocess.run(["sh", folder / "verify.sh"], capture_output=True, text=True, check=False)
    failed = [line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if "FAILED" in line]
    return done.returncode, failed


@pytest.mark.full
def test_the_recipe_finds_that_everything_holds(files, tmp_path):
    assert verified(unpacked(files, tmp_path)) == (0, [])


def changed(content: bytes) -> bytes:
    """Change one byte in the middle, inside a text where there is one."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def sums_hold(folder: Path) -> bool:
    """What the recipe asks of the sums; the whole of it takes seconds, and all come by here."""
    asked = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    return subprocess.run(asked, cwd=folder, capture_output=True, check=False).returncode == 0


def with_sums(folder: Path, path: str) -> None:
    """Do what a forger would: make the sums fit."""
    sums = folder / "SHA256SUMS"
    lines = [line for line in sums.read_text().splitlines() if not line.endswith(f"  {path}")]
    lines.append(f"{sha256((folder / path).read_bytes()).hexdigest()}  {path}")
    sums.write_text("\n".join(lines) + "\n")


@pytest.mark.full
def test_a_changed_byte_is_found_by_the_sums(files, tmp_path):
    folder = unpacked(files, tmp_path)
    path = "declaration/declaration.xml"
    (folder / path).write_bytes(changed(files[path]))
    code, failed = verified(folder)
    assert (code, failed[0]) == (1, "files")


CHANGES = {
    "what is signed": {
        ("declaration/declaration.xml",): "{path} is signed by",
        ("-MT2401-", "/wire.xml"): "{path} is signed by",
        ("-OLA-", "/signed/content.txt"): "{path} is signed by",
        ("-OLC-", "/wire.eml"): "envelope.json names {path}",
        ("answers/", "MT2401-01/answer.xml"): "header.json names {path}",
        ("log/entries/",): "{path} stands in the log",
    },
    "what proves it": {
        ("-OLA-", "/signed/signature.p7s"): "{path} stands in",
        ("-OLC-", "/envelope.json"): "{path} is sealed by",
        ("-MT2401-", "/receipt.json"): "{path} is sealed by",
        ("-DecMessage-", "/reply.json"): "{path} is what the log commits to",
        ("answers/", "MT2401-01/header.json"): "{path} is sealed by",
    },
    "what proves the log": {
        ("log/checkpoint.txt",): "log/checkpoint is sealed by the gateway",
        ("log/proofs/",): "stands in the log",
        ("log/salts/",): "is what the log commits to",
    },
}
"""A file of each kind, by parts of its path, and the recipe's line that one changed byte fails."""


@pytest.mark.full
@pytest.mark.parametrize("files_changed", CHANGES.values(), ids=CHANGES)
def test_a_changed_byte_is_found_even_when_the_sums_fit(files, tmp_path, files_changed):
    """Several files at once, each with a line of its own: the recipe takes seconds."""
    folder = unpacked(files, tmp_path)
    expected = []
    for parts, line in files_changed.items():
        path = next(name for name in sorted(files) if all(part in name for part in parts))
        (folder / path).write_bytes(changed(files[path]))
        assert not sums_hold(folder)
        with_sums(folder, path)
        expected.append(line.format(path=path))
    assert sums_hold(folder)
    code, failed = verified(folder)
    assert code == 1
    assert "files" not in failed
    assert [one for one in expected if not any(one in line for line in failed)] == [], failed


@pytest.mark.full
def test_another_note_of_the_checkpoint_is_found(files, tmp_path):
    """Whoever keeps the note to compare it later keeps what was sealed.

    What is changed is the key's id, which the signature does not cover.
    """
    folder = unpacked(files, tmp_path)
    head, _, last = files["log/checkpoint"].rpartition(b" ")
    other = b"B" if last[:1] == b"A" else b"A"
    (folder / "log/checkpoint").write_bytes(head + b" " + other + last[1:])
    with_sums(folder, "log/checkpoint")
    code, failed = verified(folder)
    entries = {f"{path} stands in the log" for path in files if path.startswith("log/entries/")}
    assert (code, {*failed}) == (1, {"log/checkpoint is its text and its seal", *entries})


BESIDE = {
    "a message nobody sent": "messages/099-DecMessage-CN008001/wire.xml",
    "a paper at the top": "receipt.json",
    "a hidden file": "answers/.answer.xml",
    "a name that looks like a line of the sums": "log/x  y.json",
}


@pytest.mark.full
@pytest.mark.parametrize("path", BESIDE.values(), ids=BESIDE)
def test_a_file_that_was_not_exported_is_found(files, tmp_path, path):
    folder = unpacked({**files, path: b"{}"}, tmp_path)
    (folder / "verify.sh").write_bytes(only_files(files["verify.sh"]))
    with_sums(folder, "verify.sh")
    assert verified(folder) == (1, ["files"])
    (folder / path).unlink()
    assert verified(folder) == (0, [])


def only_files(script: bytes) -> bytes:
    """Return the recipe with its first step alone: the others take seconds."""
    lines = script.decode().splitlines(keepends=True)
    return "".join(
        one for one in lines if not one.startswith("step '") or one == "step 'files' sums\n"
    ).encode()


@pytest.mark.full
def test_another_party_s_certificate_does_not_pass(files, tmp_path):
    folder = unpacked(files, tmp_path)
    first, second, *_ = [path for path in sorted(files) if path.startswith("certificates/")]
    (folder / first).write_bytes(files[second])
    with_sums(folder, first)
    code, failed = verified(folder)
    assert code == 1
    assert any("is signed by" in line for line in failed)
