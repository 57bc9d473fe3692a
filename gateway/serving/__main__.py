"""``python -m gateway.serving``: the HTTP interface with the pages, until told to stop.

``python -m gateway.api`` serves the interface alone.
"""

import sys

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from gateway.api.__main__ import run
from gateway.bootstrap import Gateway
from gateway.portal.app import PATH, create_portal


def with_pages(app: FastAPI, gateway: Gateway) -> None:
    """Put the pages beside the interface, and lead whoever asks for ``/`` to them."""
    state = app.state
    portal = create_portal(
        gateway, state.watch, state.sluice, state.room, lambda: bool(state.stopping())
    )
    app.mount(PATH, portal)

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse(f"{PATH}/", status_code=303)


if __name__ == "__main__":
    sys.exit(run(dress=with_pages))
