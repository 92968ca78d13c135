"""A department that asks who calls before it listens: both ways show the certificate they have."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.errors import Misconfigured
from adapters.line.both import Line
from adapters.line.trust import trusting
from adapters.wire import ClientCertificate, Endpoint, WireRequest
from schema.domain.department import Limits
from tests.adapters.line.test_lean import OK, within
from tests.certificates import Issued, issued

LIMITS = Limits(timeout_s=5, concurrency=2, rate_per_s=0, processing_s=0, lookup_lag_s=0)
WAYS = pytest.mark.parametrize("asks", [True, False], ids=["asking", "changing"])
_WHY = r"refuses to speak with us: (certificate required|unknown ca|handshake failure)"
VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issued:
    """Who is trusted on both sides."""
    made = issued("authority")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.files(tmp_path, "authority")[0]))
    return made


class Guarded:
    """A department that asks for certificates, over sockets of its own: asyncio's server goes
    without a word where a handshake fails, others say why.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context, self._listening = context, socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.heard = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                came, _ = self._listening.accept()
            except OSError:
                return
            came.settimeout(5)
            with suppress(OSError):
                self._talk(came)

    def _talk(self, came: socket.socket) -> None:
        with self._context.wrap_socket(
            came, server_side=True, do_handshake_on_connect=False
        ) as talk:
            try:
                talk.do_handshake()
            except ssl.SSLError:
                talk.shutdown(socket.SHUT_WR)
                while socket.socket.recv(talk, 65_536):  # a reset would overtake the alert
                    pass
                raise
            while talk.recv(65_536):
                self.heard += 1
                talk.sendall(OK)


@pytest.fixture
def server(authority: Issued, tmp_path: Path, version: ssl.TLSVersion) -> Iterator[Guarded]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*issued("land", authority).files(tmp_path, "land"))
    context.load_verify_locations(tmp_path / "authority.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = version
    made = Guarded(context)
    yield made
    made.stop()


def line(server: Guarded, shown: ClientCertificate | None) -> Line:
    return Line("land", Endpoint(url=f"https://127.0.0.1:{server.port}", client=shown), LIMITS)


def request(*, asks: bool) -> WireRequest:
    return WireRequest(method="GET", path="/", headers={}, asks=asks)


@WAYS
@VERSIONS
@pytest.mark.parametrize("password", [None, "pässword"])
async def test_who_shows_its_certificate_is_answered(
    server: Guarded, authority: Issued, tmp_path: Path, asks: bool, password: str | None
) -> None:
    secret = None if password is None else password.encode()
    certificate, key = issued("onething", authority).files(tmp_path, "ours", secret)
    wire = line(server, ClientCertificate(certificate=certificate, key=key, password=password))
    try:
        for _ in range(2):
            assert (await wire.send(request(asks=asks), deadline=within(5))).body == b"ok"
    finally:
        await wire.aclose()


@WAYS
@VERSIONS
@pytest.mark.parametrize("known", [True, False], ids=["none", "of another authority"])
async def test_who_shows_none_or_a_strange_one_is_told_so_and_got_nothing(
    server: Guarded, tmp_path: Path, asks: bool, known: bool
) -> None:
    certificate, key = issued("onething", issued("elsewhere")).files(tmp_path, "ours")
    shown = None if known else ClientCertificate(certificate=certificate, key=key)
    wire = line(server, shown)
    try:
        with pytest.raises(Misconfigured, match=_WHY):
            await wire.send(request(asks=asks), deadline=within(5))
    finally:
        await wire.aclose()
    await asyncio.sleep(0)
    assert server.heard == 0


def test_the_authorities_are_read_once_whoever_is_spoken_to(tmp_path: Path) -> None:
    shown = [
        ClientCertificate(certificate=certificate, key=key)
        for certificate, key in (issued(name).files(tmp_path, name) for name in ("a", "b"))
    ]
    alike = [trusting("https://market.example"), trusting("https://fire.example")]
    own = [trusting("https://fire.example", one) for one in (*shown, *shown)]

    assert alike[0] is alike[1] is not None
    assert own[:2] == own[2:]
    assert len({id(one) for one in (*alike, *own)}) == 3
