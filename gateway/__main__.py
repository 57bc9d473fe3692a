"""``python -m gateway`` is the ``fullroute`` command."""

from gateway.cli.main import run

run()
