"""The work of `onething departments check`: find it, examine it, show what came of it."""

import asyncio
import time
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn

from adapters.conformance.checks import CHECKS
from adapters.conformance.html import MARKS, page
from adapters.conformance.live import live_rim
from adapters.conformance.report import STATE_NAMES, TIER_NAMES, Report
from adapters.conformance.report import as_json as report_as_json
from adapters.conformance.run import examine
from adapters.conformance.subject import Live, Subject
from adapters.conformance.table import Checked
from adapters.conformance.tiers import TIERS, State, Tier
from adapters.findings import did_you_mean
from adapters.manifest.read import FILE
from adapters.wire import Endpoint
from gateway.cli.loading import explained
from gateway.cli.output import MISUSED, Speaker, Stop, Words, coloured
from gateway.cli.plugged import plugged, recorded_with
from gateway.declared import endpoint_of
from gateway.settings import Settings
from schema.domain.text import Text

_COLOURS = {
    State.PASSED: "green",
    State.FAILED: "red",
    State.NOT_APPLICABLE: "dim",
    State.SKIPPED: "yellow",
}
_COLUMNS = ("", "check", "what was seen, and what to do")
_WELL = (State.PASSED, State.NOT_APPLICABLE)


def subject_of(
    department: str, settings: Settings, against: str | None, *, writes: bool
) -> Subject:
    """The department to examine; Stop with exit code 2 for what cannot be asked."""
    folder = _folder(department, settings)
    known = _known(folder.name, settings)
    live = _live(against, writes=writes, known=known)
    shown = recorded_with(folder.name)
    return Subject(folder=folder, credentials=shown, secrets=known.credentials, live=live)


def _folder(department: str, settings: Settings) -> Path:
    """The department's folder; Stop with exit code 2 when there is none."""
    if (Path(department) / FILE).is_file():
        return Path(department).resolve()
    known = plugged(settings)
    if department in known:
        return known[department].resolve()
    raise Stop(
        [f"there is no department {department!r} — {did_you_mean(department, known)}"],
        next_step="onething departments list, or give the path of its folder",
        code=MISUSED,
    )


def _live(against: str | None, *, writes: bool, known: Endpoint) -> Live | None:
    if against is None:
        if writes:
            raise Stop(["--writes says nothing without --against URL"], code=MISUSED)
        return None
    if not against.startswith(("http://", "https://")):
        raise Stop([f"--against {against!r} is no http or https address"], code=MISUSED)
    endpoint = Endpoint(url=against, credentials=known.credentials, client=known.client)
    return Live(endpoint=endpoint, writes=writes, rim=live_rim())


def _known(name: str, settings: Settings) -> Endpoint:
    """What the settings say of it; nothing where they do not name it."""
    if name not in settings.departments:
        return Endpoint(url="")
    with explained():
        return endpoint_of(settings, name)


def examined(speaker: Speaker, subject: Subject, tier: Tier | None, *, quiet: bool) -> Report:
    """What the checks up to a tier say of it, or all; progress is shown while they run."""
    checks = [check for check in CHECKS if check.tier in _up_to(tier or Tier.GOLD)]
    began = time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, console=speaker.err, transient=True, disable=quiet) as progress:
        task = progress.add_task(subject.folder.name, total=len(checks))

        def tell(one: Checked) -> None:
            progress.update(task, advance=1, description=one.check.title.zh)

        checked = asyncio.run(examine(subject, tell, checks))
    return Report(
        department=subject.folder.name,
        name=_name(subject),
        against=subject.live.endpoint.url if subject.live else None,
        asked=tier or Tier.SILVER,
        checked=checked,
        seconds=time.monotonic() - began,
    )


def _up_to(tier: Tier) -> tuple[Tier, ...]:
    return TIERS[: TIERS.index(tier) + 1]


def _name(subject: Subject) -> Text:
    try:
        return subject.manifest.name
    except LookupError:
        return Text(zh=subject.folder.name, en=subject.folder.name)


def write_page(report: Report, file: Path) -> None:
    """The report as a page in this file; Stop when it cannot be written."""
    try:
        file.write_text(page(report), encoding="utf-8")
    except OSError as error:
        raise Stop([f"--html {file}: {error.strerror}"], code=MISUSED) from None


def show(speaker: Speaker, report: Report, *, as_json: bool, failed_only: bool = False) -> None:
    """The report in the terminal, or for programs: what stands in the way first."""
    if as_json:
        speaker.json(report_as_json(report))
        return
    failures = [one for one in report.checked if one.result.state is State.FAILED]
    if failures:
        speaker.table("未通过 failed", _COLUMNS, [_row(one) for one in failures])
    _skipped(speaker, report)
    for tier in () if failed_only else TIERS:
        rest = [one for one in report.of(tier) if one.result.state in _WELL]
        if rest:
            name = TIER_NAMES[tier]
            speaker.table(f"{name.zh} {name.en}", _COLUMNS, [_row(one) for one in rest])
    colour = "green" if report.good else "red"
    speaker.say(coloured((report.conclusion.zh, colour)))
    speaker.say(coloured((report.conclusion.en, colour)))
    _lacking(speaker, report)


def tell(
    speaker: Speaker, subject: Subject, report: Report, *, as_json: bool, failed_only: bool
) -> None:
    """The mistakes of the manifest while there are any; else, and for programs, the report."""
    if subject.findings and not as_json:
        _mistakes(speaker, subject)
    else:
        show(speaker, report, as_json=as_json, failed_only=failed_only)


def _mistakes(speaker: Speaker, subject: Subject) -> None:
    """The mistakes of a manifest alone: while there are any, no other check says anything."""
    for finding in subject.findings:
        speaker.say(coloured((str(finding), "red")))
    speaker.say("修改以上各处后再检查 / mend these, then check again; nothing else was examined")


def _skipped(speaker: Speaker, report: Report) -> None:
    """The checks that could not be carried out, once for each reason."""
    reasons: dict[str, list[str]] = {}
    for one in report.checked:
        if one.result.state is State.SKIPPED:
            reasons.setdefault(one.result.evidence, []).append(one.check.id)
    for reason, names in reasons.items():
        mark = (f"{MARKS[State.SKIPPED]} {STATE_NAMES[State.SKIPPED].zh} skipped: ", "yellow")
        speaker.say(coloured(mark, f"{reason}: {', '.join(names)}"))


def _lacking(speaker: Speaker, report: Report) -> None:
    """What is left to do for the tier that was asked and those below it, one line each."""
    for tier in _up_to(report.asked):
        lacking = [one for one in report.of(tier) if one.result.state not in _WELL]
        if lacking:
            speaker.say(f"to reach {tier}:")
        for one in lacking:
            failed = one.result.state is State.FAILED
            mended = one.check.remedy.en if failed else one.result.evidence
            speaker.say(f"  {one.check.id}: {mended}")


def _row(one: Checked) -> tuple[Words, ...]:
    state, check = one.result.state, one.check
    seen = one.result.evidence
    if state is State.FAILED:
        seen += f"\n→ {check.remedy.zh}\n→ {check.remedy.en}"
    mark = coloured((f"{MARKS[state]} {STATE_NAMES[state].zh}", _COLOURS[state]))
    return mark, f"{check.title.zh}\n{check.title.en}\n({check.id})", seen
