"""``python -m gateway.sandbox --spec FILE.json``: simulated customs systems until told to stop."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from gateway import bootstrap
from gateway.domain.errors import GatewayError, Misconfigured
from gateway.domain.finding import Finding
from gateway.ending import tell
from gateway.sandbox.spec import SandboxSpec, read_spec
from gateway.sandbox.stage import Stage


async def _play(spec: SandboxSpec) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stopped.set)
    packs = bootstrap.open_packs()
    clock = bootstrap.open_clock()
    with packs.slot() as compiled:  # one loop, one thread: the slot is ours for good
        bootstrap.settle()
        try:
            async with Stage(spec, compiled, packs.offices(), clock.now) as stage:
                print(f"sandbox ready: {len(stage.actors)} links", flush=True)  # noqa: T201 - a program
                await stopped.wait()
        except OSError as error:
            args = (("path", "spec"), ("reason", str(error)))
            raise Misconfigured(Finding(code="sandbox.spec", args=args)) from error


def run(arguments: list[str] | None = None) -> int:
    """Play until SIGTERM or SIGINT; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gateway.sandbox", description=__doc__)
    parser.add_argument("--spec", type=Path, required=True, help="JSON file: gateway, links")
    told = parser.parse_args(arguments)
    try:
        asyncio.run(_play(read_spec(told.spec)))
    except GatewayError as error:
        return tell(error)
    return 0


if __name__ == "__main__":
    sys.exit(run())
