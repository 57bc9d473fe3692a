"""Link drivers: push, folder, request-response. Links of the kind *feed* fetch for themselves."""

from gateway.adapters.links.connection import retry_after_seconds
from gateway.adapters.links.folder import FolderCourier
from gateway.adapters.links.opening import LinkDrivers, open_links
from gateway.adapters.links.push import REPLY_BYTES_MAX, HttpCourier
from gateway.adapters.links.request import RequestCourier

__all__ = [
    "REPLY_BYTES_MAX",
    "FolderCourier",
    "HttpCourier",
    "LinkDrivers",
    "RequestCourier",
    "open_links",
    "retry_after_seconds",
]
