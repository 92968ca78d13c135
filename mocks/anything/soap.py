"""A port of a WSDL that answers."""

from dataclasses import dataclass, field, replace
from itertools import chain
from random import Random
from typing import Any

from lxml import etree

from mocks.anything import soap_envelope as envelopes
from mocks.anything.echo import Keys
from mocks.anything.exchange import BROKEN, Answer, Asked, Options, asking, did_you_mean, log
from mocks.anything.expected import NOTHING, Expected
from mocks.anything.refusal import Refused, Unmakeable
from mocks.anything.soap_answers import failed, in_words, said_in
from mocks.anything.soap_contract import SoapContract
from mocks.anything.soap_envelope import Envelope
from mocks.anything.soap_inner import Inners
from mocks.anything.soap_said import action_of, has_credentials, values_of
from mocks.anything.spots import xml_spots
from mocks.anything.wsdl import Message, Operation
from mocks.anything.xsd_documents import XS
from mocks.anything.xsd_soap_encoding import SOAP_ENCODING
from mocks.anything.xsd_values import Making

ATTEMPTS = 6
_STYLE = f"{{{envelopes.NAMESPACES['1.1']}}}encodingStyle"


@dataclass(slots=True)
class SoapMock:
    """Operations are known by the body, and by the action where that is not enough."""

    contract: SoapContract
    options: Options
    recorded: dict[object, Answer] = field(default_factory=dict)
    inners: Inners = field(default_factory=Inners)
    _prefixes: dict[str, str] = field(default_factory=dict)

    def operations(self) -> list[dict[str, Any]]:
        """Name, action and the elements that go in and out."""
        return [
            {
                "name": operation.name,
                "method": "POST",
                "path": self.options.path,
                "action": operation.action,
                "soap": self.contract.port.version,
                "style": "rpc" if operation.request.wrapper else "document",
                "request": [root.tag for root in self.contract.roots(operation.request)],
                "reply": [r.tag for r in self.contract.roots(operation.reply)]
                if operation.reply
                else None,
            }
            for operation in self.contract.port.operations.values()
        ]

    def identity(self, asked: Asked) -> object | None:
        """The operation and the body's structure."""
        try:
            came = envelopes.read(asked.body, asked.headers.get("content-type", ""))
        except Refused:
            return None
        operation = self._operation(came, asked)
        return None if operation is None else self._identity(operation, came)

    def _identity(self, operation: Operation, came: Envelope) -> object:
        passing = self.options.expecting(operation.name).passing
        return operation.name, tuple(envelopes.structure(one, passing) for one in came.body)

    def keeps(self, asked: Asked, answer: Answer) -> list[str]:
        """Faults pass; other replies are checked."""
        try:
            came = envelopes.read(answer.body, answer.headers.get("content-type", ""))
            question = envelopes.read(asked.body, asked.headers.get("content-type", ""))
        except Refused as wrong:
            return [str(wrong)]
        operation = self._operation(question, asked)
        is_fault = [etree.QName(element).localname for element in came.body] == ["Fault"]
        if is_fault or operation is None or operation.reply is None:
            return []
        return self.contract.mistakes(operation.reply, list(came.body))

    def answer(self, asked: Asked) -> Answer:
        """A recorded reply, or one that is made; a fault for what the contract does not know."""
        if asked.path.rstrip("/") != self.options.path.rstrip("/"):
            said = f"404: nothing is served at {asked.path}{asking(self.options.path or '/')}\n"
            return in_words(404, said, near=self.options.path)
        if asked.method != "POST":
            return in_words(
                405, "405: SOAP is asked by POST; ?wsdl gives the contract\n", allow="POST"
            )
        version = self.contract.port.version
        try:
            came = envelopes.read(asked.body, asked.headers.get("content-type", ""))
        except Refused as wrong:
            return self._refused(version, "utf-8", [str(wrong)])
        if came.version != version:
            said = f"the envelope is of SOAP {came.version}, the port speaks {version}"
            return self._refused(came.version, came.charset, [said], role="VersionMismatch")
        return self._answered(asked, came)

    def _answered(self, asked: Asked, came: Envelope) -> Answer:
        operation = self._operation(came, asked)
        if operation is None:
            return self._unknown(came)
        if self.options.require_auth and not has_credentials(asked, came):
            said = ["no credentials: neither an Authorization header nor wsse:Security"]
            return self._refused(came.version, came.charset, said, operation=operation, status=401)
        declared = [part.element or part.name for part in operation.request.headers]
        if strange := came.not_understood(declared):
            said = [f"the header {tag} must be understood, and is not" for tag in strange]
            role = "MustUnderstand"
            return self._refused(came.version, came.charset, said, role=role, status=500)
        identity = self._identity(operation, came)
        if identity in self.recorded:
            return replace(self.recorded[identity], operation=operation.name)
        mistakes = self._mistakes(operation, came, asked)
        if mistakes:
            return self._refused(came.version, came.charset, mistakes, operation=operation)
        return self._made(operation, came, identity, self.options.expecting(operation.name))

    def _operation(self, came: Envelope, asked: Asked) -> Operation | None:
        given = [element.tag for element in came.body]
        action = action_of(asked)
        known = self.contract.port.operations.values()
        fit = [o for o in known if [r.tag for r in self.contract.roots(o.request)][:1] == given[:1]]
        by_action = [operation for operation in known if action and operation.action == action]
        both = [operation for operation in fit if operation in by_action]
        return next(iter(both or fit or by_action), None)

    def _mistakes(self, operation: Operation, came: Envelope, asked: Asked) -> list[str]:
        action = action_of(asked)
        found = []
        if action and operation.action and action != operation.action:
            found.append(f"the action is {action!r}, the contract has {operation.action!r}")
        found += self.contract.header_mistakes(operation.request, list(came.headers))
        return found + self.contract.mistakes(operation.request, list(came.body))

    def _unknown(self, came: Envelope) -> Answer:
        given = came.body[0].tag if came.body else "nothing"
        names = {
            root.tag: operation.name
            for operation in self.contract.port.operations.values()
            for root in self.contract.roots(operation.request)
        }
        near = did_you_mean(given, list(names))
        sentence = f"there is no operation for {given}{asking(near)}"
        return self._refused(came.version, came.charset, [sentence], near=near)

    def _refused(
        self,
        version: str,
        charset: str,
        mistakes: list[str],
        *,
        operation: Operation | None = None,
        near: str | None = None,
        role: str = "Sender",
        status: int = 0,
    ) -> Answer:
        made = envelopes.fault(version, role, f"{BROKEN}: {'; '.join(mistakes[:5])}")
        content, headers = envelopes.written(made, version, charset)
        return Answer(
            status=status or (500 if version == "1.1" else 400),
            headers=headers,
            body=content,
            operation=operation.name if operation else None,
            source="refused",
            mistakes=tuple(mistakes),
            near=near,
        )

    def _made(
        self, operation: Operation, came: Envelope, identity: object, expected: Expected
    ) -> Answer:
        if operation.reply is None:
            return Answer(status=202, operation=operation.name)
        keys, mistakes = Keys.of(values_of(came)).echoing(expected.echoes), [""]
        for attempt in range(ATTEMPTS):
            draw = Random(f"{self.options.seed}|{identity!r}|{attempt}")
            try:
                envelope, mistakes = self.envelope(operation.reply, draw, keys, attempt, expected)
            except Unmakeable as reason:
                mistakes = [str(reason)]
                continue
            if not mistakes:
                content, headers = envelopes.written(envelope, came.version, came.charset)
                return Answer(status=200, headers=headers, body=content, operation=operation.name)
        said = f"no valid reply could be made for {operation.name}: {'; '.join(mistakes[:3])}"
        log.error(said)
        return failed(operation.name, came, said)

    def envelope(
        self,
        message: Message,
        draw: Random,
        keys: Keys,
        attempt: int,
        expected: Expected = NOTHING,
    ) -> tuple[etree._Element, list[str]]:
        """An envelope with this message made, and what is wrong with it."""
        prefixes = dict(self._known_prefixes())
        if message.encoded:
            prefixes |= {"xs": XS, "soapenc": SOAP_ENCODING}
        envelope, body = envelopes.empty(self.contract.port.version, prefixes)
        making = Making(
            schemas=self.contract.schemas,
            draw=draw,
            today=self.options.today,
            keys=keys,
            attempt=attempt,
            typed=message.encoded,
            wanted=expected.names,
        )
        for root in self.contract.roots(message):
            making.element(root, body)
        mistakes = self._settled(message, making, body, expected)
        if message.headers:
            header = etree.Element(f"{{{etree.QName(envelope).namespace}}}Header")
            envelope.insert(0, header)
            for part in message.headers:
                making.element(self.contract.part(part), header)
            mistakes += self.contract.header_mistakes(message, list(header))
        for wrapper in body if message.encoded else ():
            wrapper.set(_STYLE, SOAP_ENCODING)
        return envelope, mistakes

    def _settled(
        self, message: Message, making: Making, body: etree._Element, expected: Expected
    ) -> list[str]:
        """What is wrong with a body; where nothing is, what is expected is put into it."""

        def mistakes() -> list[str]:
            return self.contract.mistakes(message, list(body))

        if wrong := mistakes():
            return wrong
        spots = chain.from_iterable(map(xml_spots, body))
        inner = self.inners.known.get(expected.inner.get("root", ""))
        if inner is None:
            expected.settle(spots, making.keys, making.draw, making.today, lambda: not mistakes())
            return []
        text = inner.made(making.draw, making.keys, making.today, making.attempt, expected)
        for spot in spots:
            if spot.place == expected.inner["at"]:
                spot.put(text)
        return mistakes()

    def _known_prefixes(self) -> dict[str, str]:
        if not self._prefixes:
            spaces = [n for n in self.contract.wsdl.documents.namespaces() if n]
            self._prefixes = {
                f"n{i}": n for i, n in enumerate(spaces) if not n.endswith("/namespace")
            }
        return self._prefixes

    def at_will(self, asked: Asked, kind: str) -> Answer:
        """The department's own code for this, else the declared fault, or a plain one."""
        version, charset = self.contract.port.version, "utf-8"
        operation, detail, expected = None, [], NOTHING
        try:
            came = envelopes.read(asked.body, asked.headers.get("content-type", ""))
            charset, operation = came.charset, self._operation(came, asked)
        except Refused:
            pass  # a fault on order is given whatever was sent
        else:
            expected = self.options.expecting(operation.name) if operation else NOTHING
            said = self._said(operation, came, kind, expected) if operation else None
            if said is not None:
                return said
        if operation is not None and operation.faults:
            detail = [self._detail(operation)]
        made = envelopes.fault(version, "Receiver", "按要求返回的错误 a fault on order", detail)
        said_in(made, expected.fault, expected.codes_of(kind))
        content, headers = envelopes.written(made, version, charset)
        name = operation.name if operation else None
        return Answer(status=500, headers=headers, body=content, operation=name, source="fault")

    def _said(
        self, operation: Operation, came: Envelope, kind: str, expected: Expected
    ) -> Answer | None:
        """A reply whose result code says this; None where none can."""
        failing = expected.failing(kind)
        if failing is None:
            return None
        made = replace(self._made(operation, came, kind, failing), source="fault")
        reply = envelopes.read(made.body, made.headers["content-type"]) if made.body else came
        return made if expected.told(kind, values_of(reply)) else None

    def _detail(self, operation: Operation) -> etree._Element:
        draw = Random(f"{self.options.seed}|{operation.name}|fault")
        making = Making(
            schemas=self.contract.schemas, draw=draw, today=self.options.today, keys=Keys()
        )
        _, body = envelopes.empty(self.contract.port.version, self._known_prefixes())
        return making.element(self.contract.schemas.element(operation.faults[0]), body)
