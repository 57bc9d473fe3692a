"""Build hook of hatchling: a wheel vouches for the packs it ships.

Whatever is built from, a checkout or an sdist, the list is made from the very files that go in, so
nobody has to remember it and it cannot be out of date.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PinsHook(BuildHookInterface):
    """Adds ``PINS.toml`` beside the packs of the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the list to a place of its own: the checkout is left as it is."""
        if version == "editable":
            return  # packs are used where they lie, beside the program, and may be changed there
        sys.path.insert(0, self.root)
        from gateway.packs.pins import PINS, release_pins

        packs = Path(self.root) / "schemas" / "packs"
        if (packs / PINS).exists():
            raise RuntimeError(f"{packs / PINS}: the build makes this file, remove it")
        files = {
            path.relative_to(packs).as_posix(): path.read_bytes()
            for path in packs.rglob("*")
            if path.is_file()
        }
        self._kept = tempfile.TemporaryDirectory()
        written = Path(self._kept.name) / PINS
        written.write_bytes(release_pins(files))
        build_data["force_include"][str(written)] = f"gateway/_schemas/packs/{PINS}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the list away again."""
        del build_data, artifact_path
        if version != "editable":
            self._kept.cleanup()
