"""The offices a declaration is given when it names none itself: those of a route, or a list."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.domain.finding import Finding, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOffices:
    """Offices in travel order, each with its role.

    ``name`` is that of a route under ``schemas/routes``, empty for offices that a caller listed.
    """

    name: str
    stops: tuple[tuple[str, str], ...]

    @property
    def spelled(self) -> str:
        """The name, else the offices."""
        return self.name or ", ".join(office for office, _ in self.stops)


def listed_offices(spelled: Iterable[str]) -> RouteOffices:
    """Return offices listed as ``CODE:role``, in travel order.

    Raises:
        Refusal: ``route.not-an-office`` for each that is not spelled so.
    """
    stops: list[tuple[str, str]] = []
    wrong: list[Finding] = []
    for one in spelled:
        code, _, role = one.partition(":")
        if code and role:
            stops.append((code, role))
        else:
            wrong.append(Finding(code="route.not-an-office", value=one))
    if wrong:
        raise Refusal(*wrong)
    return RouteOffices(name="", stops=tuple(stops))
