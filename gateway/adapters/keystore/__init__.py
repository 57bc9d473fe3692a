"""Keys in a folder: the gateway's own seal, and those of parties who gave a mandate.

Files: ``seal-0001.pem`` and onwards, Ed25519 private keys; the one with the highest name seals and
all of them stay published. ``<name>.key.pem`` with ``<name>.cert.pem``, an EC P-256 or RSA key of
at least 2048 bits and the X.509 certificate registered for it. Private keys are PKCS#8 PEM,
readable by their owner alone. ``<link>.password`` is what a link that logs in as a user says.
"""

from gateway.adapters.keystore.files import signer_from_pem
from gateway.adapters.keystore.keys import FileKeys
from gateway.adapters.keystore.making import (
    KeyKind,
    create_party_key,
    create_seal_key,
    import_party_key,
)
from gateway.adapters.keystore.passwords import keep_password, password_of
from gateway.adapters.keystore.signer import FileSigner

__all__ = [
    "FileKeys",
    "FileSigner",
    "KeyKind",
    "create_party_key",
    "create_seal_key",
    "import_party_key",
    "keep_password",
    "password_of",
    "signer_from_pem",
]
