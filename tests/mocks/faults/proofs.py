"""What each kind of fault looks like from outside: a proof for each, from the bytes alone.

A proof is told what was heard on the bad day, and on a good one.
"""

import gzip
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from tests.mocks.faults.wire import Heard

Proof = Callable[[Heard, Heard], bool]
ENV11, ENV12 = (
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
)


def _xml(heard: Heard) -> bool:
    return heard.body.lstrip()[:1] == b"<"


def _root(heard: Heard) -> Any:
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
    return etree.fromstring(heard.body, parser)


def _readable(heard: Heard) -> bool:
    try:
        _root(heard) if _xml(heard) else json.loads(heard.body)
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


def _payload(heard: Heard) -> Any:
    """The reply element as (name, text or children), or the JSON value."""
    if not _xml(heard):
        return json.loads(heard.body)
    return _plain(_root(heard).find("{*}Body")[0])


def _plain(element: Any) -> Any:
    inner = [_plain(child) for child in element.iterchildren("*")]
    return (str(element.tag), inner or element.text)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    if isinstance(value, tuple):
        return _leaves(value[1])
    return [value]


def _values(heard: Heard) -> list[Any]:
    return _leaves(_payload(heard))


def _nothing(end: str) -> Proof:
    return lambda heard, good: heard.raw == b"" and heard.end == end


def _status(status: int, word: bytes = b"") -> Proof:
    return lambda heard, good: heard.status == status and word in heard.body


def _true(heard: Heard, good: Heard) -> bool:
    return heard.status == good.status and heard.body == good.body


def _cut(end: str) -> Proof:
    """The length is promised and half of it comes."""

    def proof(heard: Heard, good: Heard) -> bool:
        whole = good.body
        return heard.body == whole[: len(whole) // 2] and heard.end == end

    return proof


def _unreadable(part: Callable[[bytes, bytes], bool]) -> Proof:
    return lambda heard, good: (
        not _readable(heard)
        and part(heard.body, good.body)
        and heard.headers["content-length"] == str(len(heard.body))
    )


def _differs(only: Callable[[Any, Any], bool]) -> Proof:
    """Well-formed, and one or more values differ as they must."""

    def proof(heard: Heard, good: Heard) -> bool:
        pairs = list(zip(_values(heard), _values(good), strict=True))
        changed = [(now, was) for now, was in pairs if now != was]
        return bool(changed) and all(only(now, was) for now, was in changed)

    return proof


def _fault(space: str, status: int, word: bytes) -> Proof:
    def proof(heard: Heard, good: Heard) -> bool:
        root = _root(heard)
        fault = root.find(f"{{{space}}}Body/{{{space}}}Fault")
        return heard.status == status and fault is not None and word in heard.body

    return proof


def _bomb(heard: Heard, good: Heard) -> bool:
    inflated = gzip.decompress(heard.body)
    return len(inflated) == 20_000_000 and len(heard.body) < 30_000


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for inner in value.values() for name in _names(inner))]
    if isinstance(value, list):
        return [name for inner in value for name in _names(inner)]
    if isinstance(value, tuple):
        inner = value[1] if isinstance(value[1], list) else []
        return [value[0], *(name for one in inner for name in _names(one))]
    return []


def _fewer(heard: Heard, good: Heard) -> bool:
    now, was = _names(_payload(heard)), _names(_payload(good))
    return len(now) < len(was) and set(now) <= set(was)


def _two_of_them(heard: Heard, good: Heard) -> bool:
    pairs: list[list[tuple[str, Any]]] = []

    def keep(found: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs.append(found)
        return dict(found)

    json.loads(heard.body, object_pairs_hook=keep)
    return all(len(found) == 2 * len({name for name, _ in found}) for found in pairs if found)


def _nulls(heard: Heard, good: Heard) -> bool:
    nil = b'nil="true"' in heard.body or b"null" in heard.body
    return nil and all(value is None for value in _values(heard))


def _bytes_inside(wrong: bytes) -> Proof:
    return lambda heard, good: wrong in heard.body and wrong not in good.body


def _recoded(real: str, said: str) -> Proof:
    def proof(heard: Heard, good: Heard) -> bool:
        declared = said.encode() in heard.body[:60] if _xml(heard) else True
        kind = heard.headers["content-type"]
        return said in kind and declared and bool(re.search(r"[一-鿿]", heard.body.decode(real)))

    return proof


def _not_of(charset: str) -> Proof:
    def proof(heard: Heard, good: Heard) -> bool:
        try:
            heard.body.decode(charset)
        except UnicodeDecodeError:
            return True
        return False

    return proof


def _both(one: Proof, other: Proof) -> Proof:
    return lambda heard, good: one(heard, good) and other(heard, good)


def _deep(heard: Heard, good: Heard) -> bool:
    return heard.body.count(b"<a>") == 20_000 or heard.body.count(b'{"data":') == 20_000


def _envelope_of(heard: Heard) -> Any:
    return _root(heard)


def _body_elements(count: int) -> Proof:
    return lambda heard, good: len(_root(heard).find("{*}Body")) == count


def _other_root(heard: Heard, good: Heard) -> bool:
    now, was = _payload(heard), _payload(good)
    return bool(now == ((f"{was[0]}s", was[1]) if _xml(heard) else [was]))


def _twice_encoded(heard: Heard, good: Heard) -> bool:
    if _xml(heard):
        return str(_root(heard).text).encode() == good.body
    return str(json.loads(heard.body)).encode() == good.body


def _moment(text: str) -> datetime:
    digits = re.sub(r"\D", "", text)
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


PROOFS: dict[str, Proof] = {
    "accept_reset": _nothing("reset"),
    "accept_close": _nothing("closed"),
    "accept_silence": _nothing("silence"),
    "tls_expected": lambda heard, good: heard.raw[:3] == b"\x15\x03\x01" and heard.end == "closed",
    "ssh_banner": lambda heard, good: heard.raw.startswith(b"SSH-2.0-"),
    "connection_limit": lambda heard, good: heard.status == 503 and not heard.body,
    "reset_after_headers": _nothing("reset"),
    "reset_after_body": _nothing("reset"),
    "hang": _nothing("silence"),
    "half_close": _nothing("closed"),
    "stale_keep_alive": _true,
    "endless_1xx": lambda heard, good: heard.raw.count(b"102 Processing") > 2,
    "status": _status(503),
    "internal_error": _status(500, b"<html>"),
    "bad_gateway": _status(502, b"<html>"),
    "unavailable": lambda heard, good: heard.headers["retry-after"] == "120",
    "gateway_timeout": _status(504, b"<html>"),
    "impossible_status": _status(799),
    "bad_request": _status(400, b"<html>"),
    "forbidden": _status(403, b"<html>"),
    "not_found": _status(404, b"<html>"),
    "method_not_allowed": _status(405),
    "conflict": _status(409),
    "too_large": _status(413, b"<html>"),
    "redirect_elsewhere": lambda heard, good: heard.headers["location"].startswith("http://portal"),
    "redirect_itself": lambda heard, good: heard.status == 307
    and heard.headers["location"].startswith("/"),
    "early_204": _status(204),
    "html": _status(200, "系统维护".encode()),
    "login_page": _status(200, b"<form"),
    "soap_fault_11": _fault(ENV11, 500, b"s:Server"),
    "soap_fault_12": _fault(ENV12, 500, b"s:Receiver"),
    "soap_fault_200": _fault(ENV11, 200, b"s:Server"),
    "soap_fault_client": _fault(ENV11, 500, b"s:Client"),
    "delay": _true,
    "busy": lambda heard, good: "系统繁忙".encode() in heard.body,
    "rate_limit": lambda heard, good: heard.status == 429 and heard.headers["retry-after"] == "1",
    "rate_limit_bare": lambda heard, good: heard.status == 429
    and "retry-after" not in heard.headers,
    "rate_limit_absurd": lambda heard, good: int(heard.headers["retry-after"]) > 10**7,
    "lost_reply": _nothing("closed"),
    "reset_after_deed": _nothing("reset"),
    "late_reply": _nothing("silence"),
    "status_after": _status(500),
    "timeout_after": _status(504, b"<html>"),
    "late_accept": _nothing("silence"),
    "processed_twice": _true,
    "reset_after_status": lambda heard, good: heard.raw == b"HTTP/1.1 200 OK\r\n"
    and heard.end == "reset",
    "reset_mid_body": _cut("reset"),
    "truncated": _cut("closed"),
    "truncated_chunked": lambda heard, good: heard.end == "closed"
    and good.body[: len(good.body) // 2] in heard.body
    and b"0\r\n\r\n" not in heard.raw,
    "headers_only": lambda heard, good: heard.end == "silence"
    and heard.headers["content-length"] == str(len(good.body))
    and not heard.body,
    "drip": lambda heard, good: 1 <= len(heard.raw) < 30
    and good.raw.startswith(heard.raw[:12]),
    "bad_status_line": lambda heard, good: not heard.raw.startswith(b"HTTP/"),
    "bad_header": lambda heard, good: b":" not in heard.head.split(b"\r\n")[1],
    "length_short": lambda heard, good: heard.body == good.body
    and int(heard.headers["content-length"]) < len(good.body),
    "length_long": lambda heard, good: heard.end == "silence"
    and heard.body == good.body
    and int(heard.headers["content-length"]) > len(good.body),
    "length_twice": lambda heard, good: heard.head.count(b"content-length") == 2,
    "length_and_chunked": lambda heard, good: {"content-length", "transfer-encoding"}
    <= set(heard.headers),
    "bad_chunk": lambda heard, good: b"\r\nzz\r\n" in heard.body,
    "two_replies": lambda heard, good: heard.raw.count(b"HTTP/1.1 200 OK") == 2,
    "gzip_unasked": lambda heard, good: gzip.decompress(heard.body) == good.body,
    "lying_encoding": lambda heard, good: heard.headers["content-encoding"] == "gzip"
    and _true(heard, good),
    "unknown_encoding": lambda heard, good: heard.headers["content-encoding"] == "x-none-such",
    "wrong_content_type": lambda heard, good: "octet-stream" in heard.headers["content-type"],
    "no_content_type": lambda heard, good: "content-type" not in heard.headers
    and _true(heard, good),
    "gzip_bomb": _bomb,
    "huge_text": lambda heard, good: len(heard.body) > 12_000_000 and _readable(heard),
    "huge_headers": lambda heard, good: len(heard.head) > 3_000_000 and _true(heard, good),
    "many_headers": lambda heard, good: heard.head.count(b"\r\n") > 20_000,
    "endless_body": lambda heard, good: len(heard.body) > 2_000_000,
    "wrong_version": lambda heard, good: _root(heard).tag == f"{{{ENV12}}}Envelope"
    and "soap+xml" in heard.headers["content-type"],
    "no_envelope": lambda heard, good: _plain(_root(heard)) == _payload(good),
    "empty_soap_body": _body_elements(0),
    "two_body_elements": _body_elements(2),
    "must_understand": lambda heard, good: b'mustUnderstand="1"' in heard.body and _readable(heard),
    "wrong_namespace": lambda heard, good: _payload(heard)[0].startswith("{urn:example:v2}"),
    "undeclared_prefix": _both(_bytes_inside(b"<lost:reply"), lambda h, _: not _namespaced(h)),
    "entity_bomb": lambda heard, good: heard.body.count(b"<!ENTITY") == 10
    and b"&b9;" in heard.body,
    "external_entity": lambda heard, good: b'SYSTEM "file:///etc/hostname"' in heard.body
    and b"&x;" in heard.body,
    "empty_body": lambda heard, good: heard.status == 200
    and heard.headers["content-length"] == "0"
    and heard.headers["content-type"] == good.headers["content-type"],
    "no_content": _status(204),
    "malformed": _unreadable(lambda now, was: was.startswith(now)),
    "trailing_garbage": _unreadable(lambda now, was: now.startswith(was)),
    "leading_garbage": _unreadable(lambda now, was: now.endswith(was)),
    "deep_nesting": _deep,
    "wrong_root": _other_root,
    "duplicate_keys": _two_of_them,
    "nan_numbers": _bytes_inside(b"NaN"),
    "huge_numbers": _bytes_inside(b"9" * 5000),
    "double_encoded": _twice_encoded,
    "gbk_as_utf8": _both(_recoded("gbk", "UTF-8"), _not_of("utf-8")),
    "utf8_as_gbk": _recoded("utf-8", "GBK"),
    "utf16_bare": lambda heard, good: b"\x00" in heard.body and heard.body[:2] != b"\xff\xfe",
    "bom": lambda heard, good: heard.body == b"\xef\xbb\xbf" + good.body,
    "invalid_bytes": _both(_bytes_inside(b"\xff\xfe\x81\x00\xc0"), _not_of("utf-8")),
    "nul_bytes": _bytes_inside(b"\x00"),
    "mojibake": _differs(lambda now, was: bool(re.search("[一-鿿]", was)) and "æ" in now),
    "other_operation": lambda heard, good: _names(_payload(heard)) != _names(_payload(good)),
    "other_record": _differs(lambda now, was: len(now) == len(was)),
    "wrong_types": lambda heard, good: _payload(heard) != _payload(good) and _readable(heard),
    "missing_elements": _fewer,
    "nothing_inside": lambda heard, good: not _names(_payload(heard))[1:],
    "unknown_elements": lambda heard, good: any(
        name.endswith("extension") for name in _names(_payload(heard))
    ),
    "null_values": _nulls,
    "unknown_code": _differs(lambda now, was: now == "Z99"),
    "overlong_text": _differs(lambda now, was: len(now) == len(was) + 70_000),
    "swapped_dates": _differs(lambda now, was: bool(re.match(r"21/09/2026", now))),
    "impossible_dates": _differs(lambda now, was: "0230" in now.replace("-", "")),
    "empty_list": _fewer,
    "repeated_records": lambda heard, good: len(_names(_payload(heard)))
    > len(_names(_payload(good))),
    "clock_skew": _differs(lambda now, was: _moment(now) - _moment(was) == timedelta(hours=9)),
    "unauthorized": lambda heard, good: heard.status == 401 and "www-authenticate" in heard.headers,
    "expired_token": lambda heard, good: "未授权".encode() in heard.body
    or b"AppCode" in heard.body,
}  # fmt: skip


def _namespaced(heard: Heard) -> bool:
    """Whether every prefix is declared."""
    try:
        etree.fromstring(heard.body)
    except etree.XMLSyntaxError:
        return False
    return True
