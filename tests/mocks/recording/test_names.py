"""Which names are a credential's or a person's, in every style, and which only sound so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.recording.names import is_credential
from mocks.recording.personal import NAMED, sort_of
from mocks.recording.redaction import Redaction

CREDENTIALS = (
    "sig", "hmac", "pin", "psw", "auth key", "sign key", "signing key", "app secret", "access key",
    "encrypt key", "session key", "aes key", "sm4 key", "license key", "csrf", "otp", "totp", "cvv",
    "salt", "passwort", "heslo", "wachtwoord", "senha", "contraseña", "mot de passe", "mima",
    "dlmm", "yhmm", "yzm", "dxyzm", "dzqm", "sqm", "miyao", "user key", "client secret",
)  # fmt: skip
GLUED = (
    "authkey", "signkey", "appsecret", "accesskey", "appkey", "sessionkey", "secretkey",
    "apisign", "datasign", "aeskey", "userkey", "hmackey", "motdepasse", "userpsw",
    "loginpsw", "PIN码", "登录密码", "密碼", "簽名", "驗證碼", "パスワード", "认证码", "动态码",
)  # fmt: skip
ALONE = ("ak", "sk", "mac", "qm", "sign", "pass", "x-sign", "X-Tif-Sign")
HARMLESS = (
    "design", "designer", "design sign board", "spin", "spinner", "signboard", "assign",
    "assignee", "insignia", "signatory", "pinyin", "pinned", "opinion", "author",
    "authority", "macro", "machine", "monkey", "keyboard", "keyword", "compass",
    "passenger", "passage", "bypass", "side", "inside", "residence", "task", "risk",
    "break", "sigma", "significance", "consignee", "sightseeing", "soap", "salted fish",
    "desalt", "secretary", "secretariat", "resin", "mine", "mm", "qmz count", "width",
    "project", "xmmc", "xmdm", "xmbh", "用途", "签发机关", "密度", "秘书", "public key", "row key",
)  # fmt: skip
PERSONS = {
    "identity": (
        "sfzh", "sfzhm", "zjhm", "gmsfhm", "SQRSFZH", "frsfzh", "idCard", "id_card_no", "idNo",
        "identityNumber", "agentCertNo", "holder_certificate_number", "passportNo",
        "SSN", "zjbh", "sbkh", "frzjbh", "wechat", "weixinNo", "qq", "QQ号", "openid", "unionId",
        "身份证号", "证件号码", "公民身份号码",
    ),
    "person": (
        "xm", "XM", "frxm", "sqrxm", "lxr", "fddbr", "applicantName", "contact_person", "fullName",
        "lastName", "surname", "legalRepresentative", "QLR", "SQRMC", "qlrmc", "DBR",
        "applicant", "realName", "real_name", "trueName", "legalRepName", "linkman", "operatorName",
        "applyName", "applyUserName", "custName", "customerName", "memberName", "userName",
        "nickName", "dlrmc", "ryxm", "hzxm", "poxm", "frmc", "frdb", "chargePerson", "handlePerson",
        "studentName", "patientName",
        "姓名", "权利人", "申请人", "联系人", "申请人姓名", "法定代表人",
    ),
    "telephone": (
        "sjh", "sjhm", "lxdh", "LXDH", "dhhm", "mobile", "mobilePhone", "phoneNumber", "tel",
        "telNo",         "contactPhone", "fax", "手机号", "联系电话", "手机号码",
    ),
    "address": ("dz", "lxdz", "hjdz", "jtzz", "liveAddress", "zz", "domicile",
        "residence", "homeAddress", "postal_address", "住址", "户籍地址"),
    "birthday": ("csrq", "birthday", "birthDate", "dateOfBirth", "出生日期"),
    "account": ("yhkh", "yhzh", "bankAccount", "bankCardNo", "IBAN", "银行卡号"),
}  # fmt: skip
NOBODYS = (
    "name", "id", "item name", "company", "code", "xmmc", "xmbh", "address", "ip address",
    "idea", "sidewalk", "hotel", "hotel number", "telescope", "automobile", "dzqm",
    "contract", "contact type", "person count", "applicant type", "birthplace code", "scsj",
    "zlbz", "sqrlx", "qlrlb", "dbrq", "applicant count", "cert no", "cert number", "agent count",
    "user agent", "certificate type", "cjsj", "lxdm", "lxmc", "bdcdyh", "fax machine",
    "credit code", "company name", "project name", "dept name", "department name", "item name",
    "file name", "operator", "agent", "handler", "principal", "contacts", "spouse", "fr", "signer",
    "proposer", "jsxm", "gcxm", "spxm", "sfxm", "srxm", "qymc", "dwmc", "qqs", "zzjg", "zzmc",
    "zzbh", "open id type", "hostname", "residence permit type", "service name", "street name",
    "identity type", "名称",
    "项目名称", "电话类型", "联系人类型",
)  # fmt: skip


def _camel(words: list[str]) -> str:
    return words[0] + "".join(word.title() for word in words[1:])


STYLES = (
    _camel,
    lambda words: "".join(word.title() for word in words),
    "_".join,
    "-".join,
    lambda words: "_".join(words).upper(),
    lambda words: "x-" + "-".join(words),
    ".".join,
)
styles = st.sampled_from(STYLES)


@given(st.sampled_from(CREDENTIALS), styles, st.sampled_from(((), ("user",), ("old",), ("app",))))
def test_a_credentials_name_is_known_in_every_style(name: str, style, before) -> None:  # type: ignore[no-untyped-def]
    assert is_credential(style([*before, *name.split()]))


@pytest.mark.parametrize("name", [*GLUED, *ALONE])
def test_so_it_is_in_lower_case_without_a_gap(name: str) -> None:
    assert is_credential(name)
    assert is_credential(name.upper())


@given(st.sampled_from(HARMLESS), styles)
def test_a_name_that_only_sounds_like_one_is_none(name: str, style) -> None:  # type: ignore[no-untyped-def]
    assert not is_credential(style(name.split()))


@given(st.sampled_from([(sort, name) for sort, names in PERSONS.items() for name in names]))
def test_a_persons_value_is_known_by_its_name(told: tuple[str, str]) -> None:
    sort, name = told

    assert sort_of(name) == sort
    assert not is_credential(name)


@given(st.sampled_from(NOBODYS), styles)
def test_a_name_of_nobodys_value_is_none(name: str, style) -> None:  # type: ignore[no-untyped-def]
    written = style(name.split())

    assert sort_of(written) is None or written.startswith("x-")


@pytest.mark.parametrize(
    ("text", "kind", "hidden"),
    [
        ('{"xm": "张三丰", "n": 1}', "json", "张三丰"),
        ('{"sfzh": 1234567, "xmmc": "面馆"}', "json", "1234567"),
        ('{"lxdh": ["64310001", "64310002"]}', "json", "6431000"),
        ('{"name": "sfzh", "value": "E1234567"}', "json", "E1234567"),
        ("<r><XM>张三丰</XM><n>1</n></r>", "xml", "张三丰"),
        ("<r><LXDZ><![CDATA[漕溪北路8号]]></LXDZ></r>", "xml", "漕溪北路"),
        ("<r><lxr>张三丰 13987707662</lxr></r>", "xml", "张三丰"),
        ('<r><p xm="张三丰" n="1"/></r>', "xml", "张三丰"),
        ("xm=%E5%BC%A0%E4%B8%89&n=1", "form-urlencoded", "%E5%BC%A0"),
        ('{"legalRepresentative": {"name": "张三丰", "n": 1}}', "json", "张三丰"),
        ('{"agents": [{"n": 1, "name": "张三丰"}], "name": "小满"}', "json", "张三丰"),
        ("<r><Agent><Name>张三丰</Name></Agent></r>", "xml", "张三丰"),
        ('{"in": "<XM>张三丰</XM>"}', "json", "张三丰"),
        ('{"QLR": "张三丰", "ZL": "漕溪北路8号", "CQZH": "1"}', "json", "张三丰"),
        ('{"applicant": "张三丰"}', "json", "张三丰"),
        ("<r><agentCertNo>H12345678</agentCertNo></r>", "xml", "H12345678"),
        ("姓名：张三丰，身份证号：H12345678", "", "张三丰"),
        ("姓名：张三丰，身份证号：H12345678", "", "H12345678"),
        ("姓名：张三丰 身份证号：H12345678。", "", "H12345678"),
        ("已受理；联系人: '张三丰'；", "", "张三丰"),
        ("full_name: Jane Roe, deed 7", "", "Jane"),
        ("surname: van Roe; phone: 6431 0000", "", "6431 0000"),
        ("full_name: Jane Roe tel: 64310000", "", "Roe"),
        ("姓名：%E5%BC%A0", "", "%E5"),
        ('--b\r\nContent-Disposition: form-data; name="xm"\r\n\r\n张三丰\r\n--b--', "", "张三丰"),
        ('{"csrq": "1974-04-13", "to": "someone@land.example"}', "json", "1974-04-13"),
    ],
)
def test_a_persons_value_becomes_another_wherever_it_stands(
    text: str, kind: str, hidden: str
) -> None:
    redaction = Redaction(named=NAMED, key=b"k" * 32)

    told = redaction.text(text, kind)

    assert hidden not in told
    assert len(told) == len(text) or "CDATA" in text or "value" in text or "%" in text
    assert redaction.text(text, kind) == told


@pytest.mark.parametrize(
    "text",
    [
        '{"operator": "王小明"}',
        '{"agent": "王小明", "fr": "王小明", "n": 1}',
        "<r><handler>Jane Roe</handler></r>",
        '{"contacts": ["王小明"], "principal": "王·小明"}',
        '{"items": [{"spouse": "王小明"}]}',
        '{"signer": "王小明", "proposer": "王小明", "负责人": "王小明", "person": "王小明"}',
        "operator=%E7%8E%8B%E5%B0%8F%E6%98%8E&n=1",
    ],
)
def test_a_name_that_may_be_of_anything_is_a_persons_where_the_value_looks_like_one(
    text: str,
) -> None:
    redaction = Redaction(named=NAMED, key=b"k" * 32)

    told = redaction.text(text, "form-urlencoded" if "%" in text else "")

    assert "王" not in told
    assert "小明" not in told
    assert "Roe" not in told
    assert "%E7%8E%8B" not in told
    assert redaction.text(text, "form-urlencoded" if "%" in text else "") == told


@pytest.mark.parametrize(
    "text",
    [
        '{"operator": "and", "agent": "Mozilla/5.0", "fr": "FR", "handler": "onSave"}',
        '{"companyName": "王小明面馆", "projectName": "面馆", "operator": 3, "principal": 1000.5}',
        '{"contacts": [{"type": "mail"}], "spouse": false, "zzmc": "食品经营许可证"}',
        '{"xm": null, "lxr": "", "fax": false, "address": "https://land.example/a"}',
        "<a:ReplyTo xmlns:a='urn:a'><dz>http://land.example/</dz></a:ReplyTo>",
        '{"items": [{"name": "面馆"}], "department": {"name": "规划局"}}',
        "<r><Item><Name>面馆</Name></Item></r>",
        "项目名称：面馆，用途：餐饮；时间: 12:30, name: 小满",
        "姓名：，联系人: ; fax: true 住址：https://land.example/a",
        "受理人员已看过姓名，身份证号不全",
        '{"applicant": {"kind": "company"}, "sqrlx": "1"}',
        '{"contact": {"type": "mail"}, "xmmc": "面馆", "name": "小满"}',
    ],
)
def test_what_is_no_persons_value_stays(text: str) -> None:
    assert Redaction(named=NAMED).text(text, "") == text
