"""`python -m mocks serve`: the departments' systems, each a process, and their controls."""

import argparse
import asyncio
import gc
import signal
import sys
from pathlib import Path

import uvicorn

from mocks.admin.application import application
from mocks.anything.exchange import asking, did_you_mean
from mocks.core.folder import InUse, held
from mocks.core.kit import DEPARTMENTS
from mocks.core.seed import OtherSeed, keep_seed, parsed
from mocks.ports import free_ports, is_free
from mocks.scenarios.control import Scenarios, SpoiledChoice, UnknownScenario, WrongScenario
from mocks.scenarios.library import replaced
from mocks.supervisor import NotStarted, Supervisor, refuse_taken

_BASE = 8100
_MOST_WORKERS = 32
_TURN_S = 0.0005
_CHOICES = (SpoiledChoice, UnknownScenario, WrongScenario)  # of what is to be played


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command and its arguments."""
    served = commands.add_parser("serve", help="all departments and the controls")
    served.add_argument("--port-base", type=_base, default=_BASE, help="controls; 0: free ports")
    served.add_argument("--only", type=_some, help="some departments, separated by commas")
    served.add_argument("--workers", type=_workers, default=1, help="processes a department")
    served.add_argument("--seed", type=parsed, help="of all data, decisions and draws")
    served.add_argument("--scenario", action="append", help="play this one; may be repeated")
    served.add_argument("--scenarios", type=Path, help="a folder with scenario files of your own")
    served.add_argument("--state", type=Path, default=Path(".dev/mocks"), help="state folder")
    served.add_argument("--host", type=_host, default="127.0.0.1", help="where all of it listens")
    served.add_argument("--callback-base", help="where departments call back to")


def run(arguments: argparse.Namespace) -> int:
    """Exit code: 0 when told to stop, 1 when something could not start."""
    # uvicorn hands a signal on once it has stopped; unhandled, it would end us before the children
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return asyncio.run(_run(arguments))
    except KeyboardInterrupt:
        return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


async def _run(arguments: argparse.Namespace) -> int:
    wanted = arguments.only or list(DEPARTMENTS)
    admin_port, ports = _ports(arguments.host, arguments.port_base, wanted)
    supervisor = Supervisor(
        state=arguments.state,
        host=arguments.host,
        ports=ports,
        callback_base=arguments.callback_base,
        workers=arguments.workers,
    )
    config = uvicorn.Config(
        application(supervisor),
        host=arguments.host,
        port=admin_port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    try:
        with held(arguments.state):
            await _served(arguments, supervisor, config)
    except BrokenPipeError:
        raise  # nobody hears that it is up
    except (InUse, NotStarted, OSError, OtherSeed, *_CHOICES) as failed:
        print(f"not started: {failed}", file=sys.stderr)  # noqa: T201 - a command's last word
        return 1
    return 0


async def _served(
    arguments: argparse.Namespace, supervisor: Supervisor, config: uvicorn.Config
) -> None:
    try:
        refuse_taken(config.host, [config.port, *supervisor.ports.values()])
        prepare(arguments)
        await supervisor.start_all(config.port)
        gc.freeze()  # a reset does not wait while all that was imported is looked through
        sys.setswitchinterval(_TURN_S)  # nor while the journal is, in its thread
        where = f"http://{config.host}:{config.port}/__admin/"
        for department in supervisor.spoiled:
            said = (
                f"{department} is down until its ledger is right: onething mocks start {department}"
            )
            print(said, file=sys.stderr)  # noqa: T201 - a command
        count = len(supervisor.ports) - len(supervisor.spoiled)
        up = "1 department is up" if count == 1 else f"{count} departments are up"
        print(f"{up}: {where}", flush=True)  # noqa: T201 - a command
        await uvicorn.Server(config).serve()
    finally:
        await supervisor.stop_all()


def prepare(arguments: argparse.Namespace) -> None:
    """What the departments will find in their state folder; without options, what is there."""
    keep_seed(arguments.state, arguments.seed)
    if arguments.scenarios or arguments.scenario:
        chosen = Scenarios(arguments.state)
        if arguments.scenarios:
            chosen.use_folder(arguments.scenarios)
            for name in replaced(arguments.scenarios):
                said = f"{arguments.scenarios}/{name}.toml is played for the library's {name}"
                print(said, file=sys.stderr)  # noqa: T201 - a command
        if arguments.scenario:
            chosen.activate(arguments.scenario)


def _ports(host: str, base: int, wanted: list[str]) -> tuple[int, dict[str, int]]:
    if base == 0:
        admin, *free = free_ports(host, len(wanted) + 1)
        return admin, dict(zip(wanted, free, strict=True))
    return base, {name: base + 1 + DEPARTMENTS.index(name) for name in wanted}


def _base(text: str) -> int:
    highest = 65_535 - len(DEPARTMENTS)
    if not (text.isascii() and text.isdigit() and int(text) <= highest):
        what = f"{text}: a number up to {highest}, or 0: departments take the ports that follow"
        raise argparse.ArgumentTypeError(what)
    return int(text)


def _host(text: str) -> str:
    if not is_free(text, 0):
        raise argparse.ArgumentTypeError(f"{text}: is no IPv4 address of this machine")
    return text


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_WORKERS):
        raise argparse.ArgumentTypeError(f"{text}: a number from 1 to {_MOST_WORKERS}")
    return int(text)


def _some(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in DEPARTMENTS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown)}: not among {', '.join(DEPARTMENTS)}"
            + asking(did_you_mean(unknown[0], DEPARTMENTS) if unknown else None)
        )
    return names
