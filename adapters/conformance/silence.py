"""Silver: what people told stays out of logs and errors, and so do our credentials."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from structlog.testing import capture_logs

from adapters.conformance.bench import answered_ones, counter, last_reply, rewritten, token_reply
from adapters.conformance.examples import Json, called, valued
from adapters.conformance.leaves import leaves
from adapters.conformance.subject import NOWHERE, Subject
from adapters.conformance.table import Result, judged
from adapters.wire import WireReply

NAME = "欧阳测试勿录"
ID_NUMBER = "310101199003074514"
PHONE = "13712340987"
PERSONAL = (NAME, ID_NUMBER, PHONE)
_PEOPLE = {"name": NAME, "agent_name": NAME, "agent_id_number": ID_NUMBER, "phone": PHONE}
_CLAIMS = {"name": NAME, "id_number": ID_NUMBER}
_LOUD = ("httpx", "httpcore", "asyncio")  # the gateway keeps these at WARNING
_SHORTEST_SECRET = 8


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the whole record: message, arguments, whatever was added to it."""
        self.said.append(f"{record.getMessage()} {record.__dict__}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Everything logged meanwhile, through logging or structlog."""
    root, ear = logging.getLogger(), _Ear()
    levels = {name: logging.getLogger(name).level for name in _LOUD}
    level = root.level
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        with capture_logs() as events:
            yield ear.said
        ear.said.extend(str(event) for event in events)
    finally:
        root.setLevel(level)
        root.removeHandler(ear)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)


async def _said(subject: Subject) -> list[tuple[str, str]]:
    """What was logged and raised, with where, while planted people went through every call."""
    found: list[tuple[str, str]] = []
    async with counter(subject) as (standin, said), subject.on(standin.url) as department:
        for name, example in answered_ones(subject):
            told = valued(planted(example["arguments"]))
            for reply in _replies(example):
                said.reply = reply
                with listening() as logged:
                    try:
                        await called(department, example["call"], told)
                    except Exception as error:  # its text is what is examined, whatever it is
                        found += [(f"{name}, an error", text) for text in _told(error)]
                found += [(f"{name}, a log record", text) for text in logged]
    return found


def planted(told: Json) -> Json:
    """The arguments, said by a person we would know again."""
    held: dict[str, Any] = dict(told)
    for group, people in (("applicant", _PEOPLE), ("claims", _CLAIMS)):
        if group in held:
            held[group] = {**held[group], **people}
    if "answers" in held:
        held["answers"] = {key: _person(key, one) for key, one in held["answers"].items()}
    for key in ("note", "reason"):
        if key in held:
            held[key] = f"{NAME} {PHONE}"
    return held


def _person(key: str, value: Json) -> Json:
    lower = key.lower()
    for word, known in (("idno", ID_NUMBER), ("phone", PHONE), ("name", NAME)):
        if lower.endswith(word) and isinstance(value, str):
            return known
    return value


def _replies(example: Json) -> Iterator[WireReply]:
    """As recorded; with people in every place, one after another; and as a page full of them."""
    whole = last_reply(example)
    yield whole
    body = example["exchanges"][-1]["reply"]["body"]
    for leaf in leaves(body)[:6]:
        yield rewritten(whole, leaf.changed(f"{NAME}{ID_NUMBER}{PHONE}"), example)
    page = f"<html>{NAME} {ID_NUMBER} {PHONE}</html>".encode()
    for status in (200, 400, 500):
        yield whole._replace(status=status, body=page)


def _told(error: BaseException | None) -> Iterator[str]:
    """The texts an error shows to who prints it: its own, and those of its causes."""
    while error is not None:
        # A refusal's own sentence is for the applicant; it is not among these.
        yield f"{type(error).__name__} {error}"
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


async def _silent(subject: Subject, secrets: Sequence[str], kind: str) -> Result:
    said: list[tuple[str, str]] = await subject.once("said", lambda: _said(subject))
    faults = [
        f"{where} holds {kind}" for where, text in said if any(one in text for one in secrets)
    ]
    return judged(faults, f"{len(said)} log records and errors, {kind} in none of them")


async def no_personal_data(subject: Subject) -> Result:
    """No name, resident number or telephone number in logs and errors."""
    return await _silent(subject, PERSONAL, "personal data")


async def no_credentials(subject: Subject) -> Result:
    """No credential, and no token, in logs and errors."""
    known = list(subject.endpoint(NOWHERE).credentials.values())
    reply = token_reply(subject)
    if reply is not None:
        known += [leaf.text for leaf in leaves(reply.body.decode()) if "token" in leaf.name]
    secrets = [value for value in known if len(value) > _SHORTEST_SECRET]
    return await _silent(subject, secrets, "a credential")
