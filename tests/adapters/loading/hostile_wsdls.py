"""WSDLs nobody should load: each made into a folder, with the words its refusal must have."""

import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.adapters.loading.cases import DOCUMENTS

WSDL = (DOCUMENTS / "soap_wrapped/contract/land.wsdl").read_text("utf-8")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SCHEMA = '<xs:schema targetNamespace="urn:land" elementFormDefault="qualified">\n'
_XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">'

Make = Callable[["Place"], str | bytes]


@dataclass(frozen=True)
class Place:
    """Where a document is made, and the canaries it points at: a pipe outside, a port."""

    folder: Path
    pipe: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/x.xsd"


def with_dtd(inside: str, document: str = WSDL) -> str:
    return document.replace(_HEAD, f"{_HEAD}<!DOCTYPE definitions {inside}>\n")


def with_schema(inside: str) -> str:
    """The good WSDL with more in its schema."""
    return WSDL.replace(_SCHEMA, _SCHEMA + inside)


def imports(location: str) -> str:
    return with_schema(f'<xs:import namespace="urn:x" schemaLocation="{location}"/>')


def element(content: str, name: str = "r") -> str:
    return f'<xs:element name="{name}"><xs:complexType>{content}</xs:complexType></xs:element>'


def pattern(value: str) -> str:
    return with_schema(
        '<xs:simpleType name="P"><xs:restriction base="xs:string">'
        f'<xs:pattern value="{value}"/></xs:restriction></xs:simpleType>'
    )


def groups(kind: str, end: str, depth: int) -> str:
    """Groups that hold the next group twice."""
    open_, close = ("<xs:sequence>", "</xs:sequence>") if kind == "group" else ("", "")
    lines = [
        f'<xs:{kind} name="g{n}">{open_}<xs:{kind} ref="t:g{n + 1}"/><xs:{kind} ref="t:g{n + 1}"/>'
        f"{close}</xs:{kind}>"
        for n in range(depth)
    ]
    last = f'<xs:{kind} name="g{depth}">{open_}{end}{close}</xs:{kind}>'
    return with_schema(element(f'<xs:{kind} ref="t:g0"/>') + "".join(lines) + last)


def chain(length: int) -> str:
    types = "".join(
        f'<xs:complexType name="c{n}"><xs:complexContent><xs:extension base="t:c{n + 1}"/>'
        "</xs:complexContent></xs:complexType>"
        for n in range(length)
    )
    return with_schema(f'{types}<xs:complexType name="c{length}"><xs:sequence/></xs:complexType>')


def _linked(place: Place, target: Path) -> str:
    (place.folder / "link.xsd").symlink_to(target)
    return imports("link.xsd")


def _outside(place: Place) -> str:
    target = place.folder.parent / "outside.xsd"
    target.write_text(_XSD + "</xs:schema>", "utf-8")
    return _linked(place, target)


def _imported(place: Place, text: str) -> str:
    (place.folder / "more.xsd").write_text(text, "utf-8")
    return imports("more.xsd")


def _many_files(place: Place) -> str:
    padding = ("<!--" + "x" * 2**20 + "-->") * 15
    for n in range(5):
        (place.folder / f"f{n}.xsd").write_text(
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{padding}</xs:schema>', "utf-8"
        )
    lines = "".join(f'<xs:include schemaLocation="f{n}.xsd"/>' for n in range(5))
    return with_schema(lines)


def _pipe(place: Place) -> str:
    os.mkfifo(place.folder / "pipe.xsd")
    return imports("pipe.xsd")


def _optional(count: int) -> str:
    inside = "".join(f'<xs:element name="e{n}" minOccurs="0"/>' for n in range(count))
    return with_schema(element(f"<xs:sequence>{inside}</xs:sequence>"))


_LAUGHS = "[" + '<!ENTITY l0 "ha">'
for _n in range(1, 30):
    _LAUGHS += f'<!ENTITY l{_n} "{f"&l{_n - 1};" * 10}">'
_LAUGHS += "]"
_COUNTED = '<xs:sequence maxOccurs="9999">'

SOAP: dict[str, tuple[str, Make]] = {
    "an entity of a file": (
        "carries a DTD",
        lambda p: with_dtd(f'[<!ENTITY x SYSTEM "file://{p.pipe}">]').replace("urn:land#", "&x;"),
    ),
    "an external DTD": ("carries a DTD", lambda p: with_dtd(f'SYSTEM "{p.url}"')),
    "a public DTD": ("carries a DTD", lambda p: with_dtd(f'PUBLIC "-//x" "{p.url}"')),
    "a parameter entity": (
        "carries a DTD",
        lambda p: with_dtd(f'[<!ENTITY % x SYSTEM "{p.url}"> %x;]'),
    ),
    "a billion laughs": ("carries a DTD", lambda p: with_dtd(_LAUGHS).replace("Find", "&l29;")),
    "a quadratic blow-up": (
        "carries a DTD",
        lambda p: with_dtd(f'[<!ENTITY x "{"x" * 100_000}">]').replace("#Find", "&x;" * 50_000),
    ),
    "a DTD behind a comment": (
        "carries a DTD",
        lambda p: WSDL.replace(_HEAD, f'{_HEAD}<!-- x --><?y?>\n<!DOCTYPE d SYSTEM "{p.url}">'),
    ),
    "a DTD in UTF-16": (
        "carries a DTD",
        lambda p: with_dtd(f'SYSTEM "{p.url}"').replace("UTF-8", "UTF-16").encode("utf-16"),
    ),
    "a DTD in an imported schema": (
        "more.xsd carries a DTD",
        lambda p: _imported(p, f'<!DOCTYPE s SYSTEM "{p.url}">{_XSD}</xs:schema>'),
    ),
    "a remote schema": ("nothing is fetched — put a copy", lambda p: imports(p.url)),
    "a remote schema by https": ("[contract.vendored]", lambda p: imports("https://x.invalid/y")),
    "a remote schema without a scheme": ("nothing is fetched", lambda p: imports(p.url[5:])),
    "a remote include": (
        "nothing is fetched",
        lambda p: with_schema(f'<xs:include schemaLocation="{p.url}"/>'),
    ),
    "a remote redefine": (
        "nothing is fetched",
        lambda p: with_schema(f'<xs:redefine schemaLocation="{p.url}"/>'),
    ),
    "a remote WSDL": (
        "land.wsdl refers to http://127.0.0.1",
        lambda p: WSDL.replace("  <types>", f'<import namespace="u" location="{p.url}"/><types>'),
    ),
    "a file by URL": ("nothing is fetched", lambda p: imports(f"file://{p.pipe}")),
    "a path upwards": ("outside the contract's folder", lambda p: imports(f"../{p.pipe.name}")),
    "a path upwards in disguise": (
        "outside the contract's folder",
        lambda p: imports(f"%2e%2e/{p.pipe.name}"),
    ),
    "an absolute path": ("which is no relative path", lambda p: imports(str(p.pipe))),
    "a Windows path": ("nothing is fetched", lambda p: imports("C:\\secret.xsd")),
    "a link to a pipe outside": (
        "outside the contract's folder",
        lambda p: _linked(p, p.pipe),
    ),
    "a link to a file outside": ("outside the contract's folder", _outside),
    "a link to itself": ("link.xsd", lambda p: _linked(p, p.folder / "link.xsd")),
    "a pipe": ("which is not there", _pipe),
    "a folder": ("which is not there", lambda p: imports(".")),
    "a missing file": ("'gone.xsd', which is not there", lambda p: imports("gone.xsd")),
    "a name too long": ("which lies outside", lambda p: imports("x" * 5000)),
    "ten thousand levels": (
        "not well-formed XML: Excessive depth",
        lambda p: with_schema("<xs:sequence>" * 10_000 + "</xs:sequence>" * 10_000),
    ),
    "WSDL 2.0": (
        "is WSDL 2.0 — ask for the WSDL 1.1",
        lambda p: '<description xmlns="http://www.w3.org/ns/wsdl"/>',
    ),
    "a schema as WSDL": ("an XML schema, no WSDL", lambda p: _XSD + "</xs:schema>"),
    "a web page": ("an HTML page", lambda p: "<html><body>Login</body></html>"),
    "a web page with a DOCTYPE": ("an HTML page", lambda p: "<!DOCTYPE html><html></html>"),
    "definitions of another namespace": (
        "are of the namespace 'urn:else'",
        lambda p: WSDL.replace("http://schemas.xmlsoap.org/wsdl/", "urn:else"),
    ),
    "JSON": ("not XML but JSON", lambda p: '{"openapi": "3.0.0"}'),
    "prose": ("is not XML", lambda p: "the contract will follow"),
    "nothing": ("is empty", lambda p: b""),
    "blanks": ("is empty", lambda p: b" \n" * 1000),
    "bytes": ("is not in the encoding", lambda p: bytes(range(128, 256)) * 50),
    "a program": ("is a program", lambda p: b"\x7fELF" + bytes(1000)),
    "gzip": ("compressed (gzip) — unpack it", lambda p: gzip.compress(WSDL.encode())),
    "a ZIP": ("a ZIP archive", lambda p: b"PK\x03\x04" + bytes(100)),
    "GBK that says UTF-8": (
        "not in the encoding it declares (utf-8)",
        lambda p: WSDL.replace("Owner", "权利人").encode("gbk"),
    ),
    "ASCII that says UTF-16": (
        "not in the encoding it declares",
        lambda p: WSDL.replace("UTF-8", "UTF-16").encode(),
    ),
    "an unknown encoding": ("is not read", lambda p: WSDL.replace("UTF-8", "X-MINE")),
    "a codec that is no encoding": ("is not read", lambda p: WSDL.replace("UTF-8", "idna")),
    "NUL": ("is binary", lambda p: WSDL.encode().replace(b"Find", b"Fi\0nd")),
    "half a document": ("not well-formed XML", lambda p: WSDL[: len(WSDL) // 2]),
    "17 MB": ("exceeds 16 MB", lambda p: WSDL + " " * (17 * 2**20)),
    "75 MB in five files": ("exceed 64 MB", _many_files),
    "a million elements": ("more elements", lambda p: with_schema("<xs:x/>" * 1_000_000)),
    "a million attributes": (
        "more elements or attributes",
        lambda p: with_schema("<xs:x " + " ".join(f'a{n}=""' for n in range(1_000_000)) + "/>"),
    ),
    "an attribute of 12 MB": (
        "not well-formed XML",
        lambda p: with_schema(f'<xs:x a="{"x" * (12 * 2**20)}"/>'),
    ),
    "groups that unfold": (
        "unfolds to more",
        lambda p: groups("group", "", 40).replace(
            'name="g40"><xs:sequence>', 'name="g40"><xs:sequence><xs:element name="a"/>'
        ),
    ),
    "attribute groups that unfold": (
        "unfolds to more",
        lambda p: groups("attributeGroup", '<xs:attribute name="a"/>', 40),
    ),
    "three thousand optional elements": ("too big to be checked", lambda p: _optional(3000)),
    "repetitions of repetitions": (
        "repeats what is repeated",
        lambda p: with_schema(
            element(_COUNTED * 4 + '<xs:element name="a" maxOccurs="999"/>' + "</xs:sequence>" * 4)
        ),
    ),
    "a chain of five thousand types": ("definitions deep", lambda p: chain(5000)),
    "a type on itself": (
        "in a circle",
        lambda p: (
            chain(1)
            .replace("<xs:sequence/>", "")
            .replace(
                'name="c1">',
                'name="c1"><xs:complexContent><xs:extension base="t:c0"/></xs:complexContent>',
            )
        ),
    ),
    "a group in itself": (
        "in a circle",
        lambda p: with_schema(
            '<xs:group name="g"><xs:sequence><xs:group ref="t:g"/></xs:sequence></xs:group>'
        ),
    ),
    "an exponential pattern": ("cannot be checked", lambda p: pattern("(a|aa)*b")),
    "a pattern that counts counts": ("cannot be checked", lambda p: pattern("((a{1,99}){1,99})+")),
    "a pattern of a megabyte": ("cannot be checked", lambda p: pattern("(a|b)" * 200_000)),
    "a pattern that is none": ("not valid", lambda p: pattern("[a-")),
    "a count of a thousand digits": (
        "not valid",
        lambda p: with_schema(
            element(f'<xs:sequence><xs:element name="a" maxOccurs="{"9" * 1000}"/></xs:sequence>')
        ),
    ),
    "an unknown type": (
        "not valid",
        lambda p: with_schema('<xs:element name="r" type="t:Nothing"/>'),
    ),
    "a prefix nobody declared": (
        "not valid",
        lambda p: with_schema('<xs:element name="r" type="q:Nothing"/>'),
    ),
    "an import that is no schema": (
        "more.xsd is no XML schema",
        lambda p: _imported(p, "<x/>"),
    ),
    "a redefine of nothing": (
        "does not itself define",
        lambda p: _imported(p, _XSD + "</xs:schema>").replace(
            '<xs:import namespace="urn:x" schemaLocation="more.xsd"/>',
            '<xs:redefine schemaLocation="more.xsd"><xs:group name="g"/></xs:redefine>',
        ),
    ),
    "no service": ("no service", lambda p: WSDL[: WSDL.index("  <service")] + "</definitions>"),
}
