"""The stateful counter every department works at: takes filings in, decides them in due time.

Everything it does is an entry in its ledger first; its state is what the entries add up to, so a
killed department comes back knowing all it ever acknowledged.

    desk.receive("case:A:file:1", "signboard", {...})   -> Filed(number="SR…", status=received)
    desk.tick()                                          -> the changes due by the virtual clock
    desk.by_number(n) · desk.by_reference(r) · desk.changed_since(cursor)
    desk.supplement(n, reference, {...}) · desk.withdraw(n, reference, reason)

How a filing fares is its course (`mocks.scenarios`): that of the scenario it meets, or else the
ordinary one of its service, which a text in the filing may change (补正, 违规, 搁置, 容缺). Outside
office hours a filing may be entered the next working morning only.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mocks.core.clock import VirtualClock
from mocks.core.entered import decided, opened, supplemented, withdrawn
from mocks.core.filed import (
    Change,
    Changes,
    Filed,
    Service,
    Status,
    UnknownNumber,
    UnknownService,
    WrongStatus,
)
from mocks.core.ledger import BrokenLedger, Entry, Ledger, digest
from mocks.core.licences import issue
from mocks.core.notes import note_for
from mocks.core.numbers import SEED
from mocks.core.remains import Remains
from mocks.scenarios.machine import draws, next_due, on_event
from mocks.scenarios.model import SUPPLEMENT, TAKES_MORE
from mocks.scenarios.playing import ORDINARY_DAYS, Playing


class Desk:
    """One department's filings. Not safe across threads; one process, one desk."""

    def __init__(
        self,
        department: str,
        ledger: Ledger,
        clock: VirtualClock,
        services: Sequence[Service],
        *,
        number: str = "{day:%Y%m%d}{seq:06d}",
        scenarios: Playing = ORDINARY_DAYS,
        seed: int = SEED,
    ) -> None:
        self.department = department
        self._scenarios, self._draw = scenarios, draws(seed, department)
        self.services = {service.id: service for service in services}
        self._ledger = ledger
        self._clock = clock
        self._number = number
        self.mornings = 0  # how often everything was forgotten
        self._remains = Remains()
        self._begin()
        for line, entry in enumerate(ledger.entries(), start=1):
            self._take_up(line, entry)

    def _take_up(self, line: int, entry: Entry) -> None:
        """Enter what an earlier process wrote; BrokenLedger for what none can have written."""
        try:
            self._apply(entry)
        except (AttributeError, KeyError, TypeError, ValueError) as wrong:
            said = f"{type(wrong).__name__} {wrong}"
            raise BrokenLedger(self._ledger.path, line, said) from None

    def _forget(self) -> None:
        self._remains.take(
            self._filings, self._by_reference, self._by_key, self._changes, self._due
        )
        self._begin()

    def _begin(self) -> None:
        self._filings: dict[str, Filed] = {}
        self._by_reference: dict[str, list[str]] = {}
        self._by_key: dict[str, str] = {}
        self._changes: list[Change] = []
        self._due: list[tuple[datetime, str]] = []
        self._count = 0

    # taking in

    def receive(
        self, reference: str, service: str, fields: Mapping[str, Any], *, key: str | None = None
    ) -> Filed:
        """Take a filing in; it is on disk when this returns. A repeat makes a second filing."""
        if service not in self.services:
            raise UnknownService(service)
        self.tick()  # what was due before is decided before
        now = self._clock.now()
        number = self._number.format(day=now.date(), seq=self._count + 1)
        self._write(
            "filing", now, number, reference=reference, service=service,
            digest=digest(fields), key=key, fields=dict(fields),
            scenario=self._scenarios.met_by(service, reference, fields),
            entered_at=self._scenarios.entered_at(now),
        )  # fmt: skip
        return self._filings[number]

    def supplement(self, number: str, reference: str, fields: Mapping[str, Any]) -> Filed:
        """Take more in where it is awaited or may follow; the same reference again is a no-op."""
        self.tick()
        filed = self.by_number(number)
        if reference and reference in filed.supplements:
            return filed
        state = on_event(filed.course, filed, SUPPLEMENT, self._draw)
        if filed.status not in TAKES_MORE or state is None:
            raise WrongStatus(filed.status)
        self._write(
            "supplement", self._clock.now(), number, reference=reference,
            service=filed.service, digest=digest(fields), fields=dict(fields),
            state=state, status=filed.course.states[state].status,
        )  # fmt: skip
        return self._filings[number]

    def withdraw(self, number: str, reference: str, reason: str) -> Filed:
        """Take a filing back; withdrawing it again changes nothing, a decided one stays."""
        self.tick()
        filed = self.by_number(number)
        if filed.status is Status.WITHDRAWN:
            return filed
        if filed.final:
            raise WrongStatus(filed.status)
        self._write(
            "withdrawal", self._clock.now(), number, reference=reference,
            service=filed.service, reason=reason,
        )  # fmt: skip
        return self._filings[number]

    # looking up

    def find(self, number: str) -> Filed | None:
        """The filing with this number, or None."""
        return self._filings.get(number)

    def by_number(self, number: str) -> Filed:
        """The filing with this number; UnknownNumber when there is none."""
        if (filed := self._filings.get(number)) is None:
            raise UnknownNumber(number)
        return filed

    def by_reference(self, reference: str) -> tuple[Filed, ...]:
        """All filings under the sender's reference, oldest first."""
        return tuple(self._filings[n] for n in self._by_reference.get(reference, ()))

    def by_key(self, key: str) -> Filed | None:
        """The filing made under an idempotency key, or None."""
        number = self._by_key.get(key)
        return self._filings[number] if number is not None else None

    @property
    def count(self) -> int:
        """How many filings there are."""
        return self._count

    def filings(self) -> tuple[Filed, ...]:
        """All filings, oldest first."""
        return tuple(self._filings.values())

    def changed_since(self, cursor: str | None, limit: int = 100) -> Changes:
        """The changes after `cursor`, oldest first; None or "" starts at the beginning."""
        after = int(cursor) if cursor else 0
        page = self._changes[after : after + limit]
        reached = after + len(page)
        return Changes(items=tuple(page), cursor=str(reached), more=reached < len(self._changes))

    # deciding

    def tick(self) -> list[Change]:
        """Take every step that is due by now, in order of time; return the changes made."""
        now, before = self._clock.now(), len(self._changes)
        if self._is_due(now):
            with self._ledger.together():
                while self._is_due(now):
                    self._decide(self._filings[self._due[0][1]])
        return self._changes[before:]

    def catch_up(self) -> bool:
        """Know all there is to know by now; True."""
        self.tick()
        return True

    def _is_due(self, now: datetime) -> bool:
        return (due := self.next_due()) is not None and due <= now

    def next_due(self) -> datetime | None:
        """When the next step of any filing is due; None when nothing is pending."""
        while self._due:
            at, number = self._due[0]
            filed = self._filings[number]
            if filed.pending and filed.pending[0].at == at:
                return at
            heapq.heappop(self._due)
        return None

    def reset(self) -> None:
        """Forget everything, also on disk; what that takes does not grow with what there was."""
        self._remains.take(self._ledger.clear())
        self._forget()
        self.mornings += 1

    def _decide(self, filed: Filed) -> None:
        due, service = filed.pending[0], self.services[filed.service]
        state = filed.course.states[due.state]
        dated = due.at - timedelta(days=state.days_back) if state.days_back else None
        paper, certificate = service.paper, filed.certificate
        if state.certificate and paper and certificate is None:
            certificate = issue(paper, (dated or due.at).date(), len(self._ledger) + 1)
        self._write(
            "decision", due.at, filed.number, reference=filed.reference,
            service=filed.service, status=due.status, state=due.state, dated=dated,
            note=note_for(state, filed.fields), reason_code=state.reason,
            certificate=certificate,
        )  # fmt: skip

    # what entries add up to

    def _write(self, kind: str, at: datetime, receipt: str, **data: Any) -> None:
        if (paper := data.get("certificate")) is not None:
            data["certificate"] = {
                "number": paper.number, "name": paper.name, "licence_id": paper.licence_id,
                "issued_on": paper.issued_on.isoformat(),
                "valid_until": paper.valid_until and paper.valid_until.isoformat(),
            }  # fmt: skip
        self._ledger.append(kind, at=at, receipt=receipt, **data)
        self._apply(self._ledger.last())

    def _apply(self, entry: Entry) -> None:
        match entry["kind"]:
            case "filing":
                self._keep(self._opened(entry))
            case "supplement":
                self._keep(supplemented(self._filings[entry["receipt"]], entry))
            case "decision":
                self._keep(decided(self._filings[entry["receipt"]], entry))
            case "withdrawal":
                self._keep(withdrawn(self._filings[entry["receipt"]], entry))
            case _:  # a callback that went out: a matter of the pump, not of the desk
                return

    def _opened(self, entry: Entry) -> Filed:
        self._count += 1
        self._by_reference.setdefault(entry["reference"], []).append(entry["receipt"])
        if entry["key"]:
            self._by_key[entry["key"]] = entry["receipt"]
        service = self.services[entry["service"]]
        return opened(
            entry, self._scenarios.course(entry.get("scenario"), service, entry["fields"])
        )

    def _keep(self, filed: Filed) -> None:
        """Enter the filing with what comes next for it, and note the change."""
        due = next_due(filed.course, filed, self._draw)
        filed = replace(filed, pending=(due,) if due else ())
        self._filings[filed.number] = filed
        self._changes.append(
            Change(
                seq=len(self._changes) + 1, number=filed.number, reference=filed.reference,
                service=filed.service, status=filed.status, at=filed.status_at, note=filed.note,
            )
        )  # fmt: skip
        if due:
            heapq.heappush(self._due, (due.at, filed.number))
