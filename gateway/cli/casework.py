"""What `onething cases` prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.cli.case_options import CaseOptions
from gateway.cli.desk import RESOLVE, RETRY, SHOW, Desk, desk, told
from gateway.cli.output import Speaker, Stop, Words, coloured

_EMPTY = {"PARKED": "nothing is parked", "OVERDUE": "nothing is overdue"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Casework:
    """A desk, and how its answers are shown."""

    speaker: Speaker
    desk: Desk
    as_json: bool
    language: str

    def waiting(self, kind: str, department: str | None) -> None:
        """The waits of one kind, the most urgent first."""
        found = self.desk.waiting(kind, department)
        if self.as_json:
            self.speaker.json(found)
            return
        if not found:
            self.speaker.say(coloured((_EMPTY[kind], "green")))
            return
        columns = ("reference or case", "department", "why", "since", "due", "what to do")
        rows = [self._row(entry) for entry in found]
        self.speaker.table(f"{kind.lower()}: {len(found)}", columns, rows)

    def _row(self, entry: Mapping[str, Any]) -> tuple[Words, ...]:
        due = entry["dueOn"]
        named = entry["reference"] or f"{entry['case']}:{entry['item'] or '-'}"
        return (
            named,
            entry["department"] or "-",
            told(entry["text"], self.language),
            entry["since"][:16],
            coloured((due, "red")) if entry["overdue"] else due,
            told(entry["remedy"], self.language),
        )

    def show(self, number: str) -> None:
        """One case whole."""
        case = self.desk.ask(SHOW, id=number)["case"]
        if case is None:
            raise Stop([f"no case {number}, or it is not a clerk's to see"], next_step=_NUMBERS)
        if self.as_json:
            self.speaker.json(case)
            return
        since = f", since {case['submittedAt']}"
        self.speaker.say(coloured(f"{case['id']}: ", (case["state"], "bold"), since))
        self.speaker.table("steps", _STEP, [_step(step) for step in case["steps"]])
        self.speaker.table("waits", _WAIT, [self._wait(wait) for wait in case["waits"]])
        rows = [self._entry(entry) for entry in case["timeline"]]
        self.speaker.table("timeline", ("at", "item", "by", "what"), rows)

    def _wait(self, wait: Mapping[str, Any]) -> tuple[str, ...]:
        text = told(wait["text"], self.language)
        remedy = told(wait["remedy"], self.language) if wait["remedy"] else "-"
        when = (wait["since"][:16], wait["dueOn"])
        return wait["item"] or "-", wait["on"].lower(), text, *when, remedy

    def _entry(self, entry: Mapping[str, Any]) -> tuple[str, ...]:
        text = told(entry["text"], self.language)
        return entry["at"][:19], entry["item"] or "-", entry["actor"].lower(), text

    def retry(self, reference: str) -> None:
        """Order another round."""
        self._done(self.desk.change(RETRY, "retryFiling", reference=reference))

    def resolve(self, reference: str, receipt: str | None) -> None:
        """Tell what the department said."""
        given = {"reference": reference, "receipt": receipt}
        self._done(self.desk.change(RESOLVE, "resolveFiling", **given))

    def _done(self, case: Mapping[str, Any]) -> None:
        if self.as_json:
            self.speaker.json(case)
        else:
            now = f": {case['id']} is {case['state']}"
            self.speaker.say(coloured(("noted", "green"), now))


def casework(speaker: Speaker, options: CaseOptions) -> Casework:
    """The casework these options lead to."""
    language = "zh" if options.chinese else "en"
    return Casework(speaker=speaker, desk=desk(options), as_json=options.as_json, language=language)


_NUMBERS = "take a number from: onething cases parked"
_STEP = ("item", "department", "state", "receipt", "due", "trouble")
_WAIT = ("item", "on", "why", "since", "due", "what to do")


def _step(step: Mapping[str, Any]) -> tuple[str, ...]:
    department = step["department"]["id"] if step["department"] else "-"
    values = (step["state"], step["receipt"], step["dueOn"], step["problemCode"])
    return step["item"], department, *(str(value or "-") for value in values)
