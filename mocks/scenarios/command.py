"""`onething mocks scenarios`: what there is, what a file means, what is wrong with it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mocks.scenarios.control import (
    Scenarios,
    SpoiledChoice,
    Summary,
    WrongScenario,
    all_terms,
)
from mocks.scenarios.model import Mistake
from mocks.scenarios.reading import read
from mocks.scenarios.reference import keys_as_markdown, library_as_markdown


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command and its arguments."""
    scenarios = commands.add_parser("scenarios", help="what filings may meet")
    acts = scenarios.add_subparsers(dest="act", required=True)
    listed = acts.add_parser("list", help="every scenario; those in force bear a star")
    listed.add_argument("--state", type=Path, default=Path(".dev/mocks"), help="state folder")
    listed.add_argument("--markdown", action="store_true", help="as the table in docs/scenarios.md")
    checked = acts.add_parser("check", help="every mistake of these files at once")
    checked.add_argument("files", type=Path, nargs="+")
    acts.add_parser("keys", help="every key of a file, as the tables in docs/scenarios.md")


def run(arguments: argparse.Namespace) -> int:
    """Exit code: 0, or 1 when a file has mistakes."""
    if arguments.act == "keys":
        _say(keys_as_markdown())
        return 0
    try:
        if arguments.act == "list":
            _say(_listed(Scenarios(arguments.state).known(), markdown=arguments.markdown))
        else:
            _say(_checked(arguments.files))
    except (SpoiledChoice, WrongScenario) as wrong:
        print(wrong, file=sys.stderr)  # noqa: T201 - a command's last word
        return 1
    return 0


def _listed(known: Sequence[Summary], *, markdown: bool) -> str:
    if markdown:
        return library_as_markdown(known)
    width = max(len(summary.id) for summary in known)
    return "\n".join(
        f"{'*' if one.active else ' '} {one.id:<{width}}  {one.en} · {one.zh}" for one in known
    )


def _checked(files: Sequence[Path]) -> str:
    terms = all_terms()
    mistakes: list[Mistake] = []
    right: list[str] = []
    for file in [one for named in files for one in _in(named)]:
        try:
            right.append(f"{file}: {read(file, terms).en}")
        except WrongScenario as wrong:
            mistakes += wrong.mistakes
    if mistakes:
        raise WrongScenario(mistakes)
    return "\n".join(right)


def _in(named: Path) -> Sequence[Path]:
    """A file, or every scenario file of a folder; WrongScenario where there is none in it."""
    if not named.is_dir():
        return [named]
    if found := sorted(named.glob("*.toml")):
        return found
    remedy = "name a folder with files like lunch_break.toml, or the files"
    mistake = Mistake(file=str(named), key="", sentence="has no scenario file", remedy=remedy)
    raise WrongScenario([mistake])


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a command's answer
