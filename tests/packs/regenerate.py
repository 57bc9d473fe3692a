"""Compile packs, run their cases and write the goldens.

``python -m tests.packs.regenerate [pack ...] [--check]``: with ``--check`` nothing is written and a
golden that differs is a failure, which is what CI runs.
"""

import sys

from gateway.domain.finding import Refusal
from tests.packs.pack_cases import cases, compiled, pack_folders, run


def main(arguments: list[str]) -> int:
    """Run the cases of the packs named (all when none is); return the number of failures."""
    write = "--check" not in arguments
    wanted = [name for name in arguments if not name.startswith("-")]
    failures = 0
    for folder in pack_folders():
        if wanted and folder.name not in wanted:
            continue
        try:
            pack = compiled(folder)
            pack.behaviour  # noqa: B018 - compiled lazily, wanted now
        except Refusal as refusal:
            for finding in refusal.findings:
                sys.stdout.write(f"{folder.name}: {finding.code} {dict(finding.args)}\n")
            failures += 1
            continue
        found = cases(folder)
        types = {spec.type for spec in pack.manifest.messages}
        sys.stdout.write(
            f"{folder.name}: {len(types)} messages, {len(pack.answers.specs)} answers, "
            f"{len(found)} cases, digest {pack.digest[:12]}\n"
        )
        for case in found:
            for fault in run(pack, case, write=write):
                sys.stdout.write(f"  {case.name}: {fault}\n")
                failures += 1
        untried = types - {case.case.expect.message for case in found}
        if untried:
            sys.stdout.write(f"  without a case: {', '.join(sorted(untried))}\n")
    return failures


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
