"""Packs that nobody vouches for, looked at in a process that can do nothing and can be killed.

The files go in by a pipe and a report comes out by another. Before the first byte of the pack is
compiled the child has loaded all it needs, stands in an empty place, and has limits that the kernel
holds: memory, CPU seconds, no descriptor beyond its three (so neither file nor socket can be
opened), no byte written to a file. A pack that crashes, hangs or eats memory ends its child and
becomes a finding.
"""

import base64
import gc
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.packs import tables
from gateway.packs.check import Report, check_pack
from gateway.packs.compare import Difference, differences
from gateway.packs.compiled import compile_pack
from gateway.packs.digests import runs

_DESCRIPTORS = 3  # standard input, output and error: all there are
_WORDS_MAX = 2_000  # characters of one argument of a finding
_FINDINGS_MAX = 1_000
_WALL_FACTOR = 3  # how much longer than its CPU seconds a child may take on a busy machine

_ENTRY = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from gateway.adapters.pack_folder.child import main; main()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a child may use: address space in bytes, CPU seconds."""

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60


STANDARD = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()


def check_apart(
    files: Mapping[str, bytes], switches: Mapping[str, bool], bounds: Bounds = STANDARD
) -> Report:
    """Check a pack in a process of its own; what ends that process is a finding of the report."""
    asked = {"do": "check", "packs": [_spelled(files)], "switches": dict(switches)}
    told = _asked(asked, bounds)
    if isinstance(told, Report):
        return told
    return Report(findings=told.findings if isinstance(told, _Compared) else told)


def compare_apart(
    old: Mapping[str, bytes], new: Mapping[str, bytes], bounds: Bounds = STANDARD
) -> tuple[Difference, ...]:
    """Compare two packs in a process of its own.

    Raises:
        Refusal: one of them does not compile, or the process had to be ended.
    """
    told = _asked({"do": "compare", "packs": [_spelled(old), _spelled(new)]}, bounds)
    if isinstance(told, tuple):
        raise Refusal(*told)
    if told.findings or isinstance(told, Report):
        raise Refusal(*told.findings)
    return told.differences


def _spelled(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(raw).decode() for name, raw in files.items()}


def _ended(code: str, reason: str = "") -> Finding:
    return Finding(code=code, severity=Severity.FATAL, args=(("reason", reason),))


def _asked(asked: Mapping[str, object], bounds: Bounds) -> "Report | _Compared | tuple[Finding]":
    """Start a child, hand it the question, read the answer; kill it when its time is over."""
    question = json.dumps({**asked, "bounds": asdict(bounds)}).encode()
    command = [sys.executable, "-I", "-B", "-c", _ENTRY, str(Path(__file__).parents[3])]
    # Nothing of ours but the three pipes is inherited, not even the environment.
    with subprocess.Popen(  # noqa: S603 - our own program, arguments are constants
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        cwd="/",
        env={},
        start_new_session=True,
    ) as child:
        try:
            told, _ = child.communicate(question, timeout=_WALL_FACTOR * bounds.cpu_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return (_ended("pack.took-too-long", f"{bounds.cpu_seconds} s"),)
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return (_ended("pack.took-too-long", f"{bounds.cpu_seconds} s"),)
    if child.returncode != 0 or not told:
        return (_ended("pack.child-died", f"exit {child.returncode}"),)
    kind: type[Report | _Compared] = Report if asked["do"] == "check" else _Compared
    return tables.read(kind, json.loads(told), "report")


# ------------------------------------------------------------------ inside the child


def main() -> None:
    """Answer one question from standard input; runs in the child."""
    asked = json.loads(sys.stdin.buffer.read())
    bounds = Bounds(**asked["bounds"])
    _prepare(asked)
    _shut(bounds)
    try:
        told: Report | _Compared = _answered(asked)
    except MemoryError:
        gc.collect()
        told = Report(findings=(_ended("pack.too-much-memory", str(bounds.memory_bytes)),))
        if asked["do"] == "compare":
            told = _Compared(findings=told.findings)
    except Refusal as refusal:
        told = _Compared(findings=refusal.findings)
    sys.stdout.buffer.write(json.dumps(_plain(asdict(told))).encode())
    sys.stdout.buffer.flush()
    os._exit(0)  # whatever the pack left behind need not be tidied up


def _prepare(asked: Mapping[str, object]) -> None:
    """Load whatever is loaded late: afterwards no file can be opened any more."""
    datetime.strptime("2026 +0000", "%Y %z")
    import_module("gateway.markup.explain")
    from gateway.packs.scaffold import new_pack  # noqa: PLC0415 - used here alone

    check_pack(new_pack("xa", "XA"), {})
    packs = asked["packs"]
    for files in packs if isinstance(packs, list) else []:
        raw = base64.b64decode(files.get("pack.toml", ""))
        try:
            zone = tables.load(raw, "pack.toml").get("zone", "")
            _zones.append(ZoneInfo(str(zone)))
        except (Refusal, ValueError, OSError):
            continue  # the check itself will say what is wrong with it


_zones: list[ZoneInfo] = []
"""Kept, so that asking for the zone again reads no file."""


def _shut(bounds: Bounds) -> None:
    """Give up everything; what is given up cannot be taken back."""
    os.closerange(_DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    for what, limit in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS),
    ):
        resource.setrlimit(what, (limit, limit))


def _answered(asked: Mapping[str, object]) -> "Report | _Compared":
    packs = asked["packs"]
    files = [
        {name: base64.b64decode(raw) for name, raw in one.items()}
        for one in (packs if isinstance(packs, list) else [])
    ]
    if asked["do"] == "check":
        switches = asked["switches"]
        return check_pack(files[0], switches if isinstance(switches, dict) else {})
    old, new = (compile_pack({n: raw for n, raw in one.items() if runs(n)}, {}) for one in files)
    return _Compared(differences=differences(old, new))


def _plain(value: object) -> object:
    """Spell dataclasses as ``tables.read`` takes them back: pairs as tables, nothing for None."""
    if isinstance(value, dict):
        return {
            key: dict(one) if key == "goldens" else _plain(_field(key, one))
            for key, one in value.items()
            if one is not None
        }
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value[:_FINDINGS_MAX]]
    return value[:_WORDS_MAX] if isinstance(value, str) else value


def _field(key: str, value: object) -> object:
    return dict(value) if key == "args" and isinstance(value, list | tuple) else value
