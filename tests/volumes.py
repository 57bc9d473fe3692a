"""A volume of its own in memory, for what happens where one is full or is a mount point."""

import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def small_volume(folder, size="16m"):
    """Yield a folder that is one, as far as this machine lets us."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no small volume here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
