"""Codes of what happens on the way and who may hear of it: readings, closures, disclosures.

Part of the table in ``gateway.domain.codes``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.domain.finding import Severity

WAY_CODES: Mapping[str, Severity] = MappingProxyType(
    {
        "closure.announced": Severity.WARNING,
        "closure.busy": Severity.ERROR,
        "closure.ends-before": Severity.ERROR,
        "closure.mandate-gone": Severity.ERROR,
        "closure.no-crossing": Severity.ERROR,
        "closure.no-reason": Severity.ERROR,
        "closure.not-a-way": Severity.ERROR,
        "closure.not-confirmed": Severity.ERROR,
        "closure.not-its-lane": Severity.ERROR,
        "closure.not-planned": Severity.ERROR,
        "closure.settled": Severity.ERROR,
        "closure.shut": Severity.ERROR,
        "closure.unknown": Severity.ERROR,
        "pack.finding-without-basis": Severity.FATAL,
        "position.absurd-temperature": Severity.ERROR,
        "position.before-declaration": Severity.ERROR,
        "position.empty": Severity.ERROR,
        "position.in-future": Severity.ERROR,
        "position.malformed": Severity.ERROR,
        "position.movement-over": Severity.ERROR,
        "position.no-range": Severity.WARNING,
        "position.not-on-the-way": Severity.ERROR,
        "position.nowhere": Severity.ERROR,
        "position.reused": Severity.ERROR,
        "trip.no-such-step": Severity.ERROR,
        "trip.several-runs": Severity.ERROR,
    }
)
