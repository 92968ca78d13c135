"""What must not be kept is replaced, and everything else stays as it was."""

from pathlib import Path

import pytest
from stdnum.cn import ric

from mocks.recording.pseudonym import same_shape
from mocks.recording.redaction import CREDENTIALS_ONLY, MASK, PEOPLE, Redaction
from mocks.recording.rules import WrongRules, redaction_of

KEY = b"k" * 32
FULL = Redaction(patterns=PEOPLE, key=KEY)
ID = "310101197404133341"
PARTS = (
    '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{}\r\n'
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n'
)


CUT = '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{}'  # a journal keeps so much


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ('{"client_secret": "s\\"x", "n": 1}', "json", f'{{"client_secret": "{MASK}", "n": 1}}'),
        ('{"access_token":"t","for":600}', "json", f'{{"access_token":"{MASK}","for":600}}'),
        ("grant_type=x&client_secret=s", "form-urlencoded", f"grant_type=x&client_secret={MASK}"),
        ('<w:Password T="d">s</w:Password>', "xml", f'<w:Password T="d">{MASK}</w:Password>'),
        ("<inLicense><![CDATA[a<b]]></inLicense>", "xml", f"<inLicense>{MASK}</inLicense>"),
        ("<a>&lt;pwd&gt;s&lt;/pwd&gt;</a>", "xml", f"<a>&lt;pwd&gt;{MASK}&lt;/pwd&gt;</a>"),
        ('{"reference": "case:A", "keys": "1"}', "json", '{"reference": "case:A", "keys": "1"}'),
        ("<CaseRef>1</CaseRef>", "xml", "<CaseRef>1</CaseRef>"),
        ('{"f": {"pwd": "s", "n": [1]}}', "json", f'{{"f": {{"pwd": "{MASK}", "n": [1]}}}}'),
        ('{"secret": ["s", "t"], "n": 1}', "json", f'{{"secret": "{MASK}", "n": 1}}'),
        ('{"token": {"value": "s"}}', "json", f'{{"token": "{MASK}"}}'),
        ('<u name="a" pwd="s"/>', "xml", f'<u name="a" pwd="{MASK}"/>'),
        ("<u a:Token='s'>1</u>", "xml", f"<u a:Token='{MASK}'>1</u>"),
        (PARTS.format("s"), "form-data", PARTS.format(MASK)),
        (CUT.format("s"), "form-data", CUT.format(MASK)),
    ],
)  # fmt: skip
def test_credentials_go_by_name_in_whatever_form(text: str, kind: str, expected: str) -> None:
    assert CREDENTIALS_ONLY.text(text, kind) == expected


def test_credentials_go_from_headers_and_addresses_and_a_key_of_repeats_stays() -> None:
    headers = {"Authorization": "Bearer x", "X-Api-Key": "x", "Idempotency-Key": "k", "Cookie": "c"}

    assert CREDENTIALS_ONLY.header_lines(headers) == {
        "Authorization": MASK, "X-Api-Key": MASK, "Idempotency-Key": "k", "Cookie": MASK,
    }  # fmt: skip
    assert CREDENTIALS_ONLY.address("/a?token=x&n=1") == f"/a?token={MASK}&n=1"


def test_a_resident_id_becomes_another_valid_one_the_same_every_time() -> None:
    once = FULL.text(f'{{"a": "{ID}", "b": "{ID}"}}', "json")
    other = Redaction(patterns=PEOPLE).text(f'{{"a": "{ID}"}}', "json")

    first, second = once.split('"')[3], once.split('"')[7]
    assert ID not in once + other
    assert first == second
    assert ric.is_valid(first)
    assert first not in other  # another recording, another key


@pytest.mark.parametrize(
    "phone", ["13987707662", "+8613987707662", "86-13987707662", "021-64310000"]
)
def test_a_phone_number_keeps_its_shape(phone: str) -> None:
    told = FULL.text(f"<Tel>{phone}</Tel>", "xml")

    assert phone not in told
    assert len(told) == len(f"<Tel>{phone}</Tel>")


@pytest.mark.parametrize(
    "harmless",
    ["91310104MA188WXJ2E", "1758416400000", "20260921000001", "沪(2014)徐字不动产权第0005640号"],
)
def test_what_only_resembles_a_persons_number_stays(harmless: str) -> None:
    assert FULL.text(f"<v>{harmless}</v>", "xml") == f"<v>{harmless}</v>"


def test_bytes_that_lie_about_their_charset_come_back_as_they_were() -> None:
    body = "<名>小满</名>".encode("gbk")

    text, charset = CREDENTIALS_ONLY.body(body, "text/xml; charset=utf-8")

    assert text.encode(charset) == body


def test_an_owner_adds_names_and_patterns_and_switches_rules_off(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(
        'headers = ["X-Badge"]\nfields = ["GMSFHM"]\noff = ["phone"]\n'
        "[patterns]\ncase = 'C-\\d{6}'\n"
    )
    redaction = redaction_of(file)

    told = redaction.text("<r><GMSFHM>1</GMSFHM><t>13987707662</t><c>C-123456</c></r>", "xml")

    assert redaction.header_lines({"x-badge": "7"}) == {"x-badge": MASK}
    assert told.startswith(f"<r><GMSFHM>{MASK}</GMSFHM><t>13987707662</t><c>")
    assert "C-123456" not in told


@pytest.mark.parametrize(
    "text",
    ["name = 1", "off = ['fax']", "fields = 'x'", "[patterns]\na = '('", "[", "patterns = 1"],
)
def test_rules_that_cannot_be_kept_are_refused_with_file_and_key(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text)

    with pytest.raises(WrongRules, match=r"rules\.toml:.* — "):
        redaction_of(file)


def test_the_same_shape_is_another_value() -> None:
    made = same_shape(KEY, "AB-12 xy 张")

    assert made != "AB-12 xy 张"
    assert [c.isdigit() for c in made] == [c.isdigit() for c in "AB-12 xy 张"]
