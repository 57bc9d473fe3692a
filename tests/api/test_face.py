"""The face as a whole: what is open to all, what every route needs, and what it promises."""

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
from gateway.language import accepts
from tests.api.conftest import Face

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
