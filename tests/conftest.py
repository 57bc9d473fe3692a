"""How the tests are spread."""

import os


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: much of the time a test waits for programs it started."""
    return (os.cpu_count() or 1) + 1
