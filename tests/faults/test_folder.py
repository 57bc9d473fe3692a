"""Kill -9 while archives are written into a folder: nobody ever finds half of one."""

import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from gateway.markup.archive import unpack

WRITER = textwrap.dedent(
    """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from types import SimpleNamespace
    from gateway.adapters.links import FolderCourier
    from gateway.domain.delivery import Link, LinkKind
    from gateway.domain.finding import Catalogue
    from gateway.domain.parcel import Parcel

    clock = SimpleNamespace(now=lambda: datetime(2026, 11, 23, tzinfo=UTC))
    courier = FolderCourier(clock=clock, catalogue=Catalogue)
    link = Link(
        id="l", tenant="t", administration="CN", kind=LinkKind.FOLDER,
        endpoint=Path(sys.argv[1]).as_uri(), key=b"", offices=("CN008001",),
    )
    parcels = [
        Parcel(message=f"msg_{n}", media_type="application/xml", content=b"%d" % n * 500_000,
               envelope=b"{}", seal="s")
        for n in range(20)
    ]
    print("ready", flush=True)
    while True:
        for parcel in parcels:
            (reply,) = courier.carry(link, [parcel])
            assert reply.status == 202, reply
            (Path(sys.argv[1]) / "out" / f"{parcel.message}.zip").unlink()
    """
)


@pytest.mark.parametrize("seed", range(6))
def test_an_interrupted_write_leaves_no_half_file(tmp_path, seed):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "ready\n"
        time.sleep(random.Random(seed).uniform(0.0, 0.2))
        writer.send_signal(signal.SIGKILL)
    for path in (tmp_path / "out").glob("*"):
        assert path.suffix == ".zip"
        message, *papers = unpack(path.read_bytes())
        assert message.name == f"{path.stem}.xml"
        assert len(message.content) >= 500_000
        assert [paper.name for paper in papers] == ["envelope.json", "envelope.seal"]


def test_what_a_killed_writer_left_aside_is_cleared_away(tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "msg_3.zip.1-1").write_bytes(b"half")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "ready\n"
        time.sleep(0.5)
        writer.send_signal(signal.SIGKILL)
    assert not (tmp_path / "tmp" / "msg_3.zip.1-1").exists()
