"""The true reply with another head, another size, another form or another encoding."""

import gzip
import json
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from html import escape

from mocks.faults.reply import Context, Reply
from mocks.faults.rule import Fault
from mocks.faults.xml_text import is_xml, redeclared, split_declaration

_MB = 1_000_000
_LOG_LINE = b"\n2026-09-21 09:00:00,123 ERROR [http-nio-8080-exec-7] o.a.c.c.C - broken pipe\n"
_WARNING = b"Warning: mysql_connect(): Connection refused in /var/www/db.inc on line 12\n"
Remake = Callable[[Reply, Fault, Context], Reply]


def _gzip_unasked(reply: Reply, fault: Fault, context: Context) -> Reply:
    return reply.holding(gzip.compress(reply.body)).saying("content-encoding", "gzip")


def _encoding(name: str) -> Remake:
    return lambda reply, fault, context: reply.saying("content-encoding", name)


def _gzip_bomb(reply: Reply, fault: Fault, context: Context) -> Reply:
    return reply.holding(_bomb(int(fault.of("mb")))).saying("content-encoding", "gzip")


@lru_cache(maxsize=1)
def _bomb(mb: int) -> bytes:
    """A gzip stream of so many megabytes of blanks, made from one: each block stands alone."""
    blank, crc = b" " * _MB, 0
    packing = zlib.compressobj(9, wbits=-15)
    block = packing.compress(blank) + packing.flush(zlib.Z_FULL_FLUSH)
    for _ in range(mb):
        crc = zlib.crc32(blank, crc)
    start, last = b"\x1f\x8b\x08" + bytes(7), b"\x03\x00"
    return start + block * mb + last + struct.pack("<II", crc, mb * _MB % 2**32)


def _huge_headers(reply: Reply, fault: Fault, context: Context) -> Reply:
    return reply.saying("x-trace", "x" * int(fault.of("mb") * _MB))


def _many_headers(reply: Reply, fault: Fault, context: Context) -> Reply:
    more = tuple((f"x-trace-{number}", "x") for number in range(int(fault.of("count"))))
    return Reply(status=reply.status, headers=(*reply.headers, *more), body=reply.body)


def _body(change: Callable[[bytes], bytes]) -> Remake:
    return lambda reply, fault, context: reply.holding(change(reply.body))


def _deep_nesting(reply: Reply, fault: Fault, context: Context) -> Reply:
    depth = int(fault.of("depth"))
    if not is_xml(reply.body):
        return reply.holding(b'{"data":' * depth + b"null" + b"}" * depth)
    declaration, text = split_declaration(reply.body)
    return reply.holding(declaration + b"<a>" * depth + text + b"</a>" * depth)


def _double_encoded(reply: Reply, fault: Fault, context: Context) -> Reply:
    text = reply.body.decode(reply.charset, "replace")
    if not is_xml(reply.body):
        return reply.holding(json.dumps(text, ensure_ascii=False).encode(reply.charset))
    return reply.holding(f"<return>{escape(text)}</return>".encode(reply.charset))


# character encoding


def _recoded(real: str, said: str) -> Remake:
    """The bytes in one encoding, header and declaration naming another."""

    def remake(reply: Reply, fault: Fault, context: Context) -> Reply:
        text = _with_chinese(reply.body.decode(reply.charset, "replace"))
        spoiled = reply.holding(redeclared(text, said).encode(real, "replace"))
        return spoiled.in_charset(said)

    return remake


def _with_chinese(text: str) -> str:
    """The text, with a Chinese word where no value is hurt: in plain ASCII no lie would show."""
    if not text.isascii():
        return text
    if text.lstrip().startswith("<"):
        return f"{text}<!-- 沪 -->"
    inner = text.rstrip().removesuffix("}")
    comma = "" if inner.rstrip().endswith("{") else ","
    return f'{inner}{comma}"备注":"沪"}}' if text.rstrip().endswith("}") else text


def _utf16_bare(reply: Reply, fault: Fault, context: Context) -> Reply:
    text = redeclared(reply.body.decode(reply.charset, "replace"), None)
    spoiled = reply.holding(text.encode("utf-16-le"))
    return spoiled.saying("content-type", reply.media_type)


REMADE: dict[str, Remake] = {
    "gzip_unasked": _gzip_unasked,
    "lying_encoding": _encoding("gzip"),
    "unknown_encoding": _encoding("x-none-such"),
    "wrong_content_type": lambda reply, *_: reply.saying(
        "content-type", "application/octet-stream"
    ),
    "no_content_type": lambda reply, *_: reply.without("content-type"),
    "gzip_bomb": _gzip_bomb,
    "huge_headers": _huge_headers,
    "many_headers": _many_headers,
    "empty_body": _body(lambda body: b""),
    "malformed": _body(lambda body: body[: len(body) * 2 // 3]),
    "trailing_garbage": _body(lambda body: body + _LOG_LINE),
    "leading_garbage": _body(lambda body: _WARNING + body),
    "deep_nesting": _deep_nesting,
    "double_encoded": _double_encoded,
    "gbk_as_utf8": _recoded("gbk", "UTF-8"),
    "utf8_as_gbk": _recoded("utf-8", "GBK"),
    "utf16_bare": _utf16_bare,
    "bom": _body(lambda body: b"\xef\xbb\xbf" + body),
}
