"""The certificate we show a department that asks for one, and its key: looked at before anything
starts, as a handshake that fails later says little of why.
"""

import stat
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificates

from adapters.line.trust import trusting
from adapters.wire import ClientCertificate
from gateway.settings_departments import DepartmentAccess


class ClientCertificateRefused(Exception):
    """What cannot be shown; `name` is the setting. The sentence holds nothing of the key."""

    def __init__(self, name: str, sentence: str, remedy: str) -> None:
        super().__init__(f"{sentence} — {remedy}")
        self.name = name


def client_certificate(access: DepartmentAccess) -> ClientCertificate | None:
    """What is shown to this department, None where nothing is named.

    ClientCertificateRefused when the two files cannot be used together.
    """
    tls = access.tls
    if tls.certificate_file is None and tls.key_file is None:
        return None
    if tls.certificate_file is None or tls.key_file is None:
        name = "key_file" if tls.key_file is None else "certificate_file"
        sentence = "a certificate and its key go together"
        raise ClientCertificateRefused(name, sentence, "name both files")
    if not access.url.startswith("https://"):
        sentence = "shown over https only, and its url is none"
        raise ClientCertificateRefused("certificate_file", sentence, "use https, or leave it out")
    made = ClientCertificate(
        certificate=tls.certificate_file, key=tls.key_file, password=tls.password
    )
    if _certificate(made.certificate).public_key() != _public_key(made):
        sentence = "not the key of the certificate"
        raise ClientCertificateRefused("key_file", sentence, "name the key it was issued for")
    _taken(access.url, made)
    return made


def valid_until(shown: ClientCertificate) -> datetime:
    """When it ends."""
    return _certificate(shown.certificate).not_valid_after_utc


def _certificate(path: Path) -> Certificate:
    try:
        return load_pem_x509_certificates(_content("certificate_file", path))[0]
    except ValueError:
        remedy = "convert it: openssl x509 -in it -inform DER -out certificate.pem"
        raise ClientCertificateRefused(
            "certificate_file", "no certificate in PEM", remedy
        ) from None


def _public_key(shown: ClientCertificate) -> object:
    pem = _content("key_file", shown.key)
    if stat.S_IMODE(shown.key.stat().st_mode) & 0o077:
        remedy = "take their rights away: chmod 600"
        raise ClientCertificateRefused("key_file", "others may read the key", remedy)
    password = shown.password.encode() if shown.password else None
    try:
        return load_pem_private_key(pem, password).public_key()
    except TypeError:
        sentence = "it has no password" if password else "it has a password"
        remedy = "leave key_password out" if password else "set key_password"
    except (ValueError, UnsupportedAlgorithm):
        sentence = "no private key in PEM" + (", or another password" if password else "")
        remedy = "name the file of the private key"
    raise ClientCertificateRefused("key_file", sentence, remedy)


def _taken(url: str, shown: ClientCertificate) -> None:
    """TLS has demands of its own: on the length of keys, and on how they were signed."""
    try:
        trusting(url, shown)
    except OSError as error:  # SSLError is one
        word = str(getattr(error, "reason", None) or type(error).__name__)
        sentence = f"TLS does not take it: {word.lower().replace('_', ' ')}"
        remedy = "have it issued for a key of 2048 bits or more, signed with SHA-256"
        raise ClientCertificateRefused("certificate_file", sentence, remedy) from None


def _content(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        sentence = f"not readable: {error.strerror or type(error).__name__}"
        raise ClientCertificateRefused(name, sentence, "correct the path or its rights") from error
