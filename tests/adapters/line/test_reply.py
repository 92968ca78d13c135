"""Bytes of answers: however they are cut, they are read as an independent reader reads them."""

from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import AdapterError, ContractBroken, OutcomeUnknown
from adapters.line.reply import HEAD_BYTES, ReplyReader
from adapters.wire import WireReply

CAP = 5_000
tokens = st.text("abcXYZ-09", min_size=1, max_size=12)
values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
headers = st.lists(st.tuples(tokens.map(lambda name: f"x-{name}"), values), max_size=5)
bodies = st.binary(max_size=200)


def head(status: int, fields: list[tuple[str, str]]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1")


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, bool]:
    """A well-formed answer, and whether it ends with its connection."""
    status = draw(st.sampled_from([200, 201, 204, 301, 400, 404, 500, 503]))
    fields, body = draw(headers), b"" if status == 204 else draw(bodies)
    framing = "none" if status == 204 else draw(st.sampled_from(["length", "chunked", "close"]))
    if draw(st.booleans()):
        fields.append(("Connection", draw(st.sampled_from(["close", "keep-alive"]))))
    interim = b"".join(draw(st.lists(st.just(head(103, [("link", "</a>")])), max_size=2)))
    if framing == "length":
        whole = head(status, [*fields, ("Content-Length", str(len(body)))]) + body
    elif framing == "chunked":
        whole = head(status, [*fields, ("Transfer-Encoding", "chunked")]) + chunked(draw, body)
    else:
        whole = head(status, fields) + body
    return interim + whole, framing == "close"


def chunked(draw: st.DrawFn, body: bytes) -> bytes:
    out, rest = b"", body
    while rest:
        size = draw(st.integers(1, len(rest)))
        out += f"{size:x}\r\n".encode() + rest[:size] + b"\r\n"
        rest = rest[size:]
    return out + b"0\r\n\r\n"


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(at)]


def foreign(data: bytes) -> tuple[int, bytes]:
    """As h11 reads it: status and body."""
    peer = h11.Connection(h11.CLIENT)
    peer.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    peer.send(h11.EndOfMessage())
    peer.receive_data(data)
    peer.receive_data(b"")
    status, body = 0, b""
    while not isinstance(event := peer.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
    return status, body


def read(data: bytes, cuts: list[int] | None = None, cap: int = CAP) -> ReplyReader:
    reader = ReplyReader("land", cap)
    for piece in pieces(data, cuts or []):
        if reader.feed(piece):
            break
    return reader


@given(answers(), st.lists(st.integers(0, 1000), max_size=8))
def test_an_answer_cut_anywhere_is_read_as_a_foreign_reader_reads_it(
    answer: tuple[bytes, bool], cuts: list[int]
) -> None:
    data, closes = answer
    reader = read(data, cuts)

    assert reader.whole or (closes and reader.end())
    assert (reader.reply().status, reader.reply().body) == foreign(data)
    assert "link" not in reader.reply().headers  # the informational answers' own
    if b"onnection: close" in data or closes:
        assert not reader.kept


@given(st.lists(answers().filter(lambda answer: not answer[1]), min_size=1, max_size=5))
def test_one_reader_reads_the_answers_of_a_connection_one_after_another(
    drawn: list[tuple[bytes, bool]],
) -> None:
    reader = ReplyReader("land", CAP)
    for data, _ in drawn:
        fresh = read(data)
        assert reader.feed(data)
        assert (reader.reply(), reader.kept) == (fresh.reply(), fresh.kept)
        if not reader.kept:
            break
        reader.again()
        assert not reader.began


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_whatever_comes_is_an_answer_or_a_typed_error(data: bytes, cuts: list[int]) -> None:
    try:
        reader = read(b"HTTP/1.1 200 X\r\n" + data, cuts)
    except AdapterError:
        return
    assert not reader.whole or isinstance(reader.reply(), WireReply)


@given(answers(), st.data())
def test_an_answer_cut_short_is_never_whole(
    answer: tuple[bytes, bool], data: st.DataObject
) -> None:
    whole, closes = answer
    if closes:  # without a length nobody can tell
        return
    reader = ReplyReader("land", CAP)
    short = whole[: data.draw(st.integers(0, len(whole) - 1))]

    assert not (short and reader.feed(short))
    assert not reader.end()


def test_headers_of_one_name_are_joined_in_their_order() -> None:
    reader = read(b"HTTP/1.1 200 X\r\nVia: a\r\nvia: b\r\nContent-Length: 0\r\n\r\n")
    assert reader.reply().headers["via"] == "a, b"


def test_headers_are_a_mapping_of_names_in_lower_case() -> None:
    said = read(b'HTTP/1.1 200 X\r\nVia: a\r\nETag: "\xe9"\r\nvia: b\r\nContent-Length: 0\r\n\r\n')
    headers = said.reply().headers
    assert dict(headers) == {"via": "a, b", "etag": '"\xe9"', "content-length": "0"}
    assert len(headers) == 3
    assert headers.get("ETag") is headers.get("date") is None


def test_a_trailer_is_none_of_the_headers() -> None:
    whole = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nETag: x\r\n\r\n"
    reader = read(whole)
    assert (reader.reply().body, list(reader.reply().headers)) == (b"a", ["transfer-encoding"])
    assert reader.kept


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("both framings", b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("two lengths", b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
        ("negative length", b"Content-Length: -3\r\n\r\nabc"),
        ("bad chunk size", b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"),
        ("chunk without end", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"),
        ("bare line feeds", b"Content-Length: 1\n\na"),
        ("a space before the colon", b"Content-Length : 1\r\n\r\na"),
        ("a folded header", b"X: a\r\n b\r\nContent-Length : 1\r\n\r\na"),
    ],
)
def test_what_two_readers_could_read_differently_is_no_answer(what: str, data: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        read(b"HTTP/1.1 200 X\r\n" + data)


@pytest.mark.parametrize(
    ("says", "data"),
    [
        ("headers exceed", b"HTTP/1.1 200 X\r\nA: " + b"a" * 3_000_000),
        ("headers exceed", b"HTTP/1.1 200 X\r\n" + b"A: a\r\n" * HEAD_BYTES),
        (
            "trailers exceed",
            b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: "
            + b"a" * 3_000_000,
        ),
        ("without end", b"HTTP/1.1 100 X\r\n\r\n" * 100),
        ("changes the protocol", b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nzz"),
        ("compressed", b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n"),
        ("exceeds 5000", b"HTTP/1.1 200 X\r\nContent-Length: 9000\r\n\r\n" + b"a" * 9000),
        ("exceeds 5000", b"HTTP/1.1 200 X\r\n\r\n" + b"a" * 9000),
    ],
)
@pytest.mark.parametrize("size", [1_000_000, 700])
def test_what_is_beyond_the_caps_breaks_the_contract(says: str, data: bytes, size: int) -> None:
    with pytest.raises(ContractBroken, match=says):
        read(data, list(range(0, len(data), size)))


def test_a_second_answer_to_one_question_spoils_the_connection() -> None:
    once = b"HTTP/1.1 200 X\r\nContent-Length: 1\r\n\r\na"
    assert read(once).kept
    reader = read(once + once)
    assert reader.reply().body == b"a"
    assert not reader.kept
