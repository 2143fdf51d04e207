"""Whom a laptop believes to be its county: nobody but servers that the county's own authority certifies.

The certificate of the authority comes with the one-time code: it is signed by the county's key, whose mark stands in
the code. After that it stands in the signed list of devices. The authorities of the world's browsers have no say.
"""

import json
import ssl

from sync import jws
from sync.errors import SignatureWrong

KIND = "yiyang-authority-1"


def sign(authority: str, key: bytes, kid: str) -> str:
    """The authority's certificate (PEM) as a compact JWS of the county's raw ``key``."""
    return jws.sign_compact(json.dumps({"kind": KIND, "pem": authority}).encode("ascii"), key, kid)


def read(statement: str, county_public: bytes) -> str:
    """The certificate that the county of this key signed. Raises ``SignatureWrong`` for anything else."""
    payload = jws.verify_compact(statement, county_public)
    try:
        said = json.loads(payload)
        if said["kind"] != KIND:
            raise ValueError("not an authority")
        pem = str(said["pem"])
        only(pem)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SignatureWrong from error
    return pem


def only(authority: str) -> ssl.SSLContext:
    """Talk to nobody but servers that this authority (PEM) certifies; with none, to nobody. ``ValueError``: no PEM.

    No name is compared: the authority certifies only this county, and counties move to other addresses.
    """
    made = _modern()
    if authority:
        try:
            made.load_verify_locations(cadata=authority)
        except ssl.SSLError as error:
            raise ValueError("not a certificate") from error
    return made


def anybody() -> ssl.SSLContext:
    """Talk to whoever answers, and tell nothing: for the one question that asks who it is."""
    made = _modern()
    made.verify_mode = ssl.CERT_NONE
    return made


def _modern() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    return made
