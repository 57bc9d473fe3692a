"""``fullroute``, also as ``python -m gateway``: what runs before anything else is loaded.

Loading the commands takes a moment in which a person may already press Ctrl-C.
"""

import os
import sys

INTERRUPTED = 130  # as gateway.cli.exits says, which is not loaded yet


def run() -> None:
    """Load the command line and run it."""
    try:
        from gateway.cli.main import run as run_commands  # noqa: PLC0415 - guarded, see above

        run_commands()
    except KeyboardInterrupt:
        _leave()
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            _leave()
        raise


def _leave() -> None:
    """End with the code of an interruption; everything that was opened is closed by now.

    CPython remembers an interrupt that struck inside code it was making from text (a dataclass, a
    named tuple), and would end us by the bare signal although we met it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    run()
