"""Whether a pack is fit to be used: it compiles, its simulated office too, all cases come out.

The report is a plain value, so that a pack nobody trusts can be checked in a process of its own and
only the report comes back.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.domain.finding import Finding, Refusal, Severity
from gateway.packs import cases as cases_of
from gateway.packs import manifest as manifest_of
from gateway.packs import tables
from gateway.packs.compiled import Pack, compile_pack
from gateway.packs.digests import runs
from gateway.packs.places import placed


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case: what it tries, and what is wrong with it.

    ``goldens`` pairs file name and base64 of what the pack makes where another thing lies there.
    """

    name: str
    tries: str
    findings: tuple[Finding, ...] = ()
    goldens: tables.PAIRS = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What checking a pack came to. ``findings`` are the pack's own, apart from its cases."""

    pack: str = ""
    version: str = ""
    title: str = ""
    digest: str = ""
    administrations: tuple[str, ...] = ()
    messages: int = 0
    answers: int = 0
    rules: int = 0
    cases: tuple[CaseLine, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Everything that keeps the pack from being used."""
        every = (*self.findings, *(one for case in self.cases for one in case.findings))
        return tuple(finding for finding in every if finding.refuses)

    @property
    def fit(self) -> bool:
        """Whether nothing is wrong; remarks do not count."""
        return not self.faults


def check_pack(files: Mapping[str, bytes], switches: Mapping[str, bool]) -> Report:
    """Compile a pack given by its files (cases included) and run every case of its folder."""
    try:
        pack = compile_pack({name: raw for name, raw in files.items() if runs(name)}, switches)
        pack.behaviour  # noqa: B018 - compiled when first asked for, which is now
        pack.catalogue  # noqa: B018 - as above
        cases = cases_of.read_cases(files)
    except Refusal as refusal:
        return Report(findings=tuple(placed(finding, files) for finding in refusal.findings))
    ran = [cases_of.run_case(pack, case) for case in cases]
    manifest = pack.manifest
    return Report(
        pack=manifest.pack,
        version=manifest.version,
        title=manifest.title,
        digest=pack.digest,
        administrations=manifest.administrations,
        messages=len(manifest.messages),
        answers=len(pack.answers.specs),
        rules=len(pack.catalogue.texts["en"]),
        cases=tuple(_line(one, files) for one in ran),
        findings=tuple(_untried(pack, cases)),
    )


def _line(ran: cases_of.Ran, files: Mapping[str, bytes]) -> CaseLine:
    expect = ran.case.expect
    broken = ", ".join(sorted(expect.broken))
    raises = f" raises {broken}" if broken else ""
    tries = expect.message or (f"asks {expect.asks}" if expect.asks else f"answer {expect.answer}")
    return CaseLine(
        name=ran.case.name,
        tries=tries + raises,
        findings=tuple(placed(finding, files) for finding in ran.findings),
        goldens=tuple(
            (name, b64encode(raw).decode())
            for name, raw in ran.goldens.items()
            if ran.case.files.get(name) != raw
        ),
    )


def _untried(pack: Pack, cases: tuple[cases_of.Case, ...]) -> Iterator[Finding]:
    """Name what no case tries: messages and answers are faults, rules remarks."""
    messages = {case.expect.message for case in cases}
    answers = {case.expect.answer for case in cases}
    raised = {code for case in cases for code in case.expect.broken}
    file = manifest_of.FILE
    for spec in pack.manifest.messages:
        if spec.type not in messages:
            yield _gap("case.message-untried", f"message {spec.type}", file)
    for answer in pack.answers.specs:
        if answer.type not in answers:
            yield _gap("case.answer-untried", f"answer {answer.type}", "answers")
    for code in sorted(set(pack.catalogue.texts["en"]) - raised):
        yield _gap("case.rule-untried", code, "rules", Severity.WARNING)


def _gap(code: str, what: str, file: str, severity: Severity = Severity.ERROR) -> Finding:
    args = (("file", file), ("what", what))
    return Finding(code=code, severity=severity, value=file, args=args)
