"""The real gateway over a run's settings, made to die when told."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import uvicorn

from adapters.contract import Department
from gateway.app import Gateway
from gateway.cases.probe import Hooks
from gateway.declared import read_declared
from gateway.edge.fast_protocol import protocol_of
from gateway.settings import load_settings
from gateway.telemetry import configure_logging
from schema.domain.case import Verb
from schema.domain.delivery_rule import Rule, rule_for
from schema.domain.department import Repeats
from tests.chaos.dying import Death
from tests.chaos.in_mid_call import InMidCall
from tests.chaos.plan import Plan, RunFolder
from tests.chaos.versions import FIRST, migrations_of

_LONGEST_WAIT_S = 4.0  # bad days are dense here: waiting minutes for the next try shows nothing


def swift(department: Department, verb: Verb) -> Rule:
    """The rule as it is, with back-offs that end within the run."""
    return replace(rule_for(department.info, verb), longest_wait_s=_LONGEST_WAIT_S)


def naive(department: Department, verb: Verb) -> Rule:
    """Every department is taken for one that honours keys: what is unknown is sent again."""
    return replace(swift(department, verb), repeats=Repeats.KEY)


def hooks(plan: Plan, death: Death, version: str) -> Hooks:
    """The process's own way to die, its version's tables, and perhaps the wrong rule."""

    def wrap(inner: Department) -> Department:
        return InMidCall(inner, death)

    rule = naive if plan.naive else swift
    return Hooks(
        probe=death.reached,
        rule=rule,
        wrap=wrap,
        version=version,
        migrations=migrations_of(version),
    )


def main(words: Sequence[str] | None = None) -> None:
    """Serve until killed or told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--death", help="point:ordinal")
    parser.add_argument("--version", default=FIRST, help="of the program")
    asked = parser.parse_args(words)
    folder = RunFolder(asked.folder)
    plan = folder.read_plan()
    settings = load_settings(
        {**folder.read(folder.settings), "server.port": asked.port}, environ={}
    )
    configure_logging(format=settings.log.format, level=settings.log.level)
    made = hooks(plan, Death.told(asked.death), asked.version)
    gateway = Gateway(settings, read_declared(settings), made)
    folder.name_of(os.getpid()).write_text(gateway._cases._vigil.executor, encoding="ascii")
    app = gateway.application()
    uvicorn.run(
        app,
        http=protocol_of(app),
        host=settings.server.host,
        port=settings.server.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
    )


if __name__ == "__main__":
    main()
