"""What must not be kept is replaced, and everything else stays as it was."""

import json
from pathlib import Path

import pytest
from stdnum.cn import ric

from mocks.recording.edits import MASK
from mocks.recording.people import PEOPLE
from mocks.recording.pseudonym import same_shape
from mocks.recording.redaction import CREDENTIALS_ONLY, Redaction
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
        ('{"name":"password","value":"s"}', "json", f'{{"name":"password","value":"{MASK}"}}'),
        ('{"value":"s","name":"floor"}', "json", '{"value":"s","name":"floor"}'),
        ('[["token","s"],["n","1"]]', "json", f'[["token","{MASK}"],["n","1"]]'),
        ('<param name="password">x</param>', "xml", f'<param name="password">{MASK}</param>'),
        ("<e><key>token</key><value>x</value></e>", "xml",
         f"<e><key>token</key><value>{MASK}</value></e>"),
        ("<in><![CDATA[<password>s</password>]]></in>", "xml",
         f"<in><![CDATA[<password>{MASK}</password>]]></in>"),
        ('{"in":"<pwd>s</pwd>","n":1}', "json", f'{{"in":"<pwd>{MASK}</pwd>","n":1}}'),
        ('{"in":"{\\"pwd\\": \\"s\\"}"}', "json", f'{{"in":"{{\\"pwd\\": \\"{MASK}\\"}}"}}'),
        ("%7B%22pwd%22%3A%22s%22%7D", "text", "%7B%22pwd%22%3A%22***%22%7D"),
        ('{"tokens": 3, "密码":"s", "jwt', "json", f'{{"tokens": "{MASK}", "密码":"{MASK}", "jwt'),
        ('{"a": {"secret": {"b": "s', "json", f'{{"a": {{"secret": "{MASK}"'),
        ("GET /x\r\nCookie: a=s; b=s\r\nA: 1", "text", f"GET /x\r\nCookie: {MASK}\r\nA: 1"),
        ("said: sid=s; Path=/; HttpOnly", "text", f"said: sid={MASK}; Path=/; HttpOnly"),
        ("postgresql://u:s@db/x", "text", f"postgresql://u:{MASK}@db/x"),
        ('<?a href="/b?token=s1"?><r/>', "xml", f'<?a href="/b?token={MASK}"?><r/>'),
        ('<!DOCTYPE r [<!ENTITY pwd "s1">]><r/>', "xml",
         f'<!DOCTYPE r [<!ENTITY pwd "{MASK}">]><r/>'),
        ("a: 1\npassword: |\n  s1\n  s2\nb: 2\n", "yaml", f"a: 1\npassword: |\n  {MASK}\nb: 2\n"),
        ("git clone https://ghp0123456789abcdef@a.b/c", "text", f"git clone https://{MASK}@a.b/c"),
        ("cb({'pwd': 's'})", "javascript", f"cb({{'pwd': '{MASK}'}})"),
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
    assert CREDENTIALS_ONLY.address("/a;jsessionid=S1/b?n=1") == f"/a;jsessionid={MASK}/b?n=1"
    assert CREDENTIALS_ONLY.address("/tokens/ab12cd34ef56gh78") == f"/tokens/{MASK}"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("location", "https://a/b?access_token=x&n=1", f"https://a/b?access_token={MASK}&n=1"),
        ("referer", "/b?u=%2Fc%3Fpassword%3Dx", f"/b?u=%2Fc%3Fpassword%3D{MASK}"),
        ("set-cookie", "JSESSIONID=x; Path=/, b=y", f"JSESSIONID={MASK}"),
        ("x-user", '{"token":"x","id":1}', f'{{"token":"{MASK}","id":1}}'),
        ("www-authenticate", 'Digest realm="r", nonce="x"', f'Digest realm="r", nonce="{MASK}"'),
        ("x-forwarded-for", "10.0.0.1", "10.0.0.1"),
        ("access-control-allow-credentials", "true", "true"),
        ("x-说明", "\u00e5\u00be\u0090", "\u00e5\u00be\u0090"),
    ],
)  # fmt: skip
def test_credentials_go_from_what_headers_say(name: str, value: str, expected: str) -> None:
    assert CREDENTIALS_ONLY.header_lines({name: value}) == {name: expected}


@pytest.mark.parametrize(
    "harmless",
    [
        '{"tokenType":"bearer","passwordPolicy":"strong","idempotency_key":"k","secretary":"甲"}',
        '{"primaryKey":"id","licence":{"no":"1"},"signText":"面馆","password":null,"token":""}',
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='password'"
        " default='x'><xs:annotation>a</xs:annotation></xs:element></xs:schema>",
        '{"openapi":"3.0.1","components":{"password":{"type":"string"}}}',
        "https://token.example:8443/a;b=1?c=%E5%BE%90#d",
        "<e xmlns:token='urn:x'><name>floor</name><value>3</value></e>",
        '{"a":"QUJDpwdEjwtFpwd1QUJDpwdEjwtFpwd1QUJDpwdEjwtFpwdA==","b":"see pwdA== there"}',
        "Basic facts and bearer shares; the 时间: 12:30",
    ],
)
def test_what_only_sounds_like_a_credential_stays(harmless: str) -> None:
    assert CREDENTIALS_ONLY.text(harmless, "") == harmless


def test_a_resident_id_that_is_a_json_number_stays_one() -> None:
    for key in range(50):
        told = Redaction(patterns=PEOPLE, key=bytes([key])).text(f'{{"id":{ID}}}', "json")

        assert isinstance(json.loads(told)["id"], int)
        assert ID not in told


def test_a_resident_id_becomes_another_valid_one_the_same_every_time() -> None:
    once = FULL.text(f'{{"a": "{ID}", "b": "{ID}"}}', "json")
    other = Redaction(patterns=PEOPLE).text(f'{{"a": "{ID}"}}', "json")

    first, second = once.split('"')[3], once.split('"')[7]
    assert ID not in once + other
    assert first == second
    assert ric.is_valid(first)
    assert first not in other  # another recording, another key


@pytest.mark.parametrize(
    "phone",
    [
        "13987707662",
        "+8613987707662",
        "86-13987707662",
        "139 8770 7662",
        "139-8770-7662",
        "021-64310000",
        "(021)64310000",
        "（021）64310000",
        "+86-21-64310000",
    ],
)
def test_a_phone_number_keeps_its_shape(phone: str) -> None:
    told = FULL.text(f"<Tel>{phone}</Tel>", "xml")

    assert phone[-8:] not in told
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
