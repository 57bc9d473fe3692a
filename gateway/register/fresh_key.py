"""A new API key."""

from gateway.domain.access_key import SECRET_ALPHABET, SECRET_LENGTH, AccessKey
from gateway.ports import Ports


def fresh_key(ports: Ports) -> AccessKey:
    """Draw a key that nobody has; its secret half is kept only by whom it is shown to."""
    return AccessKey(ports.ids.new("prn"), ports.ids.draw(SECRET_ALPHABET, SECRET_LENGTH))
