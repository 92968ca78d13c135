"""What is kept beside a store tells when it is older; it decides nothing about a filing."""

import os
from pathlib import Path

from structlog.testing import capture_logs

from tests.gateway.cases.test_claim_age import outcomes


def full(point: str, reference: str) -> None:
    """From the first claim on, the disk of what is kept beside the store is full."""
    if point != "picked":
        return
    for name in Path("/proc/self/fd").iterdir():
        if name.is_symlink() and str(name.readlink()).endswith("cases.sqlite.claims"):
            instead = os.open("/dev/full", os.O_RDWR)
            os.dup2(instead, int(name.name))
            os.close(instead)


async def test_a_filing_is_sent_though_its_claim_cannot_be_counted_beside_the_store(
    tmp_path: Path,
) -> None:
    with capture_logs() as logs:
        tried, posts = await outcomes(tmp_path / "cases.sqlite", full)

    assert tried == ["ok"]
    assert len(posts) == 1
    told = {entry["log_level"] for entry in logs if entry["event"] == "store.claim_not_counted"}
    assert told == {"warning"}
