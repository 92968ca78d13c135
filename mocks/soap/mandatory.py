"""Header blocks a receiver must understand or refuse the message, by SOAP 1.1 and 1.2."""

from collections.abc import Collection, Iterable

from mocks.soap.xml import Element

ENV11 = "http://schemas.xmlsoap.org/soap/envelope/"
ENV12 = "http://www.w3.org/2003/05/soap-envelope"
# Who a block is for, and the names under which that is whoever receives the message.
_FOR = {
    ENV11: ("actor", {"", "http://schemas.xmlsoap.org/soap/actor/next"}),
    ENV12: ("role", {"", f"{ENV12}/role/next", f"{ENV12}/role/ultimateReceiver"}),
}


def not_understood(
    blocks: Iterable[Element], envelope: str, understood: Collection[str]
) -> list[Element]:
    """The blocks that are for us, must be understood, and are none of the tags we understand."""
    name, ours = _FOR[envelope]
    return [
        block
        for block in blocks
        if block.get(f"{{{envelope}}}mustUnderstand", "").strip() in ("1", "true")
        and block.get(f"{{{envelope}}}{name}", "").strip() in ours
        and block.tag not in understood
    ]
