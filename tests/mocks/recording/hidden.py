"""A credential put somewhere in random messages, and all that can be read from what was kept."""

import html
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

BEGIN, END = "Zx9Qv7", "Wk3Jr8"
SECRETS = tuple(
    BEGIN + middle + END for middle in ("", "=", "/+", '"', "<&>", "\\", "密", " ", "'")
)
NAMES = (
    "password", "newPassword", "password_hash", "passwordHash", "pwd", "user-pwd", "secret",
    "client_secret", "clientSecret", "ClientSecret", "access_token", "accessToken", "token",
    "tokens", "token_value", "TokenValue", "id-token", "jwt", "userJwt", "ticket", "loginTicket",
    "apiKey", "api_key", "api-key", "APIKey", "appKey", "accessKey", "private_key", "credentials",
    "signature", "cookie", "sessionId", "JSESSIONID", "authorization", "密码", "登录密码", "口令",
    "令牌", "访问令牌", "密钥", "应用密钥", "verifyCode",
)  # fmt: skip
NAMES_OF_ELEMENTS = tuple(name for name in NAMES if " " not in name)
HARMLESS_NAMES = ("name", "id", "count", "地址", "company", "note", "items", "data", "url", "用途")
HARMLESS = (
    "徐汇区漕溪北路8号", "91310104MA188WXJ2E", "2026-09-21T09:00:00+08:00", "a b", "", "3.50",
    "https://land.example:8443/parcels/7?floor=2&kind=a%20b", "x & y < z", "tokyo", "第1号 \"甲\"",
    "12:30", "key", "a/b+c=", "{", "[待定]", "100%", "line\nline", "eyJhIjoxfQ==", "名称=值",
)  # fmt: skip

names, harmless_names = st.sampled_from(NAMES), st.sampled_from(HARMLESS_NAMES)
secrets_, texts = st.sampled_from(SECRETS), st.sampled_from(HARMLESS)
harmless_values: st.SearchStrategy[Any] = st.recursive(
    texts | st.integers(-5, 10**9) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(harmless_names, inner, max_size=3),
    max_leaves=6,
)


def holding(inner: Any) -> st.SearchStrategy[Any]:
    """A structure of harmless things that has this somewhere."""
    return st.recursive(
        st.just(inner),
        lambda one: st.one_of(
            st.builds(lambda a, b, c: [a, b, c], harmless_values, one, harmless_values),
            st.builds(
                lambda before, name, value, after: {**before, name: value, **after},
                st.dictionaries(harmless_names, harmless_values, max_size=2),
                st.sampled_from(("form", "result", "内容")),
                one,
                st.dictionaries(st.sampled_from(("z", "later")), harmless_values, max_size=2),
            ),
        ),
        max_leaves=3,
    )


def planted(secret: str) -> st.SearchStrategy[Any]:
    """An object with a credential under its name, in it, or beside it."""
    deep = st.sampled_from((secret, [secret], {"v": secret}, [{"a": ["x", {"b": secret}]}]))
    under = st.builds(lambda name, value: {name: value}, names, deep)
    label = st.sampled_from(("name", "key", "paramName", "字段", "code"))
    value = st.sampled_from(("value", "paramValue", "val", "值", "content"))
    pair = st.builds(lambda n, k, v: {k: n, v: secret}, names, label, value)
    turned = st.builds(lambda n, k, v: {v: secret, k: n}, names, label, value)
    return under | pair | turned


def as_xml(value: Any, name: str = "r") -> str:
    """A structure as elements."""
    if isinstance(value, dict):
        return f"<{name}>{''.join(as_xml(inner, n) for n, inner in value.items())}</{name}>"
    if isinstance(value, list):
        return f"<{name}>{''.join(as_xml(inner, 'item') for inner in value)}</{name}>"
    return f"<{name}>{'' if value is None else escape(str(value))}</{name}>"


@st.composite
def _attributes(draw: st.DrawFn, secret: str) -> str:
    name, said = draw(st.sampled_from(NAMES_OF_ELEMENTS)), quoteattr(secret)
    return draw(
        st.sampled_from(
            (
                f"<r><u a='1' {name}={said}/></r>",
                f'<r><add key="{name}" value={said}/></r>',
                f'<r><param name="{name}">{escape(secret)}</param><b>1</b></r>',
                f'<r><param name="{name}"><v>{escape(secret)}</v></param></r>',
                f"<r><{name}><![CDATA[{secret}]]></{name}></r>",
                f"<p:{name} x='1'><b c={said}/></p:{name}>",
                f"<r><entry><key>{name}</key><value>{escape(secret)}</value></entry></r>",
                f"<r><entry><value>{escape(secret)}</value><key>{name}</key></entry></r>",
            )
        )
    )


@st.composite
def documents(draw: st.DrawFn, secret: str) -> str:
    """A document with the credential: JSON, XML, or a form, in what they know of layouts."""
    form = draw(st.sampled_from(("json", "indented", "ascii", "xml", "form", "attributes")))
    if form == "attributes":
        return draw(_attributes(secret))
    if form == "form":
        name = draw(names)
        return f"a=1&{quote_plus(name)}={quote_plus(secret)}&b=%E5%BE%90"
    value = draw(holding(draw(planted(secret))))
    if form == "xml":
        return '<?xml version="1.0"?>' + as_xml(value)
    return json.dumps(value, indent=1 if form == "indented" else None, ensure_ascii=form == "ascii")


def _in_json(text: str) -> str:
    return json.dumps({"id": 1, "message": text, "z": [1]}, ensure_ascii=False)


def _in_cdata(text: str) -> str:
    return f"<in><a>1</a><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></in>"


WRAPS = (
    _in_json,
    lambda text: json.dumps([text]),
    json.dumps,
    lambda text: f"<e:in xmlns:e='urn:e'>{escape(text)}</e:in>",
    lambda text: f"<in note={quoteattr(text)}/>",
    _in_cdata,
    lambda text: f"a=1&body={quote_plus(text)}",
    quote,
    lambda text: json.dumps({"payload": b64encode(text.encode()).decode()}),
    lambda text: f"<data>{urlsafe_b64encode(text.encode()).decode().rstrip('=')}</data>",
)


@st.composite
def wrapped(draw: st.DrawFn, secret: str) -> str:
    """A document, within up to three others."""
    text = draw(documents(secret))
    for wrap in draw(st.lists(st.sampled_from(WRAPS), max_size=3)):
        text = wrap(text)
    return text


def readings(text: str) -> Iterator[str]:
    """Everything that can be read from a text: as it is, and with whatever is encoded decoded."""
    before = None
    while text != before:
        yield text
        for run in set(re.findall(r"[A-Za-z0-9+/_-]{12,}", text)):
            yield from readings(_from_base64(run))
        before = text
        text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        text = html.unescape(unquote(text))


def _from_base64(run: str) -> str:
    bare = run.translate(str.maketrans("-_", "+/"))
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    said = b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8", "ignore")
    return said if sum(map(str.isprintable, said)) > 0.9 * len(said) else ""


def shows(text: str) -> bool:
    """Whether any piece of the credential can be read from a text."""
    return any(BEGIN in one or END in one for one in readings(text))
