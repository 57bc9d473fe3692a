"""Mutants of a pack, run against its cases: ``python -m tests.packs.mutants [pack ...]``.

Every rule is negated and dropped, every ``value-of`` of a projection dropped. A mutant that no
case notices survives and is listed: a case is missing there. Policies (``after``, ``per``,
``yields_to``) decide about whole movements, which cases do not play; tests of the pipeline do.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.adapters.pack_folder import read_folder
from gateway.domain.finding import Refusal
from gateway.packs.cases import Case, read_cases, run_case
from gateway.packs.compiled import compile_pack
from gateway.packs.digests import runs
from tests.packs.pack_cases import pack_folders

RULE = re.compile(r"<(assert|report)\b[^>]*?\bid=\"([^\"]+)\"[^>]*?(/>|>.*?</\1>)", re.DOTALL)
TEST = re.compile(r"(\btest=)(\"[^\"]*\"|'[^']*')")
VALUE = re.compile(r"<xsl:value-of\b[^>]*/>")


def mutants(files: dict[str, bytes]) -> Iterator[tuple[str, str, bytes]]:
    """Yield (what was done, file, its new bytes) for rules and mapping lines."""
    for file, raw in files.items():
        text = raw.decode("utf-8", "replace")
        if file.startswith("rules/"):
            yield from _rules(file, text)
        elif file.startswith("project/"):
            for found in VALUE.finditer(text):
                line = text[: found.start()].count("\n") + 1
                changed = text[: found.start()] + text[found.end() :]
                yield f"mapping {file}:{line} dropped", file, changed.encode()


def _rules(file: str, text: str) -> Iterator[tuple[str, str, bytes]]:
    for found in RULE.finditer(text):
        rule, code = found.group(0), found.group(2)
        negated = TEST.sub(lambda m: f"{m[1]}{m[2][0]}not({m[2][1:-1]}){m[2][0]}", rule, count=1)
        for done, other in (("negated", negated), ("dropped", "")):
            changed = text[: found.start()] + other + text[found.end() :]
            yield f"rule {code} {done}", file, changed.encode()


def killed(files: dict[str, bytes], cases: tuple[Case, ...]) -> bool:
    """Tell whether the pack does not compile any more, or some case does not come out."""
    try:
        pack = compile_pack(files, {})
        return any(not run_case(pack, case).passed for case in cases)
    except Refusal:
        return True


def survivors(folder: Path) -> tuple[int, list[str]]:
    """Return how many mutants there are, and those that no case notices."""
    everything = read_folder(folder)
    cases = read_cases(everything)
    files = {name: raw for name, raw in everything.items() if runs(name)}
    count, alive = 0, []
    for done, file, raw in mutants(files):
        count += 1
        if not killed({**files, file: raw}, cases):
            alive.append(done)
    return count, alive


def main(names: list[str]) -> None:
    """Print the score of each pack and the mutants that survive."""
    for folder in pack_folders():
        if names and folder.name not in names:
            continue
        count, alive = survivors(folder)
        score = 100 * (count - len(alive)) / max(count, 1)
        sys.stdout.write(f"{folder.name}: {count - len(alive)} of {count} killed, {score:.1f} %\n")
        sys.stdout.write("".join(f"  survives: {one}\n" for one in alive))


if __name__ == "__main__":
    main(sys.argv[1:])
