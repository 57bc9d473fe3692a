"""``python -m gateway.sandbox.rehearse [NAME ...]``: plays scenarios, tells them as JSON lines.

Each line is one object: ``scenario`` with ``title`` begins one; ``line`` is a line of its timeline;
``finding`` what was not as expected. ``--list`` names them only.
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway import bootstrap
from gateway.domain.errors import GatewayError, Misconfigured
from gateway.domain.finding import Finding, Refusal
from gateway.ending import tell
from gateway.sandbox.scenario import play
from gateway.sandbox.script import Scenario, named, read_scenarios
from gateway.settings import Settings
from gateway.usecases.timeline import TimelineLine

NOT_AS_EXPECTED = 9
TOLD_TO_END = 128 + signal.SIGTERM


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _line(line: TimelineLine) -> dict[str, object]:
    words = (line.kind, line.type, line.number, line.text if line.text != line.kind else "")
    return {
        "at": line.at.isoformat(timespec="seconds"),
        "office": line.office,
        "what": " ".join(one for one in words if one),
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "offices": finding.offices,
        "pointer": finding.pointer,
        "value": finding.value,
        "args": dict(finding.args),
    }


def rehearse(scenarios: Iterable[Scenario], folder: Path) -> int:
    """Play them one after the other, each in a folder of its own; return the exit code."""
    code = 0
    packs = bootstrap.open_packs()
    for scenario in scenarios:
        _say(scenario=scenario.name, title=scenario.title)
        for happening in play(scenario, Settings(data=folder / scenario.name), packs):
            for line in happening.lines:
                _say(line=_line(line))
            for finding in happening.findings:
                _say(finding=_finding(finding))
                code = NOT_AS_EXPECTED
    return code


def run(arguments: list[str] | None = None) -> int:
    """Play what is named, or everything; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gateway.sandbox.rehearse", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true", help="name the scenarios only")
    parser.add_argument("--keep", type=Path, help="a folder for their data folders")
    told = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TOLD_TO_END))  # temporary folders go too
    try:
        known = read_scenarios(bootstrap.schemas_root())
        chosen = [named(known, name) for name in told.names] or list(known.values())
        if told.list:
            for one in chosen:
                _say(scenario=one.name, title=one.title)
            return 0
        with TemporaryDirectory(prefix="fullroute-") as temporary:
            return rehearse(chosen, told.keep or Path(temporary))
    except GatewayError as error:
        return tell(error)
    except Refusal as refusal:
        return tell(Misconfigured(*refusal.findings))


if __name__ == "__main__":
    sys.exit(run())
