"""Which names are a credential's, in whatever style they are written, and which name a neighbour.

`apiKey`, `API_KEY` and `x-api-key` are the same words; 口令 and mima are words as well. What only
tells something about a credential (`tokenType`, `password_policy`) is none.
"""

import re
import unicodedata
from collections.abc import Set
from functools import lru_cache

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[\W_]+")
_CREDENTIAL = re.compile(
    r"pass ?(word|wd|phrase|code)|pwd|secret(?!ar)|token|jwt|credential|signature|assertion"
    r"|cookie|authori[sz]ation|ticket|captcha|app ?code"
    r"|(api|access|private|secret|app|auth|encrypt(ion)?|hmac|licen[cs]e|login|shared) ?key"
    r"|\b(sign(ing)?|session|aes|des|rsa|md5|sm[234]|master|service|client|user) ?key"
    r"|psw|\b(sig|hmac|pin|passwort|kennwort|wachtwoord|heslo|senha|mot ?de ?passe|csrf|xsrf|otp"
    r"|totp|cvv2?|cvc2?|puk|salt|sid|(client|c) ?nonce)(?![a-z])|contrase[nñ]a|^(ak|sk|mac|qm)$"
    r"|(auth|verify|verification|sms|pin) ?code|session ?(id|key|no)|sess ?id|code verifier"
    r"|\b(nonces?|bearer|saml(request|response|art)?|mima|kouling|lingpai|miyao|yanzhengma|qianming"
    r"|(yh|dl|jy|zf|czy|kh)mm|(dx|sj|tx)?yzm|qmz|(dz|sj)qm|sqm)\b"
    r"|\bauth( (data|info|key|str|value))?$|^(sign|pass|session)$|\bsign (value|data|str|string)$"
    r"|\b(user|login|db) pass$"
    r"|\b(req|request|app|api|data|body|md5|rsa|hmac|sm[23]) ?sign$|^x( \w+)* sign$"
    r"|密[码碼匙]|口令|令牌|[密秘私]钥|[密金]鑰|[签簽]名|[验认]证码|驗證碼|授权码|动态码|凭据|会话标识"
    r"|パスワード|暗証番号|비밀번호|пароль"
)
_KEY = re.compile(
    r"(?<!\bidempotency)(?<!\bprimary)(?<!\bforeign)(?<!\bpublic)(?<!\bunique)(?<!\bbusiness)"
    r"(?<!\bnatural)(?<!\bcache)(?<!\bsort)(?<!\brow)(?<!\bpartition) key$"
)
_ABOUT_IT = re.compile(
    r" (types?|ur[il]|endpoint|expir(es?|ed|y|ation)( (at|in|on))?|ttl|lifetime|length|count|size"
    r"|required|policy|enabled|alg|algorithm|status|scope|name)$"
)
_ONE_VALUE = re.compile(r"^(in)?licen[cs]e$")
_NAMING = re.compile(
    r"\b(name|key|field|param|parameter|property|attribute|label|code|id|item|n|k)$"
    r"|(名称?|键|字段|参数名?|代码)$"
)
_BEARING = re.compile(
    r"\b(values?|val|v|content|data|text|string|default|current|new|old)$|(值|内容)$"
)
LONGEST_LABEL = 64  # characters; beyond that a text is a sentence


def shortened(name: str) -> str:
    """What is looked at of a name, and remembered: a hostile one may be as long as a message."""
    return (
        name
        if len(name) <= 4 * LONGEST_LABEL
        else name[: 2 * LONGEST_LABEL] + name[-2 * LONGEST_LABEL :]
    )


def words_of(name: str) -> tuple[str, str]:
    """The words of a name in lower case: as its humps part them, and without."""
    return _words(shortened(name))


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKC", name)
    humps = _BETWEEN.sub(" ", _HUMP.sub(" ", plain)).strip().lower()
    return humps, _BETWEEN.sub(" ", plain).strip().lower()


def is_credential(name: str) -> bool:
    """Whether a credential, or a structure of them, stands under this name."""
    return _is_credential(shortened(name))


@lru_cache(maxsize=8192)
def _is_credential(name: str) -> bool:
    humps, plain = _words(name)
    if _ABOUT_IT.search(humps):
        return False
    return bool(_CREDENTIAL.search(humps) or _CREDENTIAL.search(plain) or _KEY.search(humps))


def is_simple_credential(name: str) -> bool:
    """Whether a credential stands under this name if it is one value: a licence is a record too."""
    return bool(_ONE_VALUE.match(words_of(name)[1]))


def names_another(name: str) -> bool:
    """Whether what stands under this name may be the name of the value beside it."""
    return bool(_NAMING.search(words_of(name)[0]))


def bears_a_value(name: str) -> bool:
    """Whether the value that a neighbour names may stand under this name."""
    return bool(_BEARING.search(words_of(name)[0]))


def hides(name: str, further: Set[str]) -> bool:
    """Whether whatever stands under this name goes; `further` names are in lower case."""
    return name.lower() in further or is_credential(name)


def is_hidden_label(text: str, further: Set[str]) -> bool:
    """Whether a text is a credential's name, and no sentence with one in it."""
    short = len(text) <= LONGEST_LABEL and text.count(" ") < 3
    return short and bool(text.strip()) and hides(text.strip(), further)
