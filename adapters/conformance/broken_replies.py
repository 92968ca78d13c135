"""Silver: a reply that breaks the contract is one of the five errors, never a wrong value."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator

from adapters.conformance.bench import (
    Bench,
    answered_ones,
    bench,
    body_of,
    counter,
    is_raw,
    keys_asked,
    last_reply,
    rewritten,
    spec_of,
    tried,
)
from adapters.conformance.examples import Json
from adapters.conformance.leaves import Leaf, leaves, scalars, unread_rows, without_failed
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, judged, not_applicable
from adapters.wire import WireReply
from schema.domain.department import Register

NONSENSE = "~nonsense~"
UNKNOWN_NUMBER = 987_654
NOTHING = (None, False, "")
_TYPED = re.compile(r"-?\d+(\.\d+)?|true|false|\d{4}-?\d\d-?\d\d([T ].*)?|\d{14}")
_PAGE = (
    "<!DOCTYPE html><html><head><title>统一身份认证</title></head>"
    "<body><form>登录</form></body></html>"
)

Broken = Iterator[tuple[str, WireReply]]  # what is broken, and the reply that is so


async def _judge(
    subject: Subject, broken: Callable[[Json], Broken], wrong: Callable[[Json, Json], str | None]
) -> Result:
    """Every broken reply of every example; `wrong` says what is wrong with a value given."""
    made, faults, count = bench(subject), [], 0
    for name, example in answered_ones(subject):
        whole = await made.tried(example, last_reply(example))
        for what, reply in broken(example):
            count += 1
            found = await made.tried(example, reply)
            fault = _fault(whole, found, wrong)
            if fault is not None:
                faults.append(f"{name}, {what}: {fault}")
        await asyncio.sleep(0)  # others wait beside us
    if not count:
        return not_applicable("no recorded reply has such a place")
    return judged(faults, f"{count} broken replies, each one of the five errors or without effect")


def _fault(whole: Json, found: Json, wrong: Callable[[Json, Json], str | None]) -> str | None:
    if is_raw(found):
        return f"a raw exception, {found['fails'].removeprefix('raw ')}"
    if "fails" in found or found == whole:
        return None
    return wrong(whole.get("gives"), found["gives"])


def _invented(whole: Json, found: Json, allowed: Callable[[object], bool]) -> str | None:
    known = scalars(whole)
    new = [one for one in scalars(without_failed(found)) if one not in known and not allowed(one)]
    return "a value the reply does not hold" if new else None


# missing elements


async def missing_element(subject: Subject) -> Result:
    """Without any one of its elements a reply gives no value it does not hold."""
    required = {register.id: register for register in subject.manifest.registers}

    def broken(example: Json) -> Broken:
        for leaf in leaves(body_of(example)):
            if leaf.place.endswith("[]"):
                continue  # a list without one of its texts is a shorter list, and lacks nothing
            yield f"without {leaf.name}", rewritten(last_reply(example), leaf.removed(), example)

    def wrong(whole: Json, found: Json) -> str | None:
        invented = _invented(whole, found, lambda one: one in NOTHING)
        return invented or _lacks(required, whole, found)

    return await _judge(subject, broken, wrong)


def _lacks(registers: dict[str, Register], whole: Json, found: Json) -> str | None:
    if not isinstance(found, dict) or not isinstance(whole, dict):
        return None
    for key, record in found.items():
        before = whole.get(key)
        if isinstance(record, dict) and isinstance(before, dict):
            for register in registers.values():
                names = {field.name for field in register.fields if field.required}
                if names <= set(before) and any(record.get(name) is None for name in names):
                    return "a record without a required field"
    return None


# wrong types


async def wrong_type(subject: Subject) -> Result:
    """A word in place of a number, a date or a truth value is never read as one."""

    def broken(example: Json) -> Broken:
        for leaf in leaves(body_of(example)):
            if leaf.value is None or not _is_typed(leaf) or leaf.text in keys_asked(example):
                continue  # with another key it is a row nobody asked for
            body = leaf.changed(NONSENSE)
            yield f"{leaf.name} of another type", rewritten(last_reply(example), body, example)

    def wrong(whole: Json, found: Json) -> str | None:
        return _invented(whole, found, lambda one: isinstance(one, str) and NONSENSE in one)

    return await _judge(subject, broken, wrong)


def _is_typed(leaf: Leaf) -> bool:
    return not isinstance(leaf.value, str) or bool(_TYPED.fullmatch(leaf.value))


# unknown codes


async def unknown_code(subject: Subject) -> Result:
    """A code that is in no table is an error, never the next best status."""
    made, faults, count = bench(subject), [], 0
    for name, example in answered_ones(subject):
        for leaf in leaves(body_of(example)):
            if not await _is_coded(made, example, leaf):
                continue
            count += 1
            other = UNKNOWN_NUMBER if isinstance(leaf.value, int) else "~unknown~"
            found = await made.tried(example, _with(example, leaf, other))
            taken = "gives" in found and not unread_rows(found["gives"])
            if is_raw(found) or taken:
                faults.append(f"{name}: {leaf.name} with an unknown code is not refused")
        await asyncio.sleep(0)
    if not count:
        return not_applicable("no recorded reply holds a code of a table")
    return judged(faults, f"{count} unknown codes, none of them read as a known one")


def _with(example: Json, leaf: Leaf, value: object) -> WireReply:
    return rewritten(last_reply(example), leaf.changed(value), example)


async def _is_coded(made: Bench, example: Json, leaf: Leaf) -> bool:
    """Whether another code of a table in this place gives another value."""
    for table in made.subject.manifest.codes.values():
        if leaf.text not in table:
            continue
        for code, meaning in table.items():
            if meaning == table[leaf.text]:
                continue
            value = int(code) if isinstance(leaf.value, int) and code.isdigit() else code
            found = await made.tried(example, _with(example, leaf, value))
            if "gives" in found and _told(found["gives"], meaning):
                return True
    return False


def _told(gives: Json, meaning: object) -> bool:
    return meaning in scalars(gives)


# replies of another operation


async def foreign_reply(subject: Subject) -> Result:
    """The reply of another operation is not taken for one's own."""
    # An empty answer does not say whose it is.
    known = [example for _, example in answered_ones(subject) if any(scalars(example["gives"]))]

    def broken(example: Json) -> Broken:
        if example not in known:
            return
        own, seen = _names(example), set()
        for other in known:
            names = _names(other)
            if _same_operation(subject, example, other) or names in seen:
                continue
            if names - own and own - names:
                seen.add(names)
                yield f"answered as {other['call']}", last_reply(other)

    return await _judge(subject, broken, lambda whole, found: "taken as an answer")


def _same_operation(subject: Subject, one: Json, other: Json) -> bool:
    specs = spec_of(subject.manifest, one), spec_of(subject.manifest, other)
    return bool(specs[0] and specs[1] and specs[0].operation == specs[1].operation)


def _names(example: Json) -> frozenset[str]:
    """What tells an operation's reply: the element in the Body, or the places of its values."""
    body = body_of(example)
    inside = re.search(r"<(?:[\w.-]+:)?Body[^>]*>\s*<([\w:.-]+)", body)
    if inside:
        return frozenset({inside[1].rpartition(":")[2]})
    return frozenset(leaf.place for leaf in leaves(body))


# bytes


def _unreadable(example: Json) -> Broken:
    reply = last_reply(example)
    half = reply.body[: len(reply.body) // 2]
    yield "truncated", reply._replace(body=half)
    yield "empty", reply._replace(body=b"")
    yield "not well-formed", reply._replace(body=reply.body[:-1] + b"<" + reply.body[-1:] + b"{")


def _login_page(example: Json) -> Broken:
    headers = {"content-type": "text/html; charset=utf-8"}
    yield "a login page", WireReply(status=200, headers=headers, body=_PAGE.encode())
    told = last_reply(example).headers.get("content-type", "")
    mislabelled = {"content-type": told}
    yield "a mislabelled page", WireReply(status=200, headers=mislabelled, body=_PAGE.encode())


def _other_charset(example: Json) -> Broken:
    text = body_of(example)
    if text.isascii():
        return
    reply = last_reply(example)
    kind = reply.headers.get("content-type", "").partition(";")[0]
    told = re.sub(r"""(encoding=["'])[^"']*""", r"\1UTF-8", text, count=1)
    headers = {**reply.headers, "content-type": f"{kind}; charset=utf-8"}
    yield "GBK declared as UTF-8", reply._replace(headers=headers, body=told.encode("gb18030"))


def _other_namespace(example: Json) -> Broken:
    text, reply = body_of(example), last_reply(example)
    found = re.search(r"<(?:[\w.-]+:)?Body[^>]*>\s*<[^>]*xmlns(?::\w+)?=[\"']([^\"']+)", text)
    if found:
        body = text.replace(found[1], found[1] + "/other")
        yield "another namespace", rewritten(reply, body, example)


async def _on_the_line(subject: Subject, broken: Callable[[Json], Broken]) -> Result:
    faults, count = [], 0
    async for what, whole, found in _answered(subject, broken):
        count += 1
        read_right = found == whole and broken is _other_charset
        taken = "gives" in found and not read_right
        fault = "taken as an answer" if taken else _fault(whole, found, lambda _, value: None)
        if fault is not None:
            faults.append(f"{what}: {fault}")
    if not count:
        return not_applicable("no recorded reply can be broken so")
    return judged(faults, f"{count} such replies, each one of the five errors")


async def _answered(
    subject: Subject, broken: Callable[[Json], Broken]
) -> AsyncIterator[tuple[str, Json, Json]]:
    async with counter(subject) as (standin, said), subject.on(standin.url) as department:
        for name, example in answered_ones(subject):
            said.reply = last_reply(example)
            await tried(department, example)  # whoever answers from memory has something in it
            for what, reply in broken(example):
                said.reply = reply
                found = await tried(department, example)
                yield f"{name}, {what}", {"gives": example["gives"]}, found


async def unreadable_reply(subject: Subject) -> Result:
    """Truncated, empty or not well-formed."""
    return await _on_the_line(subject, _unreadable)


async def login_page(subject: Subject) -> Result:
    """An HTML page with status 200."""
    return await _on_the_line(subject, _login_page)


async def other_charset(subject: Subject) -> Result:
    """Bytes in another charset than declared."""
    return await _on_the_line(subject, _other_charset)


async def other_namespace(subject: Subject) -> Result:
    """Elements of another namespace."""
    if subject.manifest.protocol != "soap":
        return not_applicable("JSON has no namespaces")
    return await _on_the_line(subject, _other_namespace)
