"""The report: for people in the terminal and on a page, for programs as JSON, and as exit code."""

import json
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

from rich.console import Console
from typer.testing import CliRunner

from adapters.conformance.checks import CHECKS
from adapters.conformance.html import page
from adapters.conformance.report import Report
from adapters.conformance.run import examine
from adapters.conformance.table import Checked, failed, not_applicable, passed, reached, skipped
from adapters.conformance.tiers import State, Tier
from gateway.cli.commands import app
from gateway.cli.department_checkwork import show
from gateway.cli.output import Speaker, guarded
from schema.domain.text import Text
from tests.adapters.conformance.bad.model import copied, told
from tests.adapters.examples import subject_of

OUTCOMES = {"failed": failed, "passed": passed, "skipped": skipped, "n/a": not_applicable}


def checked(**outcomes: str) -> list[Checked]:
    """All passed but these."""
    return [
        Checked(check=c, result=OUTCOMES[outcomes.get(c.id, "passed")]("seen <b>"), seconds=0.1)
        for c in CHECKS
    ]


def test_a_tier_is_reached_when_all_that_applies_up_to_it_passed() -> None:
    assert reached(checked()) is Tier.GOLD
    assert reached(checked(rate="failed")) is Tier.SILVER
    assert reached(checked(rate="skipped")) is Tier.SILVER
    assert reached(checked(rate="n/a", repeats="n/a")) is Tier.GOLD
    assert reached(checked(days="failed")) is Tier.BRONZE
    assert reached(checked(manifest="skipped", rate="failed")) is None


def report(**outcomes: str) -> Report:
    return Report(
        department="fire",
        name=Text(zh="消防", en="Fire"),
        against=None,
        asked=Tier.SILVER,
        checked=checked(**outcomes),
        seconds=1.0,
    )


class Reader(HTMLParser):
    """What a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_nothing_and_can_be_read_aloud() -> None:
    text = page(report(days="failed"))
    reader = Reader()
    reader.feed(text)
    tags = [tag for tag, _ in reader.tags]
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert tags.count("h1") == 1
    assert tags.count("h2") == tags.count("table") == tags.count("caption") == len(Tier)
    assert all(a.get("scope") in ("row", "col") for tag, a in reader.tags if tag == "th")
    assert "✗" in text
    assert "未通过" in text
    assert "seen &lt;b&gt;" in text
    assert "日期格式用 %Y" in text  # the remedy


async def test_a_department_that_cannot_be_started_is_told_why(tmp_path: Path) -> None:
    folder = copied(
        "health", tmp_path, told(('protocol = "rest"', 'protocol = "rest"\ncolour = 1'))
    )
    good = subject_of("health")
    found = await examine(type(good)(folder=folder, credentials=good.credentials))
    told_of = {one.check.id: one.result for one in found}
    assert told_of["manifest"].state is State.FAILED
    assert "colour" in told_of["manifest"].evidence
    assert told_of["examples_give"].state is State.SKIPPED
    assert reached(found) is None


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output of `onething departments check`."""
    runner, speaker = CliRunner(), Speaker()
    result = runner.invoke(app, ["departments", "check", *arguments], obj=speaker)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        error = result.exception

        def again() -> None:
            raise error

        return guarded(speaker, again), result.output
    return result.exit_code, result.output


def test_exit_code_0_when_the_tier_is_reached_and_1_when_not(tmp_path: Path) -> None:
    file = tmp_path / "health.html"
    code, output = run("health", "--json", "--html", str(file))
    whole = json.loads(output)
    assert (code, whole["tier"], whole["reached"]) == (0, "silver", True)
    assert {one["id"] for one in whole["checks"]} == {check.id for check in CHECKS}
    assert "<h1>" in file.read_text("utf-8")
    assert run("health", "--json", "--tier", "gold")[0] == 1


def test_a_mistake_of_the_manifest_is_told_alone(tmp_path: Path) -> None:
    folder = copied(
        "health", tmp_path, told(('protocol = "rest"', 'protocol = "rest"\ncolour = 1'))
    )
    code, output = run(str(folder))
    lines = [line for line in output.splitlines() if line]
    assert (code, len(lines)) == (1, 2), output
    assert lines[0].startswith("department.toml:colour: is no known key — ")


def test_the_list_of_departments_breaks_no_word_on_80_columns() -> None:
    out = Console(file=StringIO(), width=80)
    runner = CliRunner()
    assert runner.invoke(app, ["departments", "list"], obj=Speaker(out=out)).exit_code == 0
    shown = out.file
    assert isinstance(shown, StringIO)
    words = set(shown.getvalue().split())
    assert {
        "construction",
        "Construction",
        "callback",
        "enterprise_registration",
        "business_licence",
    } <= words


def test_what_stands_in_the_way_comes_first_and_what_was_skipped_once() -> None:
    whole = said(report(days="failed", rate="skipped", repeats="skipped"))
    assert whole.index("(days)") < whole.index("(manifest)")
    assert "skipped: seen <b>: repeats, rate" in whole
    assert whole.splitlines()[-2:] == ["to reach silver:", whole.splitlines()[-1]]
    assert whole.splitlines()[-1].startswith("  days: ")


def test_what_lacks_is_told_tier_by_tier() -> None:
    lines = said(report(manifest="failed", days="failed"), failed_only=True).splitlines()
    assert [line.partition(": ")[0] for line in lines[-4:]] == [
        "to reach bronze:",
        "  manifest",
        "to reach silver:",
        "  days",
    ]


def test_no_check_above_the_tier_that_is_asked_is_made() -> None:
    code, output = run("health", "--json", "--tier", "bronze")
    whole = json.loads(output)
    assert (code, whole["tier"], whole["reached"]) == (0, "bronze", True)
    made = {one["id"] for one in whole["checks"]}
    assert made == {check.id for check in CHECKS if check.tier is Tier.BRONZE}


def test_what_passed_is_left_out_when_only_failures_are_asked_for() -> None:
    whole = said(report(days="failed"), failed_only=True)
    assert "(days)" in whole
    assert "(manifest)" not in whole


def said(whole: Report, *, failed_only: bool = False) -> str:
    """The report as the terminal shows it."""
    out = Console(file=StringIO(), width=80)
    show(Speaker(out=out), whole, as_json=False, failed_only=failed_only)
    shown = out.file
    assert isinstance(shown, StringIO)
    return shown.getvalue()


def test_exit_code_2_when_it_is_misused() -> None:
    assert run("nosuch")[0] == 2
    assert run("health", "--writes")[0] == 2
    assert run("health", "--against", "ftp://x")[0] == 2
    assert run("health", "--tier", "platinum")[0] == 2
