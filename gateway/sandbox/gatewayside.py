"""What a simulated system knows of the gateway: where it is, its seal keys, how to talk to it."""

import base64
from collections.abc import Mapping

import aiohttp

KEY_BYTES = 32


class Unreachable(Exception):
    """The gateway could not be asked."""


class GatewaySide:
    """The gateway as one link's system sees it; ``session`` is shared by the whole process."""

    def __init__(self, url: str, keys: Mapping[str, bytes], session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session
        self._keys = dict(keys)

    async def keys_for(self, seal: str) -> Mapping[str, bytes]:
        """Return the seal keys, asked for anew when ``seal`` names one we do not know.

        Raises:
            Unreachable: the gateway did not answer.
        """
        if seal.partition(":")[0] not in self._keys:
            await self._ask()
        return self._keys

    async def _ask(self) -> None:
        try:
            async with self.session.get(f"{self.url}/v1/keys") as response:
                response.raise_for_status()
                document = await response.json()
            found = {one["id"]: base64.b64decode(one["public_key"]) for one in document["data"]}
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError) as error:
            raise Unreachable(str(error)) from error
        self._keys.update({name: raw for name, raw in found.items() if len(raw) == KEY_BYTES})
