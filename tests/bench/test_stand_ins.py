"""A stand-in answers every key of a question with the row its department gave another key."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bench.stand_ins import StandIn, length_of


class Department:
    """Tells a row for each key it is asked about, and counts the questions."""

    def __init__(self) -> None:
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question, one answer."""
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(length_of(head))
        self.asked += 1
        rows = [{"certNo": key, "area": 12} for key in json.loads(body)["certNos"]]
        writer.write(message(b"HTTP/1.1 200 OK", json.dumps(rows).encode()))
        writer.close()


def message(first: bytes, body: bytes) -> bytes:
    return first + b"\r\ncontent-length: %d\r\n\r\n" % len(body) + body


@pytest.fixture
async def department() -> Department:
    return Department()


@pytest.fixture
async def port(tmp_path: Path, department: Department) -> AsyncIterator[int]:
    """Where the stand-in of that department listens."""
    real = await asyncio.start_server(department.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{real.sockets[0].getsockname()[1]}"
    (tmp_path / "ports.json").write_text(json.dumps({"housing": {"url": address}}), "utf-8")
    stand_in = await asyncio.start_server(StandIn(tmp_path, "housing").serve, "127.0.0.1", 0)
    async with real, stand_in:
        yield stand_in.sockets[0].getsockname()[1]


async def told(port: int, *keys: str) -> list[str]:
    """The keys of the rows the stand-in tells, asked for these."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"certNos": keys}, separators=(",", ":"))
    writer.write(message(b"POST /certs HTTP/1.1", body.encode()))
    head = await reader.readuntil(b"\r\n\r\n")
    rows = json.loads(await reader.readexactly(length_of(head)))
    writer.close()
    return [row["certNo"] for row in rows]


async def test_every_key_of_a_call_for_several_is_answered(
    port: int, department: Department
) -> None:
    first = await told(port, "A1", "B2")
    second = await told(port, "B2", "C3")

    assert (first, second) == (["A1", "B2"], ["B2", "C3"])
    assert department.asked == 1


async def test_calls_for_as_many_keys_are_alike_and_others_are_asked_anew(
    port: int, department: Department
) -> None:
    found = [await told(port, *keys) for keys in (["A1"], ["B2", "C3"], ["D4"])]

    assert found == [["A1"], ["B2", "C3"], ["D4"]]
    assert department.asked == 2


@pytest.mark.parametrize(
    ("department_id", "question", "keys"),
    [
        ("market", b"GET /x?uscc=91310000MA1K35QX1A,91310000MA1K35QX2A ", 2),
        ("market", b"GET /x?uscc=91310000MA1K35QX1A&uscc=91310000MA1K35QX2A ", 2),
        ("market", b"GET /x?uscc=91310000MA1K35QX1A%2C91310000MA1K35QX2A ", 2),
        ("construction", b"&lt;JZWBM&gt;310104001&lt;&lt;JZWBM&gt;310104002&lt;", 2),
        ("housing", b'{"certNos":["A1"],"name":"B2"}', 1),
    ],
)
def test_the_keys_of_a_question_are_found(department_id: str, question: bytes, keys: int) -> None:
    found = StandIn(Path(), department_id).keys_of(question)

    assert len(found) == keys
