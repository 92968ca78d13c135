"""Certificates and keys made for a test, as files."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_LOOPBACK = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])


@dataclass(frozen=True)
class Issued:
    """A certificate and its key; `files` writes them."""

    certificate: x509.Certificate
    key: Key

    def files(self, folder: Path, name: str, password: bytes | None = None) -> tuple[Path, Path]:
        """The files of the certificate and of its key, the second readable by its owner only."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        lock = NoEncryption() if password is None else BestAvailableEncryption(password)
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        key.chmod(0o600)
        return certificate, key


def issued(
    name: str, by: Issued | None = None, *, days: float = 1, key: Key | None = None
) -> Issued:
    """A certificate for 127.0.0.1 signed by `by`, or by itself, which is then an authority's."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.fromtimestamp(time.time(), UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(_LOOPBACK, False)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), True)
    )
    return Issued(built.sign(key if by is None else by.key, hashes.SHA256()), key)
