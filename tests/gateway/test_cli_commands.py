"""The command line: what it says, what it exits with, and that bad files start nothing."""

import socket
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from gateway.cli.output import Speaker, Stop, coloured, guarded
from gateway.cli.schema_diff import compare
from tests.gateway.terminal import Terminal

BASE = "enum Kind { X } type Other { n: Int, s: String } type Query { o: Other, "
OLD = BASE + "a: Int, b: Kind }"


def test_every_command_is_in_the_help(terminal: Terminal) -> None:
    assert terminal.run("--help") == 0
    for command in (
        "serve",
        "mocks",
        "demo",
        "schema",
        "departments",
        "doctor",
        "config",
        "token",
        "cases",
        "db",
    ):
        assert command in terminal.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--nope"),
        ("dance",),
        ("serve", "--port", "many"),
        ("serve", "--profile", "dev", "--set", "server.port"),
        ("token", "--as", "mayor"),
        ("demo", "--from", "soon"),
    ],
)
def test_misuse_is_exit_2_without_a_traceback(
    terminal: Terminal, arguments: tuple[str, ...]
) -> None:
    assert terminal.run(*arguments) == 2
    assert "Traceback" not in terminal.out + terminal.err


def test_bad_settings_are_exit_78_with_every_finding_and_a_next_step(terminal: Terminal) -> None:
    Path("onething.toml").write_text("[server]\nport = 'many'\nhots = 1\n", encoding="utf-8")

    assert terminal.run("serve", "--profile", "dev") == 78
    assert "onething.toml:server.port: " in terminal.err
    assert "onething.toml:server.hots: " in terminal.err
    assert "next: " in terminal.err


def test_production_without_an_issuer_does_not_start(terminal: Terminal) -> None:
    assert terminal.run("serve") == 78
    assert "identity.issuer" in terminal.err


def test_bad_one_thing_is_exit_1_with_every_finding_and_nothing_started(
    terminal: Terminal, tmp_path: Path
) -> None:
    folder = tmp_path / "one_things"
    folder.mkdir()
    (folder / "picnic.toml").write_text('id = "picnic"\ncolour = "red"\n', encoding="utf-8")

    code = terminal.run("serve", "--profile", "dev", "--port", "0",
                        "--set", f"plugins.one_things={folder}")  # fmt: skip

    assert code == 1
    assert "picnic.toml:colour: " in terminal.err
    assert "picnic.toml:name: " in terminal.err
    assert not (tmp_path / ".dev" / "onething.sqlite").exists()


def test_bad_manifest_is_exit_1_with_every_finding(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "departments" / "parks"
    folder.mkdir(parents=True)
    (folder / "department.toml").write_text('id = "park"\nweather = "fine"\n', encoding="utf-8")

    code = terminal.run("departments", "list", "--set", f"plugins.departments={folder.parent}")

    assert code == 1
    assert "parks/department.toml:" in terminal.err
    assert len([line for line in terminal.err.splitlines() if line.startswith("parks/")]) > 1


def test_taken_port_is_exit_1_with_a_way_out(terminal: Terminal) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])

        assert terminal.run("serve", "--profile", "dev", "--port", port) == 1
        assert "--port" in terminal.err
        assert terminal.run("demo", "--once", "--port-base", "0", "--port", port) == 1

    assert f"port {port} is taken" in terminal.err


def test_config_show_masks_secrets_and_names_sources(terminal: Terminal) -> None:
    code = terminal.run("config", "show", "--profile", "dev", "--json", "--set", "server.port=9")

    shown = orjson.loads(terminal.out)
    assert code == 0
    assert shown["server.port"] == {"value": "9", "source": "flag"}
    assert shown["departments.market.client_secret"]["value"] == "***"
    assert "demo-secret" not in terminal.out


def test_version_is_told_in_json_too(terminal: Terminal) -> None:
    assert terminal.run("version", "--json") == 0
    assert {"onething", "python", "graphql-core"} <= set(orjson.loads(terminal.out))


def test_departments_are_listed_with_what_they_decide(terminal: Terminal) -> None:
    assert terminal.run("departments", "list", "--json") == 0
    listed = {row["id"]: row for row in orjson.loads(terminal.out)}
    assert listed["fire"]["services"] == ["fire_safety_inspection"]
    assert listed["fire"]["name"]["zh"]


def test_doctor_finds_every_department_and_says_what_to_do(terminal: Terminal) -> None:
    code = terminal.run("doctor", "--json", "--set", "departments.fire.url=http://127.0.0.1:9")

    checks = {row["check"]: row for row in orjson.loads(terminal.out)}
    assert code == 0
    assert checks["contracts"]["state"] == "ok"
    assert checks["department fire"]["state"] == "warn"
    assert checks["department fire"]["remedy"]


def test_doctor_fails_where_the_store_cannot_be_written(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    code = terminal.run("doctor", "--set", f"store.url=sqlite:///{tmp_path}/file/x.sqlite")

    assert code == 1
    assert "store: " in terminal.err


def test_clerk_token_is_made_without_mocks_and_the_applicants_says_to_start_them(
    terminal: Terminal,
) -> None:
    assert terminal.run("token", "--as", "clerk") == 0
    assert terminal.out.count(".") == 2

    nowhere = "clock.follow=http://127.0.0.1:9/__admin/clock"
    assert terminal.run("token", "--as", "applicant", "--set", nowhere) == 1
    assert "onething mocks" in terminal.err


def test_bug_is_one_line_and_a_traceback_only_on_demand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def bug() -> None:
        raise KeyError("oh")

    speaker = Speaker(out=Console(), err=Console(stderr=True))
    assert guarded(speaker, bug) == 1
    assert "Traceback" not in capsys.readouterr().err
    speaker.debug = True
    assert guarded(speaker, bug) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("new", "same", "breaking", "dangerous"),
    [
        (OLD, True, 0, 0),
        (BASE + "b: Kind, a: Int }", True, 0, 0),
        (BASE + "a: Int, b: Kind, c: Int }", False, 0, 0),
        (OLD.replace("{ X }", "{ X Y }"), False, 0, 1),
        (BASE + "b: Kind }", False, 1, 0),
        (BASE + "a: String, b: Kind }", False, 1, 0),
    ],
)
def test_schema_difference_is_sorted_by_what_it_does_to_clients(
    new: str, same: bool, breaking: int, dangerous: int
) -> None:
    found = compare(OLD, new, name="schema.graphql")

    assert (found.same, len(found.breaking), len(found.dangerous)) == (same, breaking, dangerous)


def test_committed_schema_that_is_none_is_named_with_its_line() -> None:
    with pytest.raises(Stop) as stop:
        compare("type Query {\n a: \n}", OLD, name="schema.graphql")

    assert stop.value.findings[0].startswith("schema.graphql:3: ")


def test_missing_committed_schema_says_how_to_write_it(terminal: Terminal) -> None:
    assert terminal.run("schema", "check", "--against", "nowhere.graphql") == 1
    assert "onething schema print" in terminal.err


def test_what_settings_hold_is_shown_as_it_is(terminal: Terminal) -> None:
    folder = ("--profile", "dev", "--set", "materials.folder=[/bold]/x")

    for command in (("config", "show"), ("doctor",)):
        assert terminal.run(*command, *folder) == 0
        assert "[/bold]/x" in terminal.out


def test_a_files_name_is_shown_as_it_is(terminal: Terminal) -> None:
    Path("[bold].graphql").write_text("type Query { a: Int }", encoding="utf-8")

    assert terminal.run("schema", "check", "--against", "[bold].graphql") == 1
    assert "[bold].graphql differs" in terminal.out


def test_lines_and_cells_are_text_and_colour_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    speaker = Speaker(out=Console(width=80, force_terminal=True, color_system="standard"))

    speaker.say("[red]a[/bold]\n\x1b[2J　b")
    speaker.say(coloured(("[red]a[/bold]\x1b[2J", "red"), " b"))
    speaker.table("[/bold]", ("a", "b"), [("[/bold]\nx", coloured(("[/red]", "red")))])

    out = capsys.readouterr().out
    assert out.startswith("[red]a[/bold]��[2J　b\n\x1b[31m[red]a[/bold]�[2J\x1b[0m b\n")
    assert out.count("[/bold]") == 4
    assert "\x1b[31m[/red]" in out
