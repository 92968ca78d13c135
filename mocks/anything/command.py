"""`python -m mocks anything --contract FILE`: a mock of any contract, on the wire."""

import argparse
import json
import logging
import math
import socket
import sys
from datetime import date, datetime
from pathlib import Path

import uvicorn

from mocks.anything.bad_days import BadDays
from mocks.anything.exchange import Options
from mocks.anything.expected import read_expected
from mocks.anything.opened import opened
from mocks.anything.refusal import Refused
from mocks.anything.server import Served
from mocks.core.clock import SHANGHAI, real_now
from mocks.faults.line import lent

_LONGEST_S = 3600.0


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its arguments."""
    one = commands.add_parser(
        "anything", help="a mock of any WSDL or OpenAPI file", description=__doc__
    )
    one.add_argument(
        "--contract", type=Path, required=True, help="WSDL, or OpenAPI in JSON or YAML"
    )
    one.add_argument("--root", type=Path, help="folder that holds all of it; the file's own")
    one.add_argument("--service", help="WSDL: the service; the first with SOAP if absent")
    one.add_argument("--port-name", help="WSDL: the port")
    one.add_argument("--examples", type=Path, help="folder of recorded examples (*.json)")
    one.add_argument("--expected", type=Path, help="what is expected of the replies, as JSON")
    one.add_argument("--path", default="", help="serve under this path")
    one.add_argument("--seed", type=int, default=0, help="other data for another number")
    one.add_argument("--today", type=date.fromisoformat, help="the day dates are near to")
    one.add_argument("--host", default="127.0.0.1")
    one.add_argument("--port", type=int, default=0, help="0 takes a free one")
    one.add_argument("--latency", type=_span, default=(0.0, 0.0), help="seconds: 0.2 or 0.1-0.5")
    one.add_argument(
        "--fault", action="append", default=[], help="KIND[,KEY=VALUE…]: docs/mocks.md"
    )
    one.add_argument("--require-auth", action="store_true", help="401 where credentials miss")
    one.add_argument(
        "--describe", action="store_true", help="print the operations as JSON, and end"
    )

    one.add_argument("--setting", help="say this setting, which leads a gateway here")


def run(arguments: argparse.Namespace) -> int:
    """Exit code: 0 when told to stop or described, 1 for a contract that is not served."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    today = arguments.today or datetime.fromtimestamp(real_now(), SHANGHAI).date()
    try:
        options = Options(
            seed=arguments.seed,
            today=today,
            path=arguments.path,
            require_auth=arguments.require_auth,
            expected=read_expected(arguments.expected) if arguments.expected else {},
        )
        served = opened(
            arguments.contract,
            options,
            root=arguments.root,
            service=arguments.service,
            port=arguments.port_name,
            examples=arguments.examples,
        )
        served.latency = arguments.latency
        protocol = "soap" if served.soap else "rest"
        declared = {kind for one in options.expected.values() for kind in one.failures}
        operations = [operation["name"] for operation in served.mock.operations()]
        served.bad_days = BadDays.of(
            arguments.fault, protocol, declared, operations, seed=arguments.seed
        )
        if arguments.describe:
            _say(json.dumps(served.mock.operations(), ensure_ascii=False, indent=2))
            return 0
        _serve(served, arguments)
    except (Refused, OSError) as refused:
        print(f"not served: {refused}", file=sys.stderr)  # noqa: T201 - a command's last word
        return 1
    return 0


def _serve(served: Served, arguments: argparse.Namespace) -> None:
    host, port = arguments.host, arguments.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        _say(f"{served.published.name} is served: {address}{served.published.path}")
        for operation in served.mock.operations():
            _say("  " + _line(operation))
        if arguments.setting:
            _say(f'setting: {arguments.setting} = "{address}"')
        _say(f"journal: {address}/__mock/")
        config = uvicorn.Config(
            served.application(),
            log_level="warning",
            access_log=False,
            http=lent(served.bad_days),
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _line(operation: dict[str, object]) -> str:
    action = operation.get("action")
    told = f"  action {action}" if action else ""
    return f"{operation['method']:6} {operation['path']}  {operation['name']}{told}"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command speaks


def _span(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    try:
        span = float(low), float(high or low)
    except ValueError:
        span = math.nan, math.nan
    if not 0 <= span[0] <= span[1] <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text}: is neither 0.2 nor 0.1-0.5")
    return span
