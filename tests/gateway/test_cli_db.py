"""`onething db`: what it does to a store, and what it refuses."""

import fcntl
import sqlite3
from pathlib import Path

import orjson
import pytest

from tests.gateway.terminal import Terminal

STORE = ("--profile", "dev", "--set", "store.url=sqlite:///store.sqlite")


def facts() -> dict[str, str]:
    with sqlite3.connect("store.sqlite") as connection:
        return dict(connection.execute("SELECT name, value FROM ot_fact"))


def test_migrate_says_from_where_to_where_and_then_that_nothing_is_missing(
    terminal: Terminal,
) -> None:
    assert terminal.run("db", "migrate", *STORE) == 0
    assert "empty → 0003" in terminal.out
    assert terminal.run("db", "migrate", *STORE, "--json") == 0
    assert orjson.loads(terminal.out) == {"before": "0003", "after": "0003"}


@pytest.mark.parametrize(
    "command",
    [
        ("migrate",),
        ("copy", "--to", "sqlite:///copy.sqlite"),
        ("restored",),
        ("take-back", "--copy-was-never-used"),
        ("reconcile",),
    ],
)
def test_a_store_another_process_has_is_left_alone(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    assert terminal.run("db", "migrate", *STORE) == 0
    with Path("store.sqlite.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert terminal.run("db", *command, *STORE) == 1

    assert "in use by another gateway process" in terminal.err
    assert "next: " in terminal.err


def test_a_database_that_is_down_is_said_to_be_down(terminal: Terminal) -> None:
    nowhere = "store.url=postgresql://me:hidden@127.0.0.1:9/cases"

    assert terminal.run("db", "migrate", "--profile", "dev", "--set", nowhere) == 1
    assert "does not answer" in terminal.err
    assert "hidden" not in terminal.out + terminal.err


def test_a_copy_is_told_table_by_table_and_its_source_starts_no_gateway(
    terminal: Terminal,
) -> None:
    assert terminal.run("db", "copy", "--to", "sqlite:///copy.sqlite", "--json", *STORE) == 0
    assert orjson.loads(terminal.out)["ot_case"] == 0

    assert terminal.run("serve", "--port", "0", *STORE) == 1
    assert "go on in sqlite:///copy.sqlite" in terminal.err
    assert terminal.run("db", "take-back", *STORE) == 2
    assert terminal.run("db", "take-back", "--copy-was-never-used", *STORE) == 0
    assert "moved_to" not in facts()


@pytest.mark.parametrize("to", ["mysql://x/y", "nonsense", "sqlite:///store.sqlite"])
def test_what_is_no_other_store_is_no_target(terminal: Terminal, to: str) -> None:
    assert terminal.run("db", "copy", "--to", to, *STORE) == 2
    assert "next: " in terminal.err


def test_restored_is_noted_for_the_next_start(terminal: Terminal) -> None:
    assert terminal.run("db", "restored", *STORE) == 0
    assert "restored" in facts()


def test_departments_that_are_down_leave_reconciliation_open(terminal: Terminal) -> None:
    assert terminal.run("db", "reconcile", "--department", "greening", *STORE) == 1
    assert "greening: could not be asked" in terminal.err
    assert terminal.run("db", "reconcile", "--department", "police", *STORE) == 1
    assert "name one of construction, fire" in terminal.err
