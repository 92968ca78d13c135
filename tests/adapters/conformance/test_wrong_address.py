"""A system that has none of the recorded records is not the one the examples were recorded at."""

from pathlib import Path

from adapters.conformance.bench import last_reply
from adapters.conformance.checks import CHECKS
from adapters.conformance.examples import Json
from adapters.conformance.recorded import Recorded
from adapters.conformance.standin import Heard
from adapters.wire import WireReply
from tests.adapters.conformance.bad.model import Bad
from tests.adapters.conformance.rejecting import rejecting

READS = [check for check in CHECKS if check.id in ("live_reads", "live_timings")]


class KnowsNobody(Recorded):
    """Every look-up finds nothing, within the contract."""

    def reply(self, heard: Heard, example: Json | None) -> WireReply:
        if example is not None and example["call"] == "read":
            return last_reply(self.subject.examples["read-parcel-parcel_no-absent"])
        return super().reply(heard, example)


class Elsewhere(Recorded):
    """Another server: whatever is asked, it answers 404 in plain text."""

    def reply(self, heard: Heard, example: Json | None) -> WireReply:
        kind = {"content-type": "text/plain"}
        return super().reply(heard, None)._replace(status=404, headers=kind, body=b"no")


async def test_records_that_are_gone_fail_the_live_reads(tmp_path: Path) -> None:
    told = await rejecting(Bad(base="planning", system=KnowsNobody), tmp_path, READS)
    assert "no record under 1 key(s) that had one" in told["live_reads"]


async def test_a_wrong_address_fails_reads_and_timings(tmp_path: Path) -> None:
    assert set(await rejecting(Bad(base="planning", system=Elsewhere), tmp_path, READS)) == {
        "live_reads",
        "live_timings",
    }
