"""Office directories and routes: forms, zones, statuses, and X for what nobody confirmed."""

import re
import tomllib
from zoneinfo import ZoneInfo

import pytest

from gateway.adapters.pack_folder import read_folder, read_offices, schemas_root
from gateway.domain.finding import LANGUAGES
from gateway.domain.identifiers import is_office_code
from gateway.domain.itinerary import OfficeRole, Status

ROOT = schemas_root()
OFFICES = read_offices(read_folder(ROOT))
ROUTES = sorted((ROOT / "routes").glob("*.toml"))
MODES = {"road", "rail", "sea", "water", "air"}
NATIONAL = {"CN": r"[0-9]{4}|X[0-9]{3}", "VN": r"[0-9]{2}[A-Z][A-Z0-9]|X[0-9]{3}"}


@pytest.mark.parametrize("office", OFFICES.values(), ids=OFFICES)
def test_office(office):
    assert is_office_code(office.code)
    assert office.code.startswith(office.country)
    assert office.administration
    assert ZoneInfo(office.zone).key == office.zone
    assert office.roles
    assert office.modes <= MODES
    assert office.source
    assert office.name("en") != office.code
    assert (
        office.valid_from is None
        or office.valid_to is None
        or (office.valid_from <= office.valid_to)
    )


@pytest.mark.parametrize(
    "office", [one for one in OFFICES.values() if one.country in ("CN", "VN")], ids=lambda o: o.code
)
def test_national_codes_and_names(office):
    assert re.fullmatch(NATIONAL[office.country], office.national_code)
    assert office.code.endswith(office.national_code)
    assert set(dict(office.names)) == set(LANGUAGES)
    if "X" in office.national_code[:1]:
        assert office.status is Status.UNVERIFIED


def test_an_x_code_is_never_confirmed():
    marked = [office for office in OFFICES.values() if re.search(r"[A-Z]{2}00X", office.code)]
    assert marked
    assert {office.status for office in marked} == {Status.UNVERIFIED}


def test_national_codes_are_unique_within_an_administration():
    keys = [(office.administration, office.national_code) for office in OFFICES.values()]
    assert len(keys) == len(set(keys))


USED = {
    "CN008001": (OfficeRole.DEPARTURE, "Asia/Shanghai"),
    "CN00X001": (OfficeRole.EXIT, "Asia/Shanghai"),
    "CN007208": (OfficeRole.EXIT, "Asia/Shanghai"),
    "VN0015BB": (OfficeRole.ENTRY, "Asia/Ho_Chi_Minh"),
    "VN0003PJ": (OfficeRole.DESTINATION, "Asia/Ho_Chi_Minh"),
}


@pytest.mark.parametrize("code", USED)
def test_offices_of_the_model_journey(code):
    role, zone = USED[code]
    assert role in OFFICES[code].roles
    assert OFFICES[code].zone == zone


@pytest.mark.parametrize("path", ROUTES, ids=lambda path: path.stem)
def test_route(path):
    route = tomllib.loads(path.read_text("utf-8"))
    assert route["id"] == path.stem
    assert set(route["names"]) == set(LANGUAGES)
    assert route["status"] in list(Status)
    stops = route["office"]
    assert [stop["role"] for stop in stops][:1] == ["departure"]
    assert stops[-1]["role"] == "destination"
    hours = [stop["usual_hours"] for stop in stops]
    assert hours == sorted(hours)
    assert hours[-1] == route["usual_hours"]
    for stop in stops:
        office = OFFICES[stop["code"]]
        assert stop["role"] in office.roles
        assert stop["mode"] in office.modes
        assert stop["source"]
        assert stop["status"] in list(Status)


def test_the_shipped_declaration_follows_the_shipped_route():
    route = tomllib.loads((ROOT / "routes" / "chongqing-haiduong-road.toml").read_text("utf-8"))
    example = ROOT / "declaration" / "v1" / "examples" / "chongqing-haiduong.xml"
    declared = re.findall(
        r"<Office>.*?<ID>(\w+)</ID><RoleCode>(\w+)</RoleCode>", example.read_text("utf-8")
    )
    assert declared == [(stop["code"], stop["role"]) for stop in route["office"]]
