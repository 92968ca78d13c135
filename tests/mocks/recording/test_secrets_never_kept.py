"""A credential anywhere in a message is in nothing that is kept; what has none stays as it was."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mocks.recording.people import PEOPLE
from mocks.recording.redaction import CREDENTIALS_ONLY, Redaction
from tests.mocks.recording import hidden

CHARSETS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030")


@given(st.data())
def test_a_credential_in_a_body_is_in_nothing_that_is_kept(data: st.DataObject) -> None:
    secret = data.draw(hidden.secrets_)
    text = data.draw(hidden.wrapped(secret))
    charset = data.draw(st.sampled_from(CHARSETS))
    kind = data.draw(st.sampled_from(("", "text/plain", f"application/json; charset={charset}")))

    kept, encoded = CREDENTIALS_ONLY.body(text.encode(charset), kind)

    assert not hidden.shows(kept), text
    assert kept.encode(encoded)


@given(st.data())
def test_nor_when_the_body_was_cut_wherever(data: st.DataObject) -> None:
    text = data.draw(hidden.wrapped(data.draw(hidden.secrets_)))
    content = text.encode(data.draw(st.sampled_from(("utf-8", "gb18030"))))
    cut = content[: data.draw(st.integers(0, len(content)))]

    kept, _ = CREDENTIALS_ONLY.body(cut, "", cut=True)

    assert not hidden.shows(kept), text


@given(st.data())
def test_nor_in_a_header_an_address_or_a_part_of_a_form(data: st.DataObject) -> None:
    secret = data.draw(hidden.secrets_)
    document = data.draw(hidden.wrapped(secret))
    name = data.draw(hidden.names)
    said = quote(secret, safe="")
    parts = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n--b--\r\n'
    kept = (
        CREDENTIALS_ONLY.header_lines({"X-State": document.encode().decode("latin-1")})["X-State"],
        CREDENTIALS_ONLY.header_lines({name: secret})[name],
        CREDENTIALS_ONLY.header_lines({"Location": f"https://a.example/b?x=1&{name}={said}"})[
            "Location"
        ],
        CREDENTIALS_ONLY.header_lines({"Referer": f"/b#{name}={said}"})["Referer"],
        CREDENTIALS_ONLY.address(f"/a/b;jsessionid={said}/c?x=1"),
        CREDENTIALS_ONLY.address(f"/a?x={quote(document)}&{quote(name)}={said}"),
        CREDENTIALS_ONLY.body(parts.format(name, secret).encode(), "multipart/form-data")[0],
        CREDENTIALS_ONLY.body(
            parts.format("file", document).encode("gb18030"), "multipart/form-data; boundary=b"
        )[0],
    )

    assert not any(map(hidden.shows, kept)), kept


@given(st.data())
def test_what_was_well_formed_still_is_and_once_is_enough(data: st.DataObject) -> None:
    text = data.draw(hidden.wrapped(data.draw(hidden.secrets_)))

    kept = CREDENTIALS_ONLY.text(text, "")

    if _parses(text):
        assert _parses(kept), (text, kept)
    assert CREDENTIALS_ONLY.text(kept, "") == kept
    assert Redaction().text(text, "") == kept


@given(hidden.harmless_values, st.lists(st.sampled_from(hidden.WRAPS), max_size=3), st.booleans())
def test_what_has_no_credential_stays_byte_for_byte(value: Any, wraps: Any, xml: bool) -> None:
    text = hidden.as_xml(value) if xml else json.dumps(value, ensure_ascii=False)
    for wrap in wraps:
        text = wrap(text)
    for charset in CHARSETS:
        kept, encoded = CREDENTIALS_ONLY.body(text.encode(charset), "")

        assert kept.encode(encoded) == text.encode(charset)


@given(st.data())
def test_nor_is_a_persons_number_however_it_is_nested(data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(("310101197404133341", "13987707662", "021-64310000")))
    value = data.draw(hidden.holding({"证件": number, "n": [f"电话{number}。"]}))
    text = hidden.as_xml(value) if data.draw(st.booleans()) else json.dumps(value)
    for wrap in data.draw(st.lists(st.sampled_from(hidden.WRAPS), max_size=3)):
        text = wrap(text)

    kept = Redaction(patterns=PEOPLE).text(text, "")

    assert not any(number in one for one in hidden.readings(kept)), (text, kept)


@given(st.binary(max_size=300), st.sampled_from(("", "application/pdf", "text/xml;charset=gbk")))
def test_bytes_of_any_kind_stay(content: bytes, kind: str) -> None:
    kept, charset = CREDENTIALS_ONLY.body(content, kind)

    assert kept.encode(charset) == content


def _parses(text: str) -> bool:
    try:
        if text.startswith("<"):
            etree.fromstring(text.encode())
        else:
            json.loads(text)
    except (ValueError, etree.XMLSyntaxError):
        return False
    return True
