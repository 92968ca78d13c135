"""Private keys in files of their own: PEM, Ed25519, readable by nobody but their owner."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

_CURVE: Final = "Ed25519"


class KeyFileRefused(Exception):
    """A key that cannot be used. The sentence names neither the key nor anything of it."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(f"{sentence} — {remedy}")
        self.sentence = sentence
        self.remedy = remedy


def make_private_key(path: Path) -> None:
    """Make a key here unless there is one; two processes started at once end up with the same."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_suffix(f".{token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(OKPKey.generate_key(_CURVE).as_pem(private=True))
    # Whoever links first wins: two processes started at once end up with the same key.
    with suppress(FileExistsError):
        path.hardlink_to(own)
    own.unlink()


def private_key(path: Path) -> OKPKey:
    """The key in this file; KeyFileRefused when it is none, or others may read it."""
    pem = _content(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileRefused("others may read the key", "take their rights away: chmod 600")
    key = _ed25519(pem)
    if not key.is_private:
        raise KeyFileRefused("a public key cannot sign", "name the file of the private key")
    return key


def public_key(path: Path) -> OKPKey:
    """The public key in this file; a private one is refused, as it has no business there."""
    key = _ed25519(_content(path))
    if key.is_private:
        raise KeyFileRefused(
            "a private key, where only its public half belongs",
            "write that half: openssl pkey -in key.pem -pubout",
        )
    return key


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KeyFileRefused(f"not readable: {reason}", "correct the path or its rights") from error


def _ed25519(pem: bytes) -> OKPKey:
    try:
        key = OKPKey.import_key(pem)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _NO_KEY from error
    if key.curve_name != _CURVE:
        raise _NO_KEY
    return key


_NO_KEY = KeyFileRefused(
    "not an Ed25519 key in PEM without a password", "make one: openssl genpkey -algorithm ed25519"
)
