"""Which crossings admit what: fruit at its gates, vehicles under a permit at those it lists."""

import pytest

from gateway.domain.crossings import Crossing, Crossings, GoodsGates, Load, PermitGates
from gateway.domain.roles import Status

TOLD = {"status": Status.CONFIRMED, "source": "s"}
NEAR, FAR, STATION = ("CN1", "VN1"), ("CN2", "VN2"), ("CN3", "VN3")
TABLE = Crossings(
    crossings=(
        Crossing(offices=NEAR, modes=frozenset({"road"}), **TOLD),
        Crossing(offices=FAR, modes=frozenset({"road", "rail"}), **TOLD),
        Crossing(offices=STATION, modes=frozenset({"rail"}), **TOLD),
    ),
    goods=(
        GoodsGates(into="CN", headings=frozenset({"0810"}), offices=frozenset({"CN2"}), **TOLD),
    ),
    permits=(
        PermitGates(kind="GMS", offices=frozenset({*NEAR}), **TOLD),
        PermitGates(kind="BILATERAL", offices=frozenset(), **TOLD),
    ),
)
OUT, IN = ("CN", "VN"), ("VN", "CN")
PHONES, FRUIT, UNKNOWN = frozenset({"8517"}), frozenset({"0810", "8517"}), frozenset({""})


def ways(between, modes=("road",), permits=(), headings=PHONES):
    load = Load(modes=frozenset(modes), permits=frozenset(permits), headings=headings)
    side = between[0]
    found = [(pair, modes) for pair, modes in TABLE.admitting(load, between)]
    return [pair for pair, _ in found if pair[0].startswith(side)]


def back(pair):
    return pair[::-1]


ROWS = {
    "goods that pass anywhere, in the order of the table": (ways(OUT), [NEAR, FAR]),
    "by rail": (ways(OUT, ("rail",)), [FAR, STATION]),
    "nobody stated a mode": (ways(OUT, ()), [NEAR, FAR, STATION]),
    "the other way": (ways(IN), [back(NEAR), back(FAR)]),
    "fruit into the country that lists gates": (ways(IN, headings=FRUIT), [back(FAR)]),
    "fruit out of it": (ways(OUT, headings=FRUIT), [NEAR, FAR]),
    "goods without a code may be fruit": (ways(IN, headings=UNKNOWN), [back(FAR)]),
    "a permit that lists gates": (ways(OUT, permits=("GMS",)), [NEAR]),
    "one that names them itself": (ways(OUT, permits=("BILATERAL",)), [NEAR, FAR]),
    "either of two": (ways(OUT, permits=("GMS", "BILATERAL")), [NEAR, FAR]),
    "a paper that is no permit to pass": (ways(OUT, permits=("TAD",)), [NEAR, FAR]),
    "fruit under a permit for another gate": (ways(IN, permits=("GMS",), headings=FRUIT), []),
}


@pytest.mark.parametrize(("found", "expected"), ROWS.values(), ids=ROWS.keys())
def test_what_is_admitted_where(found, expected):
    assert found == expected
