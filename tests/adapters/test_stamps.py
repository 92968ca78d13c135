"""The moment and the id of a call are made where its mapping takes them, and nowhere else."""

import json
from collections.abc import Iterator
from itertools import count

import pytest

from adapters.calls import Rim
from adapters.conformance.bench import last_reply
from adapters.conformance.replay import Replay
from adapters.findings import Findings
from adapters.manifest.read import FILE
from adapters.registry import build
from tests.adapters.examples import folder, manifest_of, subject_of


class Counting:
    """A clock and a giver of ids that know how often they were asked."""

    def __init__(self) -> None:
        self.ids: Iterator[int] = count(1)
        self.given = 0
        self.looked = 0

    def new_id(self) -> str:
        self.given += 1
        return f"call-{next(self.ids)}"

    def now(self) -> float:
        self.looked += 1
        return 1_700_000_000.0


@pytest.mark.parametrize(
    ("name", "read", "times"),
    [("construction", "building-building_no", 2), ("health", "health_certificates-uscc", 0)],
)
async def test_each_call_has_its_own_where_the_mapping_takes_them(
    name: str, read: str, times: int
) -> None:
    example = json.loads((folder(name) / f"read-{read}-found.json").read_text("utf-8"))
    counting, reply, told = Counting(), last_reply(example), example["arguments"]
    line = Replay([reply, reply], [])
    rim = Rim(now=counting.now, new_id=counting.new_id, nonce=lambda: b"n")
    manifest, endpoint = manifest_of(name), subject_of(name).endpoint("http://127.0.0.1:9")
    department = build(manifest, endpoint, rim, Findings(FILE), line)
    assert department is not None

    for _ in range(2):
        await department.read(told["register"], told["lookup"], told["keys"], budget=2.0)

    assert (counting.given, counting.looked) == (times, times)
    sent = [json.dumps(one) for one in line.heard]
    assert [f"call-{n}" in sent[n - 1] for n in (1, 2)] == [times > 0] * 2
