"""Keep the call just made as an example of its department."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.conformance.examples import failure, plain
from adapters.conformance.keeping import Made, NotKept, example_of
from adapters.conformance.subject import Subject
from adapters.errors import AdapterError, NotCalled, Refused
from gateway.cli.call_report import Report, tell
from gateway.cli.declared_calls import KINDS, Declared
from gateway.cli.output import FAILED, MISUSED, Speaker, Stop
from gateway.cli.plugged import recorded_with
from schema.domain.problem import ProblemCode

_SHOWN = "an example shows an answer, a refusal or busy"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The example that is wanted."""

    name: str
    about: str | None
    force: bool

    def file(self, folder: Path) -> Path:
        """Where it stands in a department's folder."""
        return folder / "examples" / f"{self.name}.json"


def ready(folder: Path, operation: str, keeping: Keeping) -> None:
    """Stop, before anything is sent, when the example could not be written."""
    if operation.partition(".")[0] not in KINDS:
        raise Stop(
            [f"{operation} is an operation of the contract; an example shows what is declared"],
            next_step="call what the manifest declares: registers.…, verbs.…, services.…",
            code=MISUSED,
        )
    if not _NAME.fullmatch(keeping.name):
        sentence = f"{keeping.name!r} is no name of an example"
        step = "use lower-case letters, digits, - and _, at most 80"
        raise Stop([sentence], next_step=step, code=MISUSED)
    if keeping.file(folder).exists() and not keeping.force:
        step = "choose another name, or add --force to write over it"
        raise Stop([f"{keeping.file(folder)} is there already"], next_step=step, code=MISUSED)


def keep(
    speaker: Speaker, report: Report, keeping: Keeping, *, raw_only: bool, as_json: bool
) -> None:
    """Show the call and write the example; Stop, and nothing written, when it does not replay.

    A refusal is an example too, and so is "busy"; any other failure shows nothing.
    """
    try:
        report.example = _written(report, keeping)
    except NotKept as no:
        tell(speaker, report, raw_only=raw_only, as_json=as_json)
        sentence = report.mask.text(f"no example was written: {no}")
        raise Stop([sentence], next_step=no.remedy, code=FAILED) from no
    tell(speaker, report, raw_only=raw_only, as_json=as_json)


def _written(report: Report, keeping: Keeping) -> Path:
    declared, manifest = report.declared, report.manifest
    if declared is None:
        raise NotKept("the call is not a declared one", "call what the manifest declares")
    _went_well(report)
    subject = Subject(
        folder=manifest.folder,
        credentials=recorded_with(manifest.id),
        secrets=report.endpoint.credentials,
    )
    told = asyncio.run(example_of(subject, _made(report, declared, keeping)))
    file = keeping.file(manifest.folder)
    try:
        file.parent.mkdir(exist_ok=True)
        text = json.dumps(told, ensure_ascii=False, indent=1)
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise NotKept(f"{file}: {error.strerror}", "write it into a folder of yours") from error
    return file


def _went_well(report: Report) -> None:
    """NotKept for a call, or a key of it, that failed; a line that broke is told by its silence."""
    if any(exchange.reply is None for exchange in report.exchanges):
        return
    of_keys = report.value.values() if isinstance(report.value, Mapping) else ()
    for error in (report.error, *of_keys):
        if isinstance(error, AdapterError) and not _said_no(error):
            sentence = f"{type(error).__name__}: {error}; {_SHOWN}"
            raise NotKept(sentence, report.remedy_of(error))


def _said_no(error: AdapterError) -> bool:
    busy = error.code is ProblemCode.DEPARTMENT_BUSY and not isinstance(error, NotCalled)
    return isinstance(error, Refused) or busy


def _made(report: Report, declared: Declared, keeping: Keeping) -> Made:
    error = report.error
    gave = {"gives": plain(report.value)} if error is None else {"fails": failure(error)}
    return Made(
        about=keeping.about or report.asked,
        call=declared.call,
        arguments=declared.arguments,
        exchanges=report.exchanges,
        outcome=gave,
    )
