"""What a unified issue says (统一发证): which case, of which one thing, and its certificates.

Nothing in it is about a person: neither who applied nor who acted. The words stand beside the ids,
so that it can still be read when nobody remembers the ids.
"""

import re
import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from schema.domain.calendar import SHANGHAI
from schema.domain.case import Case, Step, StepState
from schema.domain.one_thing import OneThing
from schema.domain.text import Text

_CODE_LENGTH = 26  # 130 bits: not to be guessed, and still to be typed off a paper
_CODE = re.compile(rf"[A-Z2-7]{{{_CODE_LENGTH}}}", re.ASCII)
_SEPARATORS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with an id, and what it was called when the bundle was signed."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledCertificate:
    """One certificate as its department issued it."""

    item: Named
    department: Named  # who issued it
    number: str
    name: str
    issued_on: date
    valid_until: date | None = None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.valid_until is not None and self.valid_until < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All certificates of one case, handed over at one moment. `jti`, `sub`, `iat` as in a JWT."""

    jti: str  # the check code: who signs it binds it
    sub: str  # the case number
    iat: int  # when it was issued, Unix seconds
    one_thing: Named
    version: str
    district: Named | None
    certificates: tuple[BundledCertificate, ...]

    @property
    def issued_at(self) -> datetime:
        """When it was issued, in local time."""
        return datetime.fromtimestamp(self.iat, SHANGHAI)

    def expired(self, today: date) -> tuple[str, ...]:
        """The numbers of the certificates whose last day is over."""
        return tuple(c.number for c in self.certificates if c.expired(today))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBundle:
    """A bundle as it is handed over, and the code under which anybody may check it."""

    code: str
    text: str  # compact JWS


def bundle_of(
    case: Case,
    one_thing: OneThing,
    departments: Mapping[str, Text],
    *,
    code: str,
    issued_at: datetime,
) -> Bundle | None:
    """The bundle of a case at the moment of its issue; None when no certificate is at hand."""
    certificates = tuple(
        certificate
        for step in case.steps
        if (certificate := _bundled(step, one_thing, departments)) is not None
    )
    if not certificates:
        return None
    return Bundle(
        jti=code,
        sub=case.id,
        iat=int(issued_at.timestamp()),
        one_thing=Named(id=one_thing.id, name=one_thing.name),
        version=case.version,
        district=_district(case, one_thing),
        certificates=certificates,
    )


def _bundled(
    step: Step, one_thing: OneThing, departments: Mapping[str, Text]
) -> BundledCertificate | None:
    if step.certificate is None or step.state is not StepState.GRANTED:
        return None
    return BundledCertificate(
        item=Named(id=step.item, name=one_thing.item(step.item).name),
        department=_named(step.department, departments),
        number=step.certificate.number,
        name=step.certificate.name,
        issued_on=step.certificate.issued_on,
        valid_until=step.certificate.valid_until,
    )


def _district(case: Case, one_thing: OneThing) -> Named | None:
    if case.district is None:
        return None
    return _named(case.district, {d.code: d.name for d in one_thing.districts})


def _named(id: str, names: Mapping[str, Text]) -> Named:
    return Named(id=id, name=names.get(id) or Text(zh=id, en=id))


_encode = msgspec.json.Encoder(order="sorted").encode
_decoder = msgspec.json.Decoder(Bundle)


def canonical(bundle: Bundle) -> bytes:
    """The one text of this content: what is signed."""
    return _encode(bundle)


def bundle_from(payload: bytes) -> Bundle:
    """The bundle a payload tells; ValueError when it tells none."""
    return _decoder.decode(payload)


def new_code() -> str:
    """A check code nobody can guess, whatever is known about the case."""
    return b32encode(secrets.token_bytes(20)).decode()[:_CODE_LENGTH]


def code_as_typed(typed: str) -> str | None:
    """The check code somebody typed or scanned; None when it cannot be one."""
    if len(typed) > 2 * _CODE_LENGTH:
        return None
    code = _SEPARATORS.sub("", typed).upper()
    return code if _CODE.fullmatch(code) else None


def code_as_printed(code: str) -> str:
    """The check code in groups, as an eye can follow it."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))
