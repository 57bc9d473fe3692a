"""The push courier: parcels in the form of exchange v1, posted to a link's own address.

Links of the kind *feed* have no courier: their systems come and fetch.
"""

from typing import ClassVar

from gateway.adapters.links.connection import HttpLinks, Request
from gateway.audit.exchange import HEADER_ENVELOPE, HEADER_SEAL, to_base64
from gateway.domain.delivery import Link
from gateway.domain.parcel import Parcel

REPLY_BYTES_MAX = 65_536


class HttpCourier(HttpLinks):
    """Carries parcels to push links."""

    reply_bytes_max: ClassVar[int] = REPLY_BYTES_MAX

    def _request(self, link: Link, parcel: Parcel) -> Request:
        headers = {
            "Content-Type": parcel.media_type,
            HEADER_ENVELOPE: to_base64(parcel.envelope),
            HEADER_SEAL: parcel.seal,
        }
        return Request(f"{link.endpoint.rstrip('/')}/messages", headers, parcel.content)
