"""Cases of a pack: what its folder says must come out, run through the compiled pack.

Used by ``test_cases`` (nothing is written) and by ``regenerate`` (goldens are written).
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.domain.finding import Refusal
from gateway.domain.message import Answer
from gateway.markup import safe
from gateway.packs import layout
from gateway.packs.pack import Pack, compile_pack

KNOWN = {
    "message",
    "must_raise",
    "must_not_raise",
    "messages",
    "prepared",
    "answer",
    "kind",
    "about",
    "procedure",
    "numbers",
    "facts",
    "event",
    "procedure_state",
    "correlation",
    "occurred_at",
    "input",
    "text",
}


@dataclass(frozen=True)
class Case:
    folder: Path
    expect: dict

    @property
    def name(self) -> str:
        return f"{self.folder.parent.parent.name}/{self.folder.name}"


def pack_folders() -> list[Path]:
    root = schemas_root() / "packs"
    return sorted(path for path in root.iterdir() if (path / "pack.toml").is_file())


def compiled(folder: Path, switches: dict[str, bool] | None = None) -> Pack:
    files = {
        name: raw for name, raw in read_folder(folder).items() if not name.startswith("cases/")
    }
    return compile_pack(files, switches or {})


def cases(folder: Path) -> list[Case]:
    found = sorted((folder / "cases").glob("*/expect.toml"))
    return [Case(path.parent, tomllib.loads(path.read_text("utf-8"))) for path in found]


def run(pack: Pack, case: Case, *, write: bool) -> Iterator[str]:
    """Yield what is wrong; write goldens instead of comparing when asked."""
    if unknown := set(case.expect) - KNOWN:
        yield f"expect.toml: unknown keys {sorted(unknown)}"
    if "message" in case.expect:
        yield from _run_message(pack, case, write=write)
    elif "answer" in case.expect:
        yield from _run_answer(pack, case)
    else:
        yield "expect.toml: neither message nor answer"


def _run_message(pack: Pack, case: Case, *, write: bool) -> Iterator[str]:
    prepared = case.folder / case.expect.get("prepared", "prepared.xml")
    contents: tuple[bytes, ...] = ()
    try:
        contents = pack.project(case.expect["message"], safe.parse_foreign(prepared.read_bytes()))
        found = [f for one in contents for f in pack.check(case.expect["message"], one)]
    except Refusal as refusal:
        found = list(refusal.findings)
    codes = {finding.code for finding in found}
    must = set(case.expect.get("must_raise", ()))
    if missing := must - codes:
        yield f"must raise {sorted(missing)}, raised {sorted(codes)}"
    if wrong := codes & set(case.expect.get("must_not_raise", ())):
        yield f"must not raise {sorted(wrong)}"
    unexpected = [f for f in found if f.refuses and f.code not in must]
    for finding in unexpected:
        yield f"{finding.code} at {finding.pointer}: {finding.value!r} {dict(finding.args)}"
    if "messages" in case.expect and len(contents) != case.expect["messages"]:
        yield f"{len(contents)} messages, expected {case.expect['messages']}"
    if not must:
        yield from _compare(pack, case, contents, write=write)


def goldens(pack: Pack, case: Case, count: int) -> list[Path]:
    kind = "job" if pack.message(case.expect["message"]).layout else "xml"
    if count == 1:
        return [case.folder / f"expected.{kind}"]
    return [case.folder / f"expected-{number}.{kind}" for number in range(1, count + 1)]


def _compare(pack: Pack, case: Case, contents: tuple[bytes, ...], *, write: bool) -> Iterator[str]:
    paths = goldens(pack, case, len(contents))
    stale = set(case.folder.glob("expected*")) - set(paths)
    for path in sorted(stale):
        if write:
            path.unlink()
        else:
            yield f"{path.name} is not made any more"
    for path, content in zip(paths, contents, strict=True):
        if write:
            path.write_bytes(content)
        elif not path.exists():
            yield f"{path.name} is missing: run tests.packs.regenerate"
        elif path.read_bytes() != content:
            yield f"{path.name} differs: run tests.packs.regenerate and look at the difference"


def answer_bytes(pack: Pack, case: Case) -> bytes:
    """Return the native bytes of an answer case; a job is spelled as XML and encoded here."""
    given = case.expect.get("input")
    names = [given] if given else ["answer.xml", "answer.job.xml", "answer.job", "answer.bin"]
    path = next(case.folder / name for name in names if (case.folder / name).exists())
    content = path.read_bytes()
    if path.name.endswith(".job.xml"):
        job = safe.parse_foreign(content)
        body = pack.layouts.body(job.get("code", ""), job.get("output", ""))
        return layout.encode(job, body, pack.layouts.header)
    return content


def _run_answer(pack: Pack, case: Case) -> Iterator[str]:
    expect = case.expect
    must = set(expect.get("must_raise", ()))
    try:
        answer = pack.read_answer(answer_bytes(pack, case))
    except Refusal as refusal:
        codes = {finding.code for finding in refusal.findings}
        if codes != must:
            told = [(f.code, f.value, f.args) for f in refusal.findings]
            yield f"refused with {told}, expected {sorted(must)}"
        return
    except StopIteration:
        yield "no answer.xml, answer.job.xml, answer.job or answer.bin"
        return
    if must:
        yield f"must be refused with {sorted(must)}"
    yield from _differences(answer, expect)


def _differences(answer: Answer, expect: dict) -> Iterator[str]:
    told = {
        "answer": answer.type,
        "kind": answer.kind.value,
        "about": answer.about,
        "procedure": answer.procedure,
        "numbers": dict(answer.numbers),
        "facts": dict(answer.facts),
        "event": answer.event,
        "procedure_state": answer.procedure_state,
        "correlation": answer.correlation,
    }
    for key in told.keys() & expect.keys():
        if told[key] != expect[key]:
            yield f"{key}: expected {expect[key]!r}, got {told[key]!r}"
    if "occurred_at" in expect:
        at = answer.occurred_at.isoformat() if answer.occurred_at else ""
        wanted = str(expect["occurred_at"])
        if at.replace("+00:00", "Z") != wanted.replace("+00:00", "Z"):
            yield f"occurred_at: expected {wanted}, got {at}"
