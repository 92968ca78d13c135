"""`onething db`: what it does to a store, and what it refuses."""

import fcntl
import shutil
import sqlite3
from pathlib import Path

import orjson
import pytest

from gateway.cases.reconcile import Difference, Finding, Reconciled
from gateway.cli.output import Stop
from gateway.cli.reconciling import judge
from tests.gateway.terminal import Terminal

STORE = ("--profile", "dev", "--set", "store.url=sqlite:///store.sqlite")
DRAFT = (
    "INSERT INTO ot_draft (id, applicant_ref, one_thing, version, updated_at, submitted, revision) "
    "VALUES ('D', 'me', 'open_restaurant', '2026.1', '2026-03-02', 0, 1)"
)


def facts() -> dict[str, str]:
    with sqlite3.connect("store.sqlite") as connection:
        return dict(connection.execute("SELECT name, value FROM ot_fact"))


def test_migrate_says_from_where_to_where_and_then_that_nothing_is_missing(
    terminal: Terminal,
) -> None:
    assert terminal.run("db", "migrate", *STORE) == 0
    assert "empty → 0004" in terminal.out
    assert terminal.run("db", "migrate", *STORE, "--json") == 0
    assert orjson.loads(terminal.out) == {"before": "0004", "after": "0004"}


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
    assert terminal.err.startswith("postgresql://me@127.0.0.1:9/cases does not answer: ")
    assert "store.url" in terminal.err
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


@pytest.mark.parametrize(
    "to",
    [
        "mysql://x/y",
        "nonsense",
        "postgresql://host:port/name",
        "postgresql://host",
        "sqlite://",
        "postgresql://me@host/name?password=hidden",
    ],
)
def test_what_is_no_store_is_no_target(terminal: Terminal, to: str) -> None:
    assert terminal.run("db", "copy", "--to", to, *STORE) == 2
    assert terminal.err.startswith("--to ")
    assert "next: " in terminal.err
    assert "hidden" not in terminal.err


@pytest.mark.parametrize("spelt", ["store.sqlite", "./store.sqlite", "{here}/store.sqlite", "link"])
def test_the_store_itself_is_no_target_however_it_is_spelt(
    terminal: Terminal, tmp_path: Path, spelt: str
) -> None:
    Path("store.sqlite").touch()
    Path("link").symlink_to("store.sqlite")

    assert (
        terminal.run("db", "copy", "--to", f"sqlite:///{spelt.format(here=tmp_path)}", *STORE) == 2
    )
    assert "--to is the store itself" in terminal.err


def test_a_database_that_is_the_stores_own_is_no_target(terminal: Terminal) -> None:
    store = ("--profile", "dev", "--set", "store.url=postgresql://me:x@127.0.0.1/cases")

    to = "postgresql://other@127.0.0.1:5432/cases?sslmode=disable"
    assert terminal.run("db", "copy", "--to", to, *store) == 2
    assert "--to is the store itself" in terminal.err


def test_a_target_that_is_down_is_named_and_not_the_store(terminal: Terminal) -> None:
    to = "postgresql://me:hidden@127.0.0.1:9/cases"

    assert terminal.run("db", "copy", "--to", to, *STORE) == 1
    assert terminal.err.startswith("postgresql://me@127.0.0.1:9/cases does not answer: ")
    assert "correct --to" in terminal.err
    assert "store.url" not in terminal.err
    assert "hidden" not in terminal.err


def test_a_store_that_is_down_is_named_and_not_the_target(terminal: Terminal) -> None:
    down = ("--profile", "dev", "--set", "store.url=postgresql://me:hidden@127.0.0.1:9/cases")

    assert terminal.run("db", "copy", "--to", "sqlite:///copy.sqlite", *down) == 1
    assert terminal.err.startswith("postgresql://me@127.0.0.1:9/cases does not answer: ")
    assert "correct store.url" in terminal.err


@pytest.mark.parametrize("path", ["folder", "/proc/x", "file/x.sqlite", "file"])
def test_a_place_where_no_store_can_be_is_told_with_a_next_step(
    terminal: Terminal, path: str
) -> None:
    Path("folder").mkdir()
    Path("file").write_text("not a database, however long it is read\n" * 100, encoding="utf-8")
    url = f"sqlite:///{path}"
    store = ("--profile", "dev", "--set", f"store.url={url}")

    assert terminal.run("db", "copy", "--to", url, *STORE) == 1
    assert terminal.err.startswith(f"{url} cannot be used: ")
    assert "or name another file: --to" in terminal.err
    assert terminal.run("db", "migrate", *store) == 1
    assert terminal.err.startswith(f"{url} cannot be used: ")
    assert "or name another file: store.url" in terminal.err
    assert not Path("folder.lock").exists()


def test_a_gateway_is_not_started_on_a_folder(terminal: Terminal) -> None:
    Path("folder").mkdir()
    store = ("--profile", "dev", "--set", "store.url=sqlite:///folder")

    assert terminal.run("serve", "--port", "0", *store) == 1
    assert "sqlite:///folder cannot be used: it is a folder\nnext: " in terminal.err


@pytest.mark.parametrize(
    "url", ["postgresql://me:hidden@127.0.0.1:x/cases", "nothing", "sqlite://"]
)
def test_a_gateway_is_not_started_without_an_address_of_a_store(
    terminal: Terminal, url: str
) -> None:
    store = ("--profile", "dev", "--set", f"store.url={url}")

    assert terminal.run("serve", "--port", "0", *store) != 0
    assert "\nnext: " in terminal.err
    assert "internal error" not in terminal.err
    assert "hidden" not in terminal.err


def test_a_store_at_no_address_is_told(terminal: Terminal) -> None:
    store = ("--profile", "dev", "--set", "store.url=postgresql://me:hidden@127.0.0.1:x/cases")

    for command in (("migrate",), ("copy", "--to", "sqlite:///copy.sqlite")):
        assert terminal.run("db", *command, *store) == 1
        assert "postgresql://me:***@127.0.0.1:x/cases is no address of a store" in terminal.err


def test_a_copy_that_fails_says_what_the_database_said_and_how_to_go_on(
    terminal: Terminal,
) -> None:
    assert terminal.run("db", "migrate", *STORE) == 0
    shutil.copy("store.sqlite", "full.sqlite")
    shutil.copy("store.sqlite", "lacking.sqlite")
    with sqlite3.connect("store.sqlite") as store:
        store.execute(DRAFT)
    Path("store.sqlite.claims").write_text("0", encoding="ascii")  # a gateway has used it
    with sqlite3.connect("full.sqlite") as full:
        full.execute(
            "CREATE TRIGGER full BEFORE INSERT ON ot_draft "
            "BEGIN SELECT RAISE(ABORT, 'no room for it'); END"
        )
    with sqlite3.connect("lacking.sqlite") as lacking:
        lacking.execute("DROP TABLE ot_bundle")

    assert terminal.run("db", "copy", "--to", "sqlite:///full.sqlite", *STORE) == 1
    assert terminal.err.startswith("sqlite:///full.sqlite: ot_draft")
    assert "no room for it" in terminal.err
    assert "nothing was copied" in terminal.err
    assert terminal.run("db", "copy", "--to", "sqlite:///lacking.sqlite", *STORE) == 1
    assert "from sqlite:///store.sqlite to sqlite:///lacking.sqlite: " in terminal.err
    assert "no such table: ot_bundle" in terminal.err
    assert "nothing was copied" in terminal.err


def test_restored_is_noted_for_the_next_start(terminal: Terminal) -> None:
    assert terminal.run("db", "restored", *STORE) == 0
    assert "restored" in facts()


def test_departments_that_are_down_leave_reconciliation_open(terminal: Terminal) -> None:
    assert terminal.run("db", "reconcile", "--department", "greening", *STORE) == 1
    assert "greening: could not be asked" in terminal.err
    assert terminal.run("db", "reconcile", "--department", "police", *STORE) == 1
    assert "name one of construction, fire" in terminal.err


def test_what_a_clerk_has_to_look_at_hides_no_department_that_gave_no_answer() -> None:
    orphan = Finding(difference=Difference.ORPHAN, reference="C-1:C:file:1", receipt="F-1")
    made = [
        Reconciled(department="fire", asked=1, findings=[orphan]),
        Reconciled(department="market", asked=1, unanswered=1),
    ]

    with pytest.raises(Stop) as stop:
        judge(made)

    assert stop.value.findings == ("C-1:C:file:1: orphan", "market: could not be asked")
    assert stop.value.next_step is not None
    assert "ask the department" in stop.value.next_step
    assert "run it again" in stop.value.next_step


@pytest.mark.parametrize(
    "command", [("migrate",), ("copy", "--to", "sqlite:///copy.sqlite"), ("restored",)]
)
def test_a_department_that_cannot_be_used_stands_in_no_way_of_the_store(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    Path("departments/broken").mkdir(parents=True)
    Path("departments/broken/department.toml").write_text("nonsense", encoding="utf-8")
    store = (*STORE, "--set", "plugins.departments=departments")

    assert terminal.run("db", *command, *store) == 0, terminal.err
    assert terminal.run("db", "reconcile", *store) == 1
    assert terminal.err.endswith("next: correct these files; nothing was started\n")


def test_one_things_that_cannot_be_used_are_told_before_the_store_is_touched(
    terminal: Terminal,
) -> None:
    Path("things").mkdir()
    Path("things/broken.toml").write_text("nonsense", encoding="utf-8")

    assert terminal.run("db", "migrate", *STORE, "--set", "plugins.one_things=things") == 1
    assert terminal.err.startswith("broken.toml:toml: ")
    assert not Path("store.sqlite").exists()
