"""No mandate, no signature: the importer's messages wait, visibly, until the importer signs."""

import time

import pytest

from tests.cli.commands import fullroute
from tests.faults.city import City

SECONDS = 30


@pytest.mark.full
@pytest.mark.timeout(200)
def test_the_importer_signs_from_outside_and_the_journey_goes_on(tmp_path):
    with City(tmp_path, unmandated=("importer",)) as city:
        reference = city.submit()
        for expected in ("IDA", "IDC"):
            _until_it_waits(city, reference, expected)
            assert expected not in {one["type"] for one in city.journal("requests")}
            shown = _run(city, "movement", "show", reference)
            assert "awaiting-signature" in shown.out
            listed = _run(city, "sign", "--movement", reference, "--json").json["data"]
            assert [(one["type"], one["signatory"]) for one in listed] == [(expected, "importer")]
            signed = _run(city, "sign", "--all", *_pair(city), "--json").json["signed"]
            assert [one["type"] for one in signed] == [expected]
        standing = city.drive(reference, SECONDS)
        assert standing.finished, city.last_words()
        signers = {one["type"]: one["signed_by"] for one in standing.movement["messages"]}
        assert signers["IDA"] == signers["IDC"] != signers["OLA"]


def _until_it_waits(city, reference, message):
    end = time.monotonic() + SECONDS
    while True:
        standing = city.drive(reference, 0)
        states = {one["type"]: one["state"] for one in standing.open}
        if states.get(message) == "awaiting-signature":
            return
        assert time.monotonic() < end, states
        time.sleep(0.1)


def _run(city, *arguments):
    said = fullroute(
        *arguments, FULLROUTE_URL=city.setting.url, FULLROUTE_API_KEY=city.party_keys["importer"]
    )
    assert said.code == 0, said.both
    return said


def _pair(city):
    parties = city.setting.folder / "parties"
    return (
        "--key", parties / "importer.key.pem", "--certificate", parties / "importer.cert.pem",
    )  # fmt: skip
