"""Values that are somebody's by the name they stand under: 身份证号, `lxdh`, `applicantName`.

Departments write them in English, in Chinese, and as the first letters of Chinese words in pinyin.
A bare `name` or `id` says nothing of a person. What else has such a name is no value of a person's:
a yes or no, a link.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mocks.recording.names import shortened, words_of
from mocks.recording.pseudonym import Pseudonym, day, place, same_shape

_WHO = (
    "applicants?|agents?|contacts?|persons?|holders?|owners?|legal person|legal representative"
    "|representatives?|handlers?|clerks?|citizens?|residents?|spouse|guardians?|declarants?|payers?|managers?|chiefs?"
    "|legal rep|linkm[ae]n"
    "|operators?|principals?|proposers?|signers?|signatory|customers?|cust|members?|users?"
    "|students?|patients?|employees?|teachers?|parents?|child|father|mother|wife|husband|tenants?|landlords?|buyers?"
    "|sellers?|donors?|drivers?|doctors?|recipients?|receivers?|senders?|consignees?|payees?|beneficiary|witness"
    "|inspectors?|examiners?|reviewers?|approvers?|submitters?|complainants?"
)
_PLACE = (
    "registered|business|premises|building|place|site|set|house|property|project|shop|installation"
    "|work|delivery|billing|permanent|current"
)
_ROLE = "(fr|fddb|fddbr|dbr|sqr|jbr|lxr|qlr|dlr|wtr|fzr|sfr|ywr|czr|jhr|nsr|gzr|cyr|xkr)"
_HERS = "([a-z]{0,5}r|po|hz|ry|xs|jz)?"  # 人 ends most who are somebody: sqr, fr, wtdlr


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Names under which one sort of a person's values stands, and what stands there instead."""

    name: str
    names: re.Pattern[str]
    instead: Pseudonym = same_shape


def _named(name: str, names: str, instead: Pseudonym = same_shape) -> Named:
    return Named(name=name, names=re.compile(names), instead=instead)


NAMED = (
    _named(
        "identity",
        rf"^{_HERS}(sfz|sfzh|sfzhm|sfzjh|sfzjhm|zjh|zjhm|zjbh|sbkh|gmsfhm|gmsfzhm|hzh|hzhm)$"
        r"|\b(we ?chat|wei ?xin|qq)( ?(no|num|number|id|account)|号码?)?$|^微信号?$"
        r"|\b(open|union) ?id$"
        r"|\b(id ?card|identity( ?card)?|citizen|resident( identity)?|passport|social security"
        r"|national)( ?(no|num|number|id|code))$|\b(id ?card|passport|ssn|bsn|nino)$"
        r"|\bid ?(no|num|number)$|\bcert(ificate)? holder id$"
        rf"|\b({_WHO}) ?cert(ificate)? ?(no|num|number|id|code)$"
        rf"|^(rybh|{_ROLE}dm)$|\b({_WHO}) identifier$|\bperson ref(erence)?$|人员编号$"
        r"|身份证(件)?(号码?)?$|证件号码?$"
        r"|公民身份(证)?号码$|护照号码?$",
    ),
    _named(
        "person",
        rf"^(xm|xingming|{_ROLE}xm|(?!s)[a-z]{{1,5}}rxm|(ry|hz|po|xs|jz)xm|frdb"
        r"|[a-z]{0,5}rmc|lxr|fddbr|dbr|qlr|sqr|(qlr|sqr)mc)$"
        r"|^(cqr|czr|fzr|jbr|dlr|wtr|(xf|aq)?zrr|xfaqzrr)$"
        rf"|\b({_WHO}) ?(full ?)?name$|\b(full|first|last|given|family|middle|maiden) ?name$"
        r"|\b(real|true|nick|apply|apply user|(apply|charge|handle|contact|link) person) ?name$"
        r"|\blink ?m[ae]n$|\b(charge|handle|handling|responsible) ?person$"
        r"|\bapplicant$|\bsurname$|\blegal (person|representative)$|\bcontact( person)?$"
        r"|^(title |deed )?(owner|holder)$|\bsafety (chief|manager)$"
        r"|姓名$|^联系人$|^法定代表人$|^法人代表$|^经办人$|^申请人$|^权利人$|^代理人$|^产权人$|^持证人$"
        r"|负责人$|责任人$|安全管理员$",
    ),
    _named(
        "telephone",
        rf"^{_HERS}(sjh|sjhm|dh|dhhm|lxdh|lxfs|lxsj|yddh|gddh|zjdh|shouji|shoujihao|dianhua)$"
        r"|\b(mobile|cell|tele|hand)?phone( ?(no|num|number))?$|\b(mobile|tel|cell|fax)"
        r"( ?(no|num|number))?$|\b(mobile|cell|hand) phone( ?(no|num|number))?$"
        r"|手机(号码?)?$|电话(号码?)?$|联系方式$|传真(号码?)?$",
    ),
    _named(
        "address",
        rf"^{_HERS}(dz|lxdz|hjdz|jzdz|txdz|zzdz|xxdz|jtdz|jtzz|hkszd|zhuzhi|dizhi)$"
        r"|^((fw|bdc|td|zd|xm)?zl|zuoluo|(fw|xm|ld|lz|jy|jycs|zc|azs?|sz|gc|xc)dz)$"
        rf"|\b({_PLACE}|live|living) address$|\bdomicile$|^zz$|\bresidence$|\bnotice place$"
        r"|\b(home|residen(ce|tial)|postal|mailing|street|contact|living|domicile) address$"
        r"|住址$|住所$|坐落(位置)?$|户口所在地$|张贴位置$"
        r"|(联系|通讯|通信|户籍|居住|家庭|详细|注册|登记|经营|房屋|楼栋|项目|场所|设置|安装|施工|建设)地址$",
        place,
    ),
    _named(
        "birthday",
        r"^(csrq|csny|shengri)$|\bbirth ?(day|date)$|\b(date of birth|dob)$|出生(日期|年月日?)$",
        day,
    ),
    _named(
        "account",
        r"^(yhkh|yhzh|yhkhm|yhzhhm|skzh|khzh|zhhm)$"
        r"|\b(bank ?(card|account)|iban)( ?(no|num|number))?$"
        r"|\bcard ?(no|num|number)$|银行(卡号|账号|帐号)$",
    ),
)
_NOBODYS = re.compile(
    r"\s*+(?:true|false|null|none|nil|\W*|[a-z][a-z0-9+.-]{0,20}://.*)", re.I | re.S
)
_BARE = re.compile(r"^(address|addr|location|place|地址|地点|位置)$")
_BARE_PERSON = re.compile(
    r"\b(operators?|agents?|handlers?|principals?|contacts?|spouse|signers?|signatory|proposers?|persons?"
    r"|managers?|declarants?|guardians?|clerks?|inspectors?|reviewers?|approvers?|creators?|submitters?"
    r"|owners?|holders?|payers?|payees?|users?|members?|customers?|patients?|students?|employees?)$|^(fr|po|hz|jbr)$"
)
_PERSON = re.compile(  # 王小明, 阿依古丽·买买提, Jane Roe
    r"[\u4e00-\u9fff]{2,4}(?:[·•.][\u4e00-\u9fff]{1,8}){0,3}|[\u4e00-\u9fff][·•][\u4e00-\u9fff]{1,8}"
    r"|[A-Z][a-z]+(?:[- ][A-Z][a-z'.]*){1,3}"
)
_STREET = re.compile(  # 漕溪北路88号, 田林三村5号201室
    r"[\u4e00-\u9fff][路街道弄巷村里坊镇][^。;；\n]{0,16}?[0-9０-９〇一二三四五六七八九十]{1,5}\s?[号弄栋幢室楼]"
)
Personal = Callable[[str, str], str | None]


def sort_of(name: str, above: str = "") -> str | None:
    """Which sort of a person's values stands under this name; None for all others.

    What stands `above` may say it as well: the `name` of a `legalRepresentative`.
    """
    sort = _sort_of(shortened(name))
    return _sort_of(shortened(f"{above} {name}")) if sort is None and above else sort


def is_place(name: str, value: str) -> bool:
    """Whether a value under a name that says nothing of a person tells where somebody lives."""
    spelt = words_of(shortened(name))
    return any(map(_BARE.search, spelt)) and _STREET.search(value) is not None


def is_person(name: str, value: str) -> bool:
    """Whether a value under a name that may be anything's looks like a person's name."""
    if _PERSON.fullmatch(value.strip()) is None:
        return False
    return any(map(_BARE_PERSON.search, words_of(shortened(name))))


@lru_cache(maxsize=8192)
def _sort_of(name: str) -> str | None:
    spelt = words_of(name)
    return next((one.name for one in NAMED if any(map(one.names.search, spelt))), None)


def is_somebodys(value: str) -> bool:
    """Whether a value may be a person's at all."""
    return not _NOBODYS.fullmatch(value)
