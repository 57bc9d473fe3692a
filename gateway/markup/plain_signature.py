"""The plain kind of XML signature, ours and most others': canonical forms, and a quick yes.

Whatever is not plain, or does not hold here, goes to the verifier for everything in
:mod:`gateway.markup.signature`.
"""

from base64 import b64encode
from hashlib import sha256

from lxml import etree

from gateway.markup.certificate import holds
from gateway.markup.tree import XMLDSIG, Element, canonical, copied

INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = XMLDSIG + "enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XML = "http://www.w3.org/XML/1998/namespace"

_TRANSFORM = f"{{{XMLDSIG}}}Transform"
_METHOD = f"{{{XMLDSIG}}}CanonicalizationMethod"


def base64(raw: bytes) -> str:
    """Spell bytes as signatures do."""
    return b64encode(raw).decode("ascii")


def in_scope(element: Element, spaces: dict[str | None, str]) -> bytes:
    """Return inclusive C14N of ``element`` as it will stand: with all namespaces in scope there.

    Canonicalised on its own, because lxml leaves inherited declarations out of a subtree.
    """
    apex = etree.Element(element.tag, element.attrib, spaces)
    apex.text = element.text
    for child in element:
        twin = copied(child)
        twin.tail = child.tail
        apex.append(twin)
    return canonical(apex)


def plainly_holds(
    root: Element, signature: Element, properties: Element, certificate: bytes, content: bytes
) -> bool:
    """Tell whether a signature of the plain kind holds; a no decides nothing, signxml does.

    Plain is inclusive C14N throughout, SHA-256, one certificate and no other key, and no ``xml:*``
    attributes to inherit: then canonical form and digests are three calls, a tenth of the time
    of a verifier for everything. The shape was checked before.
    """
    info, keys = signature[0], signature.find(f"{{{XMLDSIG}}}KeyInfo")
    methods = {one.get("Algorithm") for one in info.iter(f"{{{XMLDSIG}}}DigestMethod")}
    forms = {one.get("Algorithm") for one in info.iter(_TRANSFORM, _METHOD)}
    plain = methods == {SHA256} and forms == {ENVELOPED, INCLUSIVE}
    alone = keys is not None and len(keys) == 1 and len(keys[0]) == 1
    inherited = any(name.startswith(f"{{{XML}}}") for name in (*root.attrib, *signature.attrib))
    if not plain or not alone or inherited or info.tag != f"{{{XMLDSIG}}}SignedInfo":
        return False
    told = {one.get("URI"): one.findtext(f"{{{XMLDSIG}}}DigestValue") or "" for one in info[2:]}
    target = in_scope(properties, dict(properties.nsmap))
    digests = {"": content, "#" + properties.get("Id", ""): target}
    if any(told[uri].strip() != base64(sha256(one).digest()) for uri, one in digests.items()):
        return False
    value = signature.findtext(f"{{{XMLDSIG}}}SignatureValue") or ""
    signed = in_scope(info, dict(info.nsmap))
    return holds(certificate, info[1].get("Algorithm", "").removeprefix(MORE), value, signed)
