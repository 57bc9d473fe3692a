"""The OpenAPI document: what FastAPI derives, with problems under their own media type."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.api.problems import MEDIA_TYPE

METHODS = frozenset({"get", "post", "put", "delete", "patch"})


def install(app: FastAPI) -> None:
    """Make the application serve the finished document, built once."""

    def finished() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            for operation in _operations(document):
                _mend(operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = finished  # type: ignore[method-assign]  # FastAPI's documented way


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                yield operation


def _mend(operation: dict[str, Any]) -> None:
    """Move the schema of problems where their example is; drop FastAPI's own error shape."""
    responses = operation["responses"]
    for status in list(responses):
        content = responses[status].get("content", {})
        if MEDIA_TYPE in content and "application/json" in content:
            content[MEDIA_TYPE]["schema"] = content.pop("application/json")["schema"]
    own = responses.get("422", {}).get("content", {})
    if "application/json" in own and "HTTPValidationError" in str(own):
        del responses["422"]  # bad parameters are a 400 problem here
