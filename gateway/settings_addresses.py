"""What addresses of systems, stores and caches say, read as those who use them read them."""

import ipaddress
import re
from urllib.parse import unquote, urlsplit

# Between `://` and the last `@`: a password may hold what ends a host elsewhere (`/`, `?`, `#`).
_LOGIN = re.compile(r"(?<=://)([^:@]*):.*@", re.DOTALL)
# As SQLAlchemy reads the address of a store.
_STORE = re.compile(
    r"[\w+]+://([^:/]*(:(?P<password>[^@]*))?@)?(\[(?P<v6>[^/?]+)\]|(?P<host>[^/:?]+))?"
)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches this host name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def without_password(url: str) -> str:
    """The address with `***` in place of the password in it, whatever characters that is of."""
    try:
        urlsplit(url)
    except ValueError:
        return "***"
    if "password" in url.partition("?")[2].lower():
        return f"{url.partition('://')[0]}://***"
    return _LOGIN.sub(r"\1:***@", url)


def host_of(url: str) -> str:
    """The host it names; empty when it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def store_kind(url: str) -> str:
    """`sqlite`, `postgresql` or whatever stands there."""
    return scheme_of(url).partition("+")[0]


def scheme_of(url: str) -> str:
    """What stands before `://`; empty when nothing does."""
    return url.partition("://")[0] if "://" in url else ""


def torn(url: str) -> bool:
    """Whether its password, or its port, ends where a host would."""
    try:
        parts = urlsplit(url)
        return parts.port == 0 or "@" in url.partition(parts.netloc or "://")[2]
    except ValueError:
        return True


def store_host(url: str) -> str:
    """The host of a store's address; empty when it names none."""
    parts = _STORE.match(url)
    return "" if parts is None else parts["v6"] or parts["host"] or ""


def store_password(url: str) -> str | None:
    """The password of a store, as its driver would be given it; None when there is none."""
    parts = _STORE.match(url)
    password = parts and parts["password"]
    return None if password is None else unquote(password)
