"""Loopback ports: dealt once, to one process, although nobody listens on them yet."""

import json
import socket
import subprocess
import sys
from contextlib import ExitStack

from gateway.cli.demo.loopback import free_ports

DEAL = """
import json
from gateway.cli.demo.loopback import free_ports
print(json.dumps(free_ports(150)))
input()
"""


def test_no_port_is_dealt_twice_before_anybody_listens():
    dealt = [port for _ in range(20) for port in free_ports(5)]
    assert len(set(dealt)) == len(dealt) == 100


def test_no_two_processes_are_dealt_the_same():
    with ExitStack() as running:
        programs = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", DEAL],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(4)
        ]
        dealt = [port for one in programs for port in json.loads(one.stdout.readline())]
        for one in programs:
            one.communicate("\n")
    assert len(set(dealt)) == len(dealt) == 600


def test_a_port_somebody_listens_on_is_passed_over():
    with ExitStack() as listening:
        taken = free_ports(50)
        for port in taken:
            listening.enter_context(socket.create_server(("127.0.0.1", port)))
        assert not set(taken) & set(free_ports(100))
