"""Cases of a pack: what its folder says must come out, run through the compiled pack.

``cases/<name>/expect.toml`` names a ``message`` with ``prepared.xml`` (or another file by
``prepared``); or by ``asks`` the procedure whose rules are put to that document; or an ``answer``
with ``answer.xml``, ``answer.job.xml`` (a job spelled as XML and encoded here), ``answer.job`` or
``answer.bin``. ``[[fault]]`` tries one fault after the other (``packs.faults``). Goldens are
``expected.xml``, ``expected.job``, or numbered where a message comes in parts. Nothing is written
here: a run tells what is wrong and what the goldens would be.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.domain.finding import Finding, Refusal
from gateway.domain.message import Answer
from gateway.markup import safe
from gateway.packs import layout, tables
from gateway.packs.compiled import Pack
from gateway.packs.digests import below, folders
from gateway.packs.faults import Fault, Spoiler

CASES = "cases/"
EXPECT = "expect.toml"
GOLDEN = re.compile(r"expected(-\d+)?\.(xml|job)")

_OTHERS = 2
_INPUTS = ("answer.xml", "answer.job.xml", "answer.job", "answer.bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """``expect.toml``: the dataclass is the format. Empty means not looked at."""

    message: str = ""
    asks: str = ""
    prepared: str = "prepared.xml"
    messages: int | None = None
    answer: str = ""
    input: str = ""
    must_raise: tuple[str, ...] = ()
    must_not_raise: tuple[str, ...] = ()
    kind: str | None = None
    about: str | None = None
    procedure: str | None = None
    procedure_state: str | None = None
    event: str | None = None
    correlation: str | None = None
    office: str | None = None
    run: str | None = None
    occurred_at: str | None = None
    numbers: tables.PAIRS | None = None
    facts: tables.PAIRS | None = None
    findings: tuple[str, ...] | None = None
    text: str = ""
    namespaces: tables.PAIRS = ()
    faults: tuple[Fault, ...] = field(default=(), metadata={tables.KEY: "fault"})

    @property
    def broken(self) -> frozenset[str]:
        """The codes that it must see raised."""
        return frozenset(
            (*self.must_raise, *(code for fault in self.faults for code in fault.must_raise))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: its name, what it expects, and its files by name."""

    name: str
    expect: Expect
    files: Mapping[str, bytes]

    @property
    def file(self) -> str:
        """Where the case is written down, relative to the pack."""
        return f"{CASES}{self.name}/{EXPECT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a case came to. ``goldens`` are the files it would write, by name in its folder."""

    case: Case
    findings: tuple[Finding, ...]
    goldens: Mapping[str, bytes]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.findings


def read_cases(files: Mapping[str, bytes]) -> tuple[Case, ...]:
    """Return the cases of a pack's files, by name.

    Raises:
        Refusal: ``pack.*`` of an ``expect.toml`` that is none.
    """
    return tuple(
        read_case(name, below(files, f"{CASES}{name}/"))
        for name in folders(files, CASES)
        if f"{CASES}{name}/{EXPECT}" in files
    )


def read_case(name: str, files: Mapping[str, bytes]) -> Case:
    """Return one case from the files of its folder.

    Raises:
        Refusal: ``pack.*``.
    """
    where = f"{CASES}{name}/{EXPECT}"
    expect = tables.read(_Expected, {"case": tables.load(files[EXPECT], where)}, where).case
    if [expect.message, expect.asks, expect.answer].count("") != _OTHERS:
        raise tables.refusal("case.message-or-answer", where)
    return Case(name=name, expect=expect, files=files)


@dataclass(frozen=True, slots=True)
class _Expected:
    case: Expect


def run_case(pack: Pack, case: Case) -> Ran:
    """Run one case; findings are about the case's folder, codes ``case.*``."""
    goldens: dict[str, bytes] = {}
    if case.expect.answer:
        findings = tuple(_answer_findings(pack, case))
    elif case.expect.prepared not in case.files:
        findings = (_fault(case, "case.no-input", wanted=case.expect.prepared),)
    else:
        made = _asked(pack, case) if case.expect.asks else _message_findings(pack, case, goldens)
        findings = (*made, *_planted(pack, case))
    return Ran(case=case, findings=findings, goldens=goldens)


def _fault(case: Case, code: str, **args: str) -> Finding:
    words = (("file", case.file), *args.items())
    return Finding(code=code, value=case.file, args=words)


# ------------------------------------------------------------------ messages


def _message_findings(pack: Pack, case: Case, goldens: dict[str, bytes]) -> Iterator[Finding]:
    expect = case.expect
    contents: tuple[bytes, ...] = ()
    try:
        made = pack.make(expect.message, safe.parse_foreign(case.files[expect.prepared]))
        contents = tuple(one.content for one in made)
        found = [f for one in made for f in pack.judge(expect.message, one)]
    except Refusal as refusal:
        found = list(refusal.findings)
    yield from _raised(case, found, expect)
    if expect.messages is not None and len(contents) != expect.messages:
        told = {"key": "messages", "expected": str(expect.messages), "got": str(len(contents))}
        yield _fault(case, "case.differs", **told)
    if not expect.must_raise:
        goldens |= _named(pack, case, contents)
        yield from _golden_findings(case, goldens)


def _asked(pack: Pack, case: Case) -> Iterator[Finding]:
    """Put the rules of a procedure to the declaration; remarks count like faults."""
    prepared = safe.parse_foreign(case.files[case.expect.prepared])
    found = pack.check_procedure(case.expect.asks, prepared)
    yield from _raised(case, found, case.expect)
    codes, wanted = {one.code for one in found}, set(case.expect.must_raise)
    if remarked := {one.code for one in found if not one.refuses} & (codes - wanted):
        yield _fault(case, "case.raised", codes=", ".join(sorted(remarked)))


def _planted(pack: Pack, case: Case) -> Iterator[Finding]:
    """Plant one fault after the other."""
    expect = case.expect
    if not expect.faults:
        return
    prepared = safe.parse_foreign(case.files[expect.prepared])
    spoiler = Spoiler(pack, prepared, expect.namespaces, case.file)
    for number, fault in enumerate(expect.faults, start=1):
        try:
            found = (
                spoiler.in_declaration(expect.asks, fault)
                if expect.asks
                else spoiler.in_message(expect.message, fault)
            )
        except Refusal as refusal:
            yield from refusal.findings
            continue
        where = f"{case.file}, fault {number} ({fault.at} = {fault.value})"
        for finding in _raised(case, found, fault):
            args = tuple((key, where if key == "file" else word) for key, word in finding.args)
            yield replace(finding, args=args)


def _raised(case: Case, found: Iterable[Finding], wanted: Expect | Fault) -> Iterator[Finding]:
    """Compare what was found with what must be and what must not."""
    found = tuple(found)
    codes = {finding.code for finding in found}
    if missing := set(wanted.must_raise) - codes:
        raised = ", ".join(sorted(codes)) or "-"
        yield _fault(case, "case.not-raised", codes=", ".join(sorted(missing)), raised=raised)
    if wrong := codes & set(wanted.must_not_raise):
        yield _fault(case, "case.raised", codes=", ".join(sorted(wrong)))
    for finding in found:
        if finding.refuses and finding.code not in wanted.must_raise:
            words = "; ".join(f"{name}: {word}" for name, word in finding.args)
            told = {"raised": finding.code, "pointer": finding.pointer, "found": finding.value}
            yield _fault(case, "case.unexpected", **told, words=words)


def _named(pack: Pack, case: Case, contents: tuple[bytes, ...]) -> dict[str, bytes]:
    kind = "job" if pack.message(case.expect.message).layout else "xml"
    if len(contents) == 1:
        return {f"expected.{kind}": contents[0]}
    return {f"expected-{part}.{kind}": one for part, one in enumerate(contents, start=1)}


def _golden_findings(case: Case, made: Mapping[str, bytes]) -> Iterator[Finding]:
    kept = {name for name in case.files if GOLDEN.fullmatch(name)}
    for name in sorted(kept - set(made)):
        yield _fault(case, "case.golden-stale", golden=name)
    for name, content in made.items():
        if name not in case.files:
            yield _fault(case, "case.golden-missing", golden=name)
        elif case.files[name] != content:
            line = _first_difference(case.files[name], content)
            yield _fault(case, "case.golden-differs", golden=name, at=str(line))


def _first_difference(kept: bytes, made: bytes) -> int:
    """Return the number of the first line that differs, counted from 1."""
    before, after = kept.splitlines(), made.splitlines()
    pairs = zip(before, after, strict=False)
    differing = (place for place, (one, other) in enumerate(pairs, start=1) if one != other)
    return next(differing, min(len(before), len(after)) + 1)


# ------------------------------------------------------------------ answers


def answer_bytes(pack: Pack, case: Case) -> bytes | None:
    """Return the native bytes of an answer case, or None if its folder holds none."""
    wanted = (case.expect.input,) if case.expect.input else _INPUTS
    name = next((one for one in wanted if one in case.files), None)
    if name is None:
        return None
    content = case.files[name]
    if name.endswith(".job.xml") and pack.layouts is not None:
        job = safe.parse_foreign(content)
        body = pack.layouts.body(job.get("code", ""), job.get("output", ""))
        return layout.encode(job, body, pack.layouts.header)
    return content


def _answer_findings(pack: Pack, case: Case) -> Iterator[Finding]:
    must = set(case.expect.must_raise)
    try:
        content = answer_bytes(pack, case)
        if content is None:
            yield _fault(case, "case.no-input", wanted=case.expect.input or ", ".join(_INPUTS))
            return
        answer = pack.read_answer(content)
    except Refusal as refusal:
        codes = {finding.code for finding in refusal.findings}
        if codes != must:
            told = {"codes": ", ".join(sorted(must)) or "-", "raised": ", ".join(sorted(codes))}
            yield _fault(case, "case.not-raised", **told)
        return
    if must:
        yield _fault(case, "case.not-raised", codes=", ".join(sorted(must)), raised="-")
    yield from _differences(case, answer, pack)


def _differences(case: Case, answer: Answer, pack: Pack) -> Iterator[Finding]:
    expect = case.expect
    at = answer.occurred_at.isoformat().replace("+00:00", "Z") if answer.occurred_at else ""
    wanted = expect.occurred_at
    looked_at: tuple[tuple[str, object, object], ...] = (
        ("answer", expect.answer, answer.type),
        ("kind", expect.kind, answer.kind.value),
        ("about", expect.about, answer.about),
        ("procedure", expect.procedure, answer.procedure),
        ("procedure_state", expect.procedure_state, answer.procedure_state),
        ("event", expect.event, answer.event),
        ("correlation", expect.correlation, answer.correlation),
        ("office", expect.office, answer.office),
        ("run", expect.run, answer.run),
        ("numbers", _sorted(expect.numbers), _sorted(answer.numbers)),
        ("facts", _sorted(expect.facts), _sorted(answer.facts)),
        ("findings", expect.findings, _remarks(pack, answer)),
        ("occurred_at", wanted and wanted.replace("+00:00", "Z"), at),
    )
    for key, expected, got in looked_at:
        if expected is not None and expected != got:
            told = {"key": key, "expected": str(expected), "got": str(got)}
            yield _fault(case, "case.differs", **told)


def _remarks(pack: Pack, answer: Answer) -> tuple[str, ...]:
    """Spell what the office finds wrong: its code, our pointer or else its own, value, words."""
    spelled = []
    for one in pack.findings_of(answer, None):
        words = dict(one.args)
        theirs = words.get("field", "-")
        place = one.pointer or ("" if theirs == "-" else theirs)
        told = (words.get("code", ""), place, one.value, words.get("text", ""))
        spelled.append(" ".join(word for word in told if word))
    return tuple(spelled)


def _sorted(pairs: tables.PAIRS | None) -> tuple[tuple[str, str], ...] | None:
    return None if pairs is None else tuple(sorted(pairs))
