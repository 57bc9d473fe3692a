"""``fullroute``, also as ``python -m gateway``: what runs before anything else is loaded.

Loading the commands takes a moment in which a person may already press Ctrl-C.
"""

import sys

INTERRUPTED = 130  # as gateway.cli.exits says, which is not loaded yet


def run() -> None:
    """Load the command line and run it."""
    try:
        from gateway.cli.main import run as run_commands  # noqa: PLC0415 - guarded, see above

        run_commands()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
