"""Requests of a known form: read as the long way reads them, or the long way."""

from typing import Any

import pytest
from lxml import etree

from mocks.soap.forms import Forms, Varies, formed

VARIES = {"No": Varies("[0-9]{1,9}", "0"), "Name": Varies("[^<>&]{1,9}", "x")}


class Long:
    """The long way of a small language, and how often it was gone."""

    def __init__(self) -> None:
        self.gone = 0

    def read(self, content: bytes) -> tuple[str, Any]:
        """What each element of one level says; comments and references are read as XML has it."""
        self.gone += 1
        root = etree.fromstring(content, etree.XMLParser(remove_comments=True))
        said: dict[str, Any] = {}
        for one in root:
            said.setdefault(one.tag, []).append(one.text or "")
        return str(root.tag), said

    def learned(self, content: bytes) -> Forms[str]:
        """Forms that were shown this."""
        forms: Forms[str] = Forms()
        forms.learn("here", content, "utf-8", VARIES, self.read(content), self.read)
        return forms


SHOWN = b"<q><No>12</No><Name>ab</Name><Kind>k</Kind><No>345</No></q>"


def test_a_request_of_a_known_form_is_read_without_the_long_way() -> None:
    long = Long()
    forms, gone = long.learned(SHOWN), long.gone
    other = SHOWN.replace(b"12", b"777777").replace(b"ab", "上海".encode())

    assert forms.find("here", other) == (
        "q", {"No": ["777777", "345"], "Name": ["上海"], "Kind": ["k"]},
    )  # fmt: skip
    assert forms.find("elsewhere", other) is None
    assert long.gone == gone


@pytest.mark.parametrize(
    "other",
    [
        SHOWN.replace(b"<Kind>k", b"<Kind>l"),
        SHOWN.replace(b"12", b"1x"),
        SHOWN.replace(b"12", b""),
        SHOWN.replace(b"ab", b"a&lt;b"),
        SHOWN.replace(b"ab", b"a<!--c-->b"),
        SHOWN.replace(b"ab", b"\xff"),
        SHOWN.replace(b"<No>345", b"<No>3</No><No>345"),
        SHOWN + b" ",
        b" " + SHOWN,
        SHOWN[:-1],
    ],
)
def test_whatever_else_differs_is_of_no_known_form(other: bytes) -> None:
    assert Long().learned(SHOWN).find("here", other) is None


@pytest.mark.parametrize(
    "decoy",
    [
        b"<q><No><![CDATA[12]]></No><Kind><!-->12<--></Kind></q>",
        b"<q><No>1&#50;</No><Other>12</Other></q>",
        b"<q><No>12</No><Other>12</Other></q>",
        b"<q><No>12</No><No>12</No></q>",
        b"<q><No>0</No></q>",
        b"<q><No>none</No></q>",
        b"<q><Kind>k</Kind></q>",
        b"<q><No>12</No><No>x</No></q>",
    ],
)
def test_what_may_be_read_otherwise_has_no_form(decoy: bytes) -> None:
    forms = Long().learned(decoy)

    assert forms.find("here", decoy) is None


def test_a_form_is_kept_only_when_its_examples_are_read_as_such() -> None:
    def remembers(content: bytes) -> tuple[str, Any]:
        return "q", {"No": "12"}  # whatever was sent

    forms: Forms[str] = Forms()
    forms.learn("here", b"<q><No>12</No></q>", "utf-8", VARIES, remembers(b""), remembers)

    assert formed(b"<q><No>12</No></q>", "utf-8", VARIES, remembers(b"")) is not None
    assert forms.find("here", b"<q><No>13</No></q>") is None


def test_who_never_comes_again_is_tried_more_and_more_rarely() -> None:
    long, forms = Long(), Forms[str]()

    for number in range(3000):
        content = b"<q><Stamp>%d</Stamp><No>12</No></q>" % number
        forms.learn("here", content, "utf-8", VARIES, ("q", {"No": ["12"]}), long.read)

    assert long.gone <= 14


def test_no_more_than_a_few_forms_are_kept_and_the_one_used_last_stays() -> None:
    long, forms = Long(), Forms[str]()
    content = [b"<q><Kind>%d</Kind><No>12</No></q>" % number for number in range(40)]

    for one in content:
        forms.learn("here", one, "utf-8", VARIES, long.read(one), long.read)
        forms._shelves["here"].patience = 1
        forms.find("here", content[0])

    assert len(forms._shelves["here"].forms) == 8
    assert forms.find("here", content[0]) is not None
