"""The face as a whole: what is open to all, what every route needs, and what it promises."""

import time
from contextlib import closing
from http.client import HTTPConnection

import openapi_spec_validator
import pytest
from fastapi.routing import APIRoute

from gateway.api import (
    declarations,
    keys,
    links,
    log,
    movements,
    signatures,
    stream,
)
from gateway.api import operations as acts
from gateway.bootstrap import Gateway
from gateway.language import accepts
from gateway.settings import Settings
from tests.api.conftest import Face
from tests.serving import served

OPEN = {"/livez", "/readyz", "/openapi.json", "/v1/keys"}
ROUTERS = (declarations, keys, links, log, movements, acts, signatures, stream)


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_is_open_to_all(face: Face, path: str) -> None:
    assert face.client.get(path).status_code == 200


def _operations() -> list[tuple[str, str]]:
    return [
        (method, f"/v1{route.path}")
        for module in ROUTERS
        for route in module.router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


@pytest.mark.parametrize(("method", "path"), _operations())
def test_nothing_else_is(face: Face, method: str, path: str) -> None:
    if path in OPEN:
        return
    told = path.format(reference="x", message="x", trip="x", link="x", entry="x")
    answer = face.client.request(method, told)
    assert answer.status_code == 401, (method, path)
    forged = {"Authorization": "Bearer frk_prn_x_" + "0" * 40}
    assert face.client.request(method, told, headers=forged).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "request.no-such-page"),
        ("GET", "/v1/nothing", 404, "request.no-such-page"),
        ("GET", "/docs", 404, "request.no-such-page"),
        ("DELETE", "/v1/keys", 405, "request.method"),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    face: Face, method: str, path: str, status: int, code: str
) -> None:
    answer = face.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["code"] == code
    assert ("allow" in answer.headers) is (status == 405)


WAITING = "/v1/links/lnk_cn00x001/feed?after=9999&wait=20"

HEADS = {
    "alive": ("/livez", "nobody"),
    "ready": ("/readyz", "nobody"),
    "measures": ("/metrics", "exporter"),
    "no measures for strangers": ("/metrics", "nobody"),
    "the document": ("/openapi.json", "nobody"),
    "published keys": ("/v1/keys", "nobody"),
    "movements": ("/v1/movements", "exporter"),
    "a wrong parameter": ("/v1/movements?limit=x", "exporter"),
    "no key": ("/v1/movements", "nobody"),
    "no page": ("/v1/nothing", "nobody"),
    "no such movement": ("/v1/movements/26CNNOTHERE0000000", "exporter"),
    "only posted": ("/v1/declarations", "exporter"),
    "one movement": ("/v1/movements/{movement}", "exporter"),
    "no such stream": ("/v1/movements/x/timeline/stream", "exporter"),
}
VOLATILE = {"date", "content-length"}  # measures and times differ from one answer to the next


@pytest.mark.parametrize(("path", "caller"), HEADS.values(), ids=HEADS)
def test_head_is_get_without_the_body(face: Face, movement: str, path: str, caller: str) -> None:
    told, headers = path.format(movement=movement), face.callers[caller]
    head = face.client.head(told, headers=headers)
    get = face.client.get(told, headers=headers)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert set(head.headers) == set(get.headers)
    assert {k: v for k, v in head.headers.items() if k not in VOLATILE} == {
        k: v for k, v in get.headers.items() if k not in VOLATILE
    }


ENDLESS = {
    "a stream": ("/v1/movements/{movement}/timeline/stream", "exporter", "text/event-stream"),
    "who waits for news": (WAITING, "gate", "application/json"),
}


@pytest.mark.parametrize(("path", "caller", "kind"), ENDLESS.values(), ids=ENDLESS)
def test_head_waits_for_nothing(
    face: Face, movement: str, path: str, caller: str, kind: str
) -> None:
    began = time.monotonic()
    settings = Settings(data=face.world.folder)
    with served(Gateway(ports=face.world.ports, settings=settings)) as url:
        place = url.removeprefix("http://")
        with closing(HTTPConnection(place, timeout=10)) as connection:
            for _ in range(2):
                asked = path.format(movement=movement)
                connection.request("HEAD", asked, headers=face.callers[caller])
                answer = connection.getresponse()
                assert (answer.status, answer.read()) == (200, b"")
                assert (answer.getheader("content-type") or "").startswith(kind)
    assert time.monotonic() - began < 10


def test_openapi_is_what_its_specification_says(face: Face) -> None:
    openapi_spec_validator.validate(face.client.get("/openapi.json").json())


def test_openapi_describes_every_problem(face: Face) -> None:
    document = face.client.get("/openapi.json").json()
    assert len(document["paths"]) == 47
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            for status, response in operation["responses"].items():
                if status >= "400" and path.startswith("/v1"):
                    kind = response["content"]["application/problem+json"]
                    assert kind["schema"]["$ref"].endswith("/ProblemShape"), (method, path)
            if path.startswith("/v1") and path != "/v1/keys":
                assert operation["security"] == [{"ApiKey": []}], (method, path)
                assert "401" in operation["responses"], (method, path)


def test_the_log_shows_others_only_its_leaves(face: Face, movement: str) -> None:
    own = face.client.get("/v1/log", headers=face.callers["exporter"]).json()
    assert movement in {one["movement"] for one in own["data"]} or own["size"] > 100
    strange = face.client.get("/v1/log", headers=face.callers["stranger"]).json()
    assert [one["leaf"] for one in strange["data"]] == [one["leaf"] for one in own["data"]]
    shown = [one for one in strange["data"] if one["entry"] is not None]
    assert len(shown) < len(strange["data"])
    assert movement not in str(strange)


@pytest.mark.parametrize(
    ("header", "kind", "allowed"),
    [
        ("", "application/json", True),
        ("*/*", "application/json", True),
        ("application/*", "application/json", True),
        ("text/html", "application/json", False),
        ("text/html, */*;q=0.1", "application/json", True),
        ("application/json;q=0", "application/json", False),
        ("application/json;q=0, */*", "application/json", False),
        ("APPLICATION/JSON", "application/json", True),
    ],
)
def test_what_a_client_accepts(header: str, kind: str, allowed: bool) -> None:  # noqa: FBT001
    assert accepts(header, kind) is allowed
