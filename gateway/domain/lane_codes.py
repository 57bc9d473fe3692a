"""Codes of the smart lane: reasons a truth table may give, and what is wrong with a request.

The severity of a reason follows what the lane says (stop: error, refer: warning).
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.domain.finding import Severity

LANE_CODES: Mapping[str, Severity] = MappingProxyType(
    {
        "lane.already-passed": Severity.ERROR,
        "lane.ambiguous": Severity.ERROR,
        "lane.closed": Severity.ERROR,
        "lane.container-differs": Severity.ERROR,
        "lane.container-unread": Severity.ERROR,
        "lane.declaration-age-unknown": Severity.ERROR,
        "lane.declaration-expired": Severity.ERROR,
        "lane.direction-unknown": Severity.ERROR,
        "lane.facts-old": Severity.ERROR,
        "lane.go": Severity.INFORMATION,
        "lane.held": Severity.ERROR,
        "lane.manifest-missing": Severity.ERROR,
        "lane.manifest-unknown": Severity.ERROR,
        "lane.misread": Severity.ERROR,
        "lane.name-malformed": Severity.ERROR,
        "lane.no-passage": Severity.ERROR,
        "lane.no-reason": Severity.ERROR,
        "lane.no-run": Severity.ERROR,
        "lane.no-such-number": Severity.ERROR,
        "lane.not-a-role": Severity.ERROR,
        "lane.not-expected": Severity.ERROR,
        "lane.not-released": Severity.ERROR,
        "lane.not-yours": Severity.ERROR,
        "lane.nothing-to-override": Severity.ERROR,
        "lane.office-closed": Severity.ERROR,
        "lane.one-fact": Severity.ERROR,
        "lane.overridden": Severity.ERROR,
        "lane.override-differs": Severity.ERROR,
        "lane.paper-expired": Severity.ERROR,
        "lane.papers-unknown": Severity.ERROR,
        "lane.passage-reused": Severity.ERROR,
        "lane.permit-expired": Severity.ERROR,
        "lane.permit-unknown": Severity.ERROR,
        "lane.plate-differs": Severity.ERROR,
        "lane.plate-unread": Severity.ERROR,
        "lane.quarantine-held": Severity.ERROR,
        "lane.quarantine-unknown": Severity.ERROR,
        "lane.reading-old": Severity.ERROR,
        "lane.reference-differs": Severity.ERROR,
        "lane.release-unknown": Severity.ERROR,
        "lane.rival": Severity.ERROR,
        "lane.same-person": Severity.ERROR,
        "lane.seal-differs": Severity.ERROR,
        "lane.seal-unread": Severity.ERROR,
        "lane.snapshot-other-lane": Severity.ERROR,
        "lane.snapshot-other-rules": Severity.ERROR,
        "lane.temperature": Severity.ERROR,
        "lane.trailer-unread": Severity.ERROR,
        "lane.unknown": Severity.ERROR,
        "lane.weight-differs": Severity.ERROR,
        "lane.weight-unknown": Severity.ERROR,
        "lane.wrong-direction": Severity.ERROR,
    }
)
"""What each does by itself."""
