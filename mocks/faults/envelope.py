"""SOAP spoiled: faults instead of a reply, and the true reply in a wrong envelope."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from lxml import etree

from mocks.faults.reply import Context, Reply
from mocks.faults.rule import Fault
from mocks.faults.tree_xml import ENVELOPES, XmlTree

ENV11, ENV12 = ENVELOPES
_OTHER = {ENV11: ENV12, ENV12: ENV11}
_STRANGE = "urn:example:v2"
_FAULT11 = (
    '<s:Envelope xmlns:s="{0}"><s:Body><s:Fault><faultcode>s:{1}</faultcode>'
    "<faultstring>{2}</faultstring></s:Fault></s:Body></s:Envelope>"
)
_FAULT12 = (
    '<s:Envelope xmlns:s="{0}"><s:Body><s:Fault><s:Code><s:Value>s:{1}</s:Value></s:Code>'
    '<s:Reason><s:Text xml:lang="zh">{2}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
)
_BOMB = "".join(
    f'<!ENTITY b{level} "{f"&b{level - 1};" * 10}">' if level else '<!ENTITY b0 "boom">'
    for level in range(10)
)
Wrap = Callable[[XmlTree, Fault], bytes]


def soap_fault(space: str, *, sender: bool = False, status: int = 500) -> Reply:
    """A fault of the version this envelope namespace stands for."""
    form, names = (_FAULT11, ("Server", "Client"))
    if space == ENV12:
        form, names = (_FAULT12, ("Receiver", "Sender"))
    text = "请求报文不合法" if sender else "服务内部错误"
    content = form.format(space, names[sender], text)
    kind = f"{ENVELOPES[space]}; charset=utf-8"
    return Reply(status=status, headers=(("content-type", kind),), body=content.encode())


INSTEAD: dict[str, Callable[[str], Reply]] = {  # by the department's own envelope namespace
    "soap_fault_11": lambda own: soap_fault(ENV11),
    "soap_fault_12": lambda own: soap_fault(ENV12),
    "soap_fault_200": lambda own: soap_fault(own, status=200),
    "soap_fault_client": lambda own: soap_fault(own, sender=True),
}


def _written(root: Any, charset: str) -> bytes:
    content = etree.tostring(root, encoding=charset, xml_declaration=True)
    return bytes(content) if not isinstance(content, str) else content.encode()


def _wrapped(wrap: Wrap) -> Callable[[Reply, Fault, Context], Reply]:
    """The change of an envelope; what is no envelope leaves as it is."""

    def told(reply: Reply, fault: Fault, context: Context) -> Reply:
        try:
            tree = XmlTree(reply.body, reply.charset)
        except ValueError:
            return reply
        if not tree.envelope or not len(tree.body):
            return reply
        return reply.holding(wrap(tree, fault))

    return told


def _in_root(change: Callable[[Any], None]) -> Callable[[Reply, Fault, Context], Reply]:
    def wrap(tree: XmlTree, fault: Fault) -> bytes:
        change(tree.body)
        return tree.content()

    return _wrapped(wrap)


def _wrong_version(reply: Reply, fault: Fault, context: Context) -> Reply:
    for space, other in _OTHER.items():
        if space.encode() in reply.body:
            kind = f"{ENVELOPES[other]}; charset={reply.charset}"
            changed = reply.holding(reply.body.replace(space.encode(), other.encode()))
            return changed.saying("content-type", kind)
    return reply


def _no_envelope(reply: Reply, fault: Fault, context: Context) -> Reply:
    return _wrapped(lambda tree, _: _written(deepcopy(tree.body[0]), reply.charset))(
        reply, fault, context
    )


def _empty(body: Any) -> None:
    body.remove(body[0])


def _two(body: Any) -> None:
    body.append(deepcopy(body[0]))


def _must_understand(body: Any) -> None:
    space = etree.QName(body).namespace
    header = etree.Element(f"{{{space}}}Header")
    block = etree.SubElement(header, f"{{{_STRANGE}}}Routing")
    block.set(f"{{{space}}}mustUnderstand", "1")
    body.addprevious(header)


def _elsewhere(body: Any) -> None:
    for element in body[0].iter("*"):
        element.tag = f"{{{_STRANGE}}}{etree.QName(element).localname}"


def _undeclared(tree: XmlTree, fault: Fault) -> bytes:
    tree.body[0].tag = "undeclared-prefix"
    return tree.content().replace(b"undeclared-prefix", b"lost:reply")


def _doctype(declared: str, reference: bytes, tree: XmlTree) -> bytes:
    """The reply after a DTD, one text of it referring to what that declares."""
    content = tree.content()
    for leaf in tree.leaves()[-1:]:
        leaf.put("entity-goes-here")
        content = tree.content().replace(b"entity-goes-here", reference)
    declaration, _, rest = content.partition(b"?>")
    return declaration + b"?>" + f"<!DOCTYPE r [{declared}]>".encode() + rest


def _entity_bomb(tree: XmlTree, fault: Fault) -> bytes:
    return _doctype(_BOMB, b"&b9;", tree)


def _external(tree: XmlTree, fault: Fault) -> bytes:
    return _doctype(f'<!ENTITY x SYSTEM "{fault.of("uri")}">', b"&x;", tree)


WRAPPED = {
    "wrong_version": _wrong_version,
    "no_envelope": _no_envelope,
    "empty_soap_body": _in_root(_empty),
    "two_body_elements": _in_root(_two),
    "must_understand": _in_root(_must_understand),
    "wrong_namespace": _in_root(_elsewhere),
    "undeclared_prefix": _wrapped(_undeclared),
    "entity_bomb": _wrapped(_entity_bomb),
    "external_entity": _wrapped(_external),
}
