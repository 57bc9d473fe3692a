"""Runs ``fullroute`` as a person would: a process of its own, exit code, both streams."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "schemas" / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
FULLROUTE = (sys.executable, "-m", "gateway")
SECONDS = 60


@dataclass(frozen=True)
class Said:
    """What one run came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def both(self) -> str:
        return self.out + self.err


def environment(**more: str) -> dict[str, str]:
    """Return our environment without anything that would steer ``fullroute``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FULLROUTE_")}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH", ""))))
    return {**kept, "PYTHONPATH": path, **more}


def fullroute(*arguments: object, cwd: Path | None = None, stdin: bytes = b"", **env: str) -> Said:
    """Run one command to its end; a traceback fails the test whatever it expects."""
    done = subprocess.run(
        [*FULLROUTE, *map(str, arguments)],
        cwd=cwd,
        env=environment(**env),
        input=stdin,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in said.both, said.both
    return said
