"""Issuing in one installation: its keys and its address, from the settings."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from gateway.issuing.bundle import SignedBundle, bundle_of, new_code
from gateway.issuing.keys import IssuingKeys
from gateway.issuing.qr import qr_svg
from gateway.issuing.signing import content_of, sign
from gateway.security.key_file import KeyFileRefused, make_private_key, private_key, public_key
from gateway.settings import Settings, SettingsInvalid
from schema.domain.case import Case
from schema.domain.department import DepartmentInfo
from schema.domain.one_thing import OneThing
from schema.domain.text import Text
from schema.graph.ports import IssuedBundle

DEV_KEY = "issuing.pem"

T = TypeVar("T")


class Issuing:
    """Signs bundles and says where they are checked.

    Implements `gateway.cases.issue.Signing` and `schema.graph.ports.Bundles`.
    """

    def __init__(
        self,
        keys: IssuingKeys,
        *,
        address: str,
        departments: Mapping[str, Text],
        code: Callable[[], str] = new_code,
    ) -> None:
        self.keys = keys
        self._address = address.rstrip("/")
        self._departments = departments
        self._code = code

    def signed(self, case: Case, one_thing: OneThing, issued_at: datetime) -> SignedBundle | None:
        """The case's certificates, bundled and signed; None when there is none to hand over."""
        code = self._code()
        bundle = bundle_of(case, one_thing, self._departments, code=code, issued_at=issued_at)
        return SignedBundle(code=code, text=sign(bundle, self.keys)) if bundle else None

    def issued(self, signed: str) -> IssuedBundle:
        """A bundle as the graph shows it."""
        code = content_of(signed).jti
        return IssuedBundle(
            signed=signed, check_code=code, check_url=f"{self._address}/check/{code}"
        )

    def qr(self, text: str) -> str:
        """The text as a QR code, an SVG."""
        return qr_svg(text)


def issuing_of(settings: Settings, departments: Sequence[DepartmentInfo]) -> Issuing:
    """Issuing under these settings; SettingsInvalid with everything wrong with its keys."""
    return Issuing(
        issuing_keys(settings),
        address=_address(settings),
        departments={info.id: info.name for info in departments},
    )


def issuing_keys(settings: Settings) -> IssuingKeys:
    """The keys these settings name; in dev one is made on this machine where none is named."""
    wrong: list[str] = []
    active = _tried(settings, "key_file", lambda: private_key(_key_file(settings)), wrong)
    tried = [
        _tried(settings, "retired_keys", partial(public_key, path), wrong)
        for path in settings.issuing.retired_keys
    ]
    if active is None or wrong:
        raise SettingsInvalid(wrong)
    return IssuingKeys(active, [key for key in tried if key is not None])


def _tried(settings: Settings, name: str, read: Callable[[], T], wrong: list[str]) -> T | None:
    try:
        return read()
    except KeyFileRefused as refused:
        key = f"issuing.{name}"
        wrong.append(f"{settings.source(key)}:{key}: {refused}")
        return None


def _key_file(settings: Settings) -> Path:
    named = settings.issuing.key_file
    if named is not None:
        return named
    if not settings.dev:
        raise KeyFileRefused("no key to sign with", "name the file of an Ed25519 key")
    path = settings.dev_folder / DEV_KEY
    make_private_key(path)
    return path


def _address(settings: Settings) -> str:
    given = settings.issuing.check_url or settings.server.public_url
    return given or f"http://{settings.server.host}:{settings.server.port}"
