"""The shipped packs and their cases, for tests and ``regenerate``; running them is the product's.

Look at ``gateway.packs.cases``.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.adapters.pack_folder import read_folder, schemas_root
from gateway.packs.cases import GOLDEN, read_case, run_case
from gateway.packs.cases import Case as PackCase
from gateway.packs.pack import Pack, compile_pack


@dataclass(frozen=True)
class Case:
    folder: Path
    case: PackCase

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
    return [Case(path.parent, read_case(path.parent.name, _files(path.parent))) for path in found]


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def run(pack: Pack, case: Case, *, write: bool) -> Iterator[str]:
    """Yield what is wrong; write goldens instead of comparing when asked."""
    ran = run_case(pack, case.case)
    if write and not case.case.expect.must_raise:
        write_goldens(case.folder, ran.goldens)
    for finding in ran.findings:
        if not (write and finding.code.startswith("case.golden")):
            yield f"{finding.code} {dict(finding.args)}"


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of cases by their paths below a folder, and say how many they are."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    sys.stdout.write(f"{len(files)} files written\n")


def write_goldens(folder: Path, goldens: dict[str, bytes]) -> None:
    for path in folder.iterdir():
        if GOLDEN.fullmatch(path.name) and path.name not in goldens:
            path.unlink()
    for name, content in goldens.items():
        (folder / name).write_bytes(content)
