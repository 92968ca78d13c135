"""`onething verify`: a bundle against published keys, with no gateway asked."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import msgspec

from gateway.cli.output import BAD_CONFIG, Speaker, Stop, Words, coloured
from gateway.clock import SystemClock
from gateway.issuing.bundle import BundledCertificate, Named, code_as_printed
from gateway.issuing.issuing import issuing_keys
from gateway.issuing.keys import CheckKeys, keys_of
from gateway.issuing.signing import LONGEST, BundleRefused, Reason, Verified, verify
from gateway.issuing.telling import told
from gateway.settings import Settings, SettingsInvalid
from gateway.settings_addresses import is_loopback

_KEYS_LONGEST = 256_000
_FETCH_S = 10.0
KEYS_OPTION = "--keys https://…/.well-known/onething-bundle-keys.json"
_NEXT = {
    Reason.KEY: f"fetch the issuer's present keys: {KEYS_OPTION}",
    Reason.SIGNATURE: "do not rely on it; ask who gave it to you for the original",
    Reason.CONTENT: "a newer onething may know how to read it",
}
_NO_BUNDLE = "give the signed bundle itself: one line, three parts with dots between"


def report(speaker: Speaker, file: str, keys: CheckKeys, *, as_json: bool) -> None:
    """Say what the bundle in this file certifies; Stop when it is not to be believed."""
    found = _verified(_bundle(file), keys, file)
    today = SystemClock().now().date()
    if as_json:
        speaker.json(told(found, today))
    else:
        _say(speaker, found, today)


def published(where: str) -> CheckKeys:
    """The keys in a file or at an address; Stop when they cannot be had or be trusted."""
    fetch: Callable[[str], bytes] = _fetched if "://" in where else _read_keys
    body = fetch(where)
    try:
        return keys_of(msgspec.json.decode(body))
    except ValueError as error:
        raise Stop(
            [f"{where}: no key set: {error}"], next_step=f"name a JWKS: {KEYS_OPTION}"
        ) from error


def _fetched(url: str) -> bytes:
    try:
        address = httpx.URL(url)
        if address.scheme != "https" and not is_loopback(address.host):
            advice = "use https, or a file you trust"
            raise Stop([f"{url}: keys fetched unencrypted may be anybody's"], next_step=advice)
        answer = httpx.get(address, timeout=_FETCH_S, follow_redirects=False)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Stop(
            [f"{url}: {type(error).__name__}"], next_step="check the address, or name a file"
        ) from error
    return answer.content[:_KEYS_LONGEST]


def _read_keys(path: str) -> bytes:
    return _content(Path(path), _KEYS_LONGEST)


def of_installation(settings: Settings) -> CheckKeys:
    """The keys these settings name; Stop with everything wrong with them."""
    try:
        return issuing_keys(settings).check
    except SettingsInvalid as invalid:
        raise Stop(
            invalid.problems, next_step="correct these settings, or use --keys", code=BAD_CONFIG
        ) from invalid


def _bundle(file: str) -> str:
    body = sys.stdin.buffer.read(LONGEST + 2) if file == "-" else _content(Path(file), LONGEST + 2)
    return body.decode("utf-8", errors="replace").strip()


def _content(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise Stop([f"{path}: {error.strerror}"], next_step="correct the path") from error


def _verified(text: str, keys: CheckKeys, name: str) -> Verified:
    try:
        return verify(text, keys)
    except BundleRefused as refused:
        where = "stdin" if name == "-" else name
        advice = _NEXT.get(refused.reason, _NO_BUNDLE)
        raise Stop([f"✗ {where}: {refused.reason}"], next_step=advice) from refused


def _say(speaker: Speaker, found: Verified, today: date) -> None:
    bundle = found.bundle
    retired = " (retired since; what it signed stays valid)" if found.retired else ""
    holds = ("✓ the signature holds", "bold green")
    speaker.say(coloured(holds, f"  key {found.kid}{retired}"))
    speaker.say(f"case        {bundle.sub}")
    speaker.say(f"one thing   {_both(bundle.one_thing)}")
    if bundle.district:
        speaker.say(f"district    {_both(bundle.district)}")
    speaker.say(f"issued      {bundle.issued_at:%Y-%m-%d %H:%M}")
    speaker.say(f"check code  {code_as_printed(bundle.jti)}")
    columns = ("number", "certificate", "item", "issued by", "issued on", "valid until")
    speaker.table("certificates", columns, [_row(c, today) for c in bundle.certificates])
    if bundle.expired(today):
        line = "the signature holds, but not every certificate is still in force"
        speaker.say(coloured((line, "yellow")))


def _row(certificate: BundledCertificate, today: date) -> tuple[Words, ...]:
    until = certificate.valid_until.isoformat() if certificate.valid_until else "no end"
    return (
        certificate.number,
        certificate.name,
        _both(certificate.item),
        _both(certificate.department),
        certificate.issued_on.isoformat(),
        coloured((f"{until} expired", "bold red")) if certificate.expired(today) else until,
    )


def _both(named: Named) -> str:
    name = named.name
    return name.zh if name.zh == name.en else f"{name.zh} {name.en}"
