"""`python -m mocks record` and `replay`: a real system kept, and played again."""

import argparse
import asyncio
import logging
import os
import re
import shutil
import socket
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.types import ASGIApp

from mocks.anything.refusal import Refused
from mocks.recording.by_contract import played
from mocks.recording.kept import Recording
from mocks.recording.proxy import Proxy
from mocks.recording.replay import Replay
from mocks.recording.rules import FILE, WrongRules, blanked, redaction_of

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_FOLDER = Path(".dev/recordings")
_CAP, _MOST, _WITHIN_S = 5_000_000, 1000, 30.0


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The two commands."""
    record = commands.add_parser("record", help="keep what passes to a real system, redacted")
    record.add_argument(
        "--to", type=_url, required=True, metavar="URL", help="the real system: https://host/base"
    )
    record.add_argument("--as", dest="name", type=_name, required=True, help="the recording's name")
    record.add_argument("--rules", type=Path, help="further redaction: TOML (docs/mock-admin.md)")
    record.add_argument("--more", action="store_true", help="add to a recording that is there")
    record.add_argument(
        "--cap",
        type=int,
        default=_CAP,
        help=f"bytes of a body that are kept ({_CAP}); a longer one passes",
    )
    record.add_argument(
        "--most", type=int, default=_MOST, help=f"exchanges that are kept ({_MOST})"
    )
    record.add_argument(
        "--within",
        type=float,
        default=_WITHIN_S,
        help=f"seconds an exchange lasts at most ({_WITHIN_S:g})",
    )
    record.add_argument("--for", dest="for_s", type=float, help="seconds after which it ends")
    replay = commands.add_parser("replay", help="play a recording again")
    replay.add_argument("name", type=_name)
    replay.add_argument("--near", action="store_true", help="the nearest request answers too")
    replay.add_argument("--contract", type=Path, help="WSDL or OpenAPI: what breaks it is left out")
    for command in (record, replay):
        command.add_argument("--folder", type=Path, default=_FOLDER, help="where recordings are")
        command.add_argument("--host", default="127.0.0.1")
        command.add_argument("--port", type=int, default=0, help="0 takes a free one")


def run(arguments: argparse.Namespace) -> int:
    """Exit code: 0 when told to stop, 1 for what cannot be recorded or played."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        with suppress(KeyboardInterrupt):
            act = _record if arguments.command == "record" else _replay
            return act(arguments, arguments.folder / arguments.name)
    except BrokenPipeError:
        raise  # nobody hears what was kept
    except (Refused, WrongRules, OSError) as refused:
        print(f"not {arguments.command}ed: {refused}", file=sys.stderr)  # noqa: T201 - a command's last word
        return 1
    return 0


def _record(arguments: argparse.Namespace, folder: Path) -> int:
    if any(folder.glob("*.json")) and not arguments.more:
        raise Refused(f"{folder}: is there already — choose another name, or add --more")
    rules = arguments.rules or _own_rules(folder)  # what was masked at first still is
    recording = Recording(folder=folder, redaction=redaction_of(rules), most=arguments.most)
    if arguments.rules and arguments.rules.resolve() != (folder / FILE).resolve():
        shutil.copyfile(arguments.rules, folder / FILE)
    with suppress(KeyboardInterrupt):
        asyncio.run(_recording(arguments, recording))
    exchanges = "1 exchange" if recording.kept == 1 else f"{recording.kept} exchanges"
    _say(f"{exchanges} in {folder}")
    return 0


def _own_rules(folder: Path) -> Path | None:
    return folder / FILE if (folder / FILE).exists() else None


async def _recording(arguments: argparse.Namespace, recording: Recording) -> None:
    async with line() as passing_on:
        proxy = Proxy(
            to=arguments.to, recording=recording, line=passing_on,
            cap=arguments.cap, within_s=arguments.within,
        )  # fmt: skip
        what = f"recording {arguments.to} as {arguments.name}"
        with suppress(TimeoutError):
            async with asyncio.timeout(arguments.for_s):
                await _serve(proxy, arguments, what)


def line() -> httpx.AsyncHTTPTransport:
    """A way to the real system: by no proxy, trusting whom the machine (or SSL_CERT_FILE) does."""
    limits = httpx.Limits(max_connections=100)
    trusted = ssl.create_default_context()
    return httpx.AsyncHTTPTransport(verify=trusted, trust_env=False, limits=limits)


def _replay(arguments: argparse.Namespace, folder: Path) -> int:
    if not any(folder.glob("*.json")):
        raise Refused(f"{folder}: holds no recording — onething mocks record --to URL --as NAME")
    redaction = blanked(redaction_of(_own_rules(folder)))
    if arguments.contract:
        served, replay = played(arguments.contract, folder, redaction, near=arguments.near)
        app = served.application()
    else:
        replay = Replay(folder, redaction, near=arguments.near)
        app = replay.application()
    asyncio.run(_serve(app, arguments, f"{len(replay)} requests of {folder}"))
    return 0


async def _serve(app: ASGIApp, arguments: argparse.Namespace, what: str) -> None:
    with _listening(arguments.host, arguments.port) as listener:
        _say(f"{what}: http://{arguments.host}:{listener.getsockname()[1]}")
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", ws="none",
            server_header=False, date_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        await uvicorn.Server(config).serve(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as wrong:
        number = wrong.errno if isinstance(wrong, OSError) else None
        why = os.strerror(number) if number and number > 0 else str(wrong)
        step = "name another --port; 0 takes a free one"
        raise Refused(f"{host}:{port}: {why} — {step}") from None


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command speaks


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text}: is no address like https://host/base")
    if "@" in parts.netloc:
        raise argparse.ArgumentTypeError("holds a password — let the client send it: https://host")
    return text.rstrip("/")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: use lower-case letters, digits, - and _")
    return text
