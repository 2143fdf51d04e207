"""The county's own certificate authority: it vouches for the county's servers, and laptops trust nothing else.

No certificate here ends, and none begins later than any clock: a laptop whose battery is dead wakes up in 1970 or 2099
and must reach its county all the same. What is trusted ends by the laptop's list of devices, not by a date. Names
are not compared either: the authority certifies this county's servers only, wherever they are reached.
"""

import datetime
import ipaddress
import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_ALWAYS = datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC)
_FOR_EVER = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)
_HASH = hashes.SHA256()


def make() -> tuple[str, str]:
    """A fresh authority: its private key and its certificate, both PEM."""
    key = generate_private_key(SECP256R1())
    name = _name("Yiyang county authority")
    made = (
        _begun(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, _HASH)
    )
    return _pem(key), made.public_bytes(serialization.Encoding.PEM).decode("ascii")


def issue(certificate: str, key_of_authority: str, host: str) -> bytes:
    """A server's private key and its certificate from the authority, PEM one after the other."""
    authority = x509.load_pem_x509_certificate(certificate.encode("ascii"))
    signer = serialization.load_pem_private_key(key_of_authority.encode("ascii"), None)
    if not isinstance(signer, EllipticCurvePrivateKey):
        raise ValueError("not the key of the authority")
    key = generate_private_key(SECP256R1())
    made = (
        _begun(_name("Yiyang county"), authority.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, _HASH)
    )
    return _pem(key).encode("ascii") + made.public_bytes(serialization.Encoding.PEM)


def context(certificate: str, key_of_authority: str, host: str = "localhost") -> ssl.SSLContext:
    """How a server of the county answers: TLS 1.3 with a key and a certificate made for this start."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    # A laptop that comes once a day resumes nothing, and a ticket is 250 bytes on a slow link.
    made.num_tickets = 0
    with TemporaryDirectory() as folder:
        # The library reads certificates from files only; this one is gone before anybody is answered.
        path = Path(folder) / "server.pem"
        path.touch(mode=0o600)
        path.write_bytes(issue(certificate, key_of_authority, host))
        made.load_cert_chain(path)
    return made


def _begun(subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_ALWAYS)
        .not_valid_after(_FOR_EVER)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(said: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, said)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")
