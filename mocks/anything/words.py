"""Texts a reader believes: names, addresses, numbers, by what a field is called."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from random import Random

_FAMILY = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗"
_GIVEN = ("晓明", "丽华", "建国", "雨桐", "志远", "秀英", "子涵", "文静", "海涛", "佳怡")
_FIRST = ("Alice", "Daniel", "Emma", "George", "Hannah", "James", "Lena", "Oliver", "Sofia", "Tom")
_LAST = ("Baker", "Carter", "Evans", "Fischer", "Hill", "Jansen", "Novak", "Smith", "Turner")
_STREETS = ("天平路", "衡山路", "淮海中路", "南京西路", "延安中路", "陕西南路")
_TRADES = ("餐饮", "科技", "贸易", "文化", "建筑", "物业")
_SENTENCES = ("材料齐全，符合要求", "请于五个工作日内补正", "已收件", "As agreed", "See the file")
_PLAIN = ("样例", "sample", "普通", "regular", "标准", "standard")
_PLACES = ("上海", "徐汇", "静安", "Springfield", "Victoria", "Utrecht")


def tokens(name: str) -> list[str]:
    """`agentIdNo`, `agent_id_no` and `AgentIDNo` as agent, id, no."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3 \2\4", name)
    return [part.lower() for part in re.split(r"[^0-9A-Za-z\u4e00-\u9fff]+", spaced) if part]


def text_for(name: str, draw: Random, today: date, low: int, high: int | None) -> str:
    """A text for a field of this name, between `low` and `high` characters long."""
    return fitted(_maker(name)(draw, today), draw, low, high)


@lru_cache(maxsize=4096)
def _maker(name: str) -> Callable[[Random, date], str]:
    words = tokens(name)
    for marks, made in _KINDS:
        if any(mark in words or (len(mark) > 3 and mark in name.lower()) for mark in marks):
            return made
    return lambda draw, _: draw.choice(_PLAIN)


def fitted(text: str, draw: Random, low: int, high: int | None) -> str:
    """The text, cut or lengthened with digits until it fits."""
    cut = text if high is None else text[:high].rstrip()
    return cut + "".join(draw.choice("0123456789") for _ in range(low - len(cut)))


def day_near(draw: Random, today: date) -> date:
    """A day of the last three months."""
    return today - timedelta(days=draw.randint(0, 90))


def is_moment(name: str) -> bool:
    """Whether a field is called like a day or a time."""
    words = tokens(name)
    return bool(words) and (words[-1] in _MOMENT or name.lower().endswith(("date", "time", "dat")))


def moments(draw: Random, today: date) -> list[str]:
    """One moment in the ways departments write it."""
    day, clock = day_near(draw, today).isoformat(), f"{draw.randint(8, 17):02d}:30:00"
    bare = day.replace("-", "")
    return [
        f"{day} {clock}", f"{day}T{clock}", f"{day}T{clock}+08:00", f"{day}T{clock}Z", day, bare,
        bare + clock.replace(":", ""), f"{day} {clock[:5]}", day.replace("-", "/"), clock, bare[:6],
    ]  # fmt: skip


def moment_ms(draw: Random, today: date) -> int:
    """A moment of the last three months in milliseconds since 1970."""
    days = (day_near(draw, today) - date(1970, 1, 1)).days
    return (days * 86400 + draw.randint(0, 36000)) * 1000


def is_more(name: str) -> bool:
    """Whether a flag says that there is another page; a mock's pages come to an end."""
    return any(word in ("more", "next") for word in tokens(name))


_MOMENT = frozenset({"at", "on", "date", "time", "day", "日期", "时间", "rq", "sj"})


def person(draw: Random, _: date) -> str:
    """Somebody's name, Chinese or English."""
    if draw.random() < 0.6:
        return draw.choice(_FAMILY) + draw.choice(_GIVEN)
    return f"{draw.choice(_FIRST)} {draw.choice(_LAST)}"


def _company(draw: Random, _: date) -> str:
    return f"上海{draw.choice(_PLACES[:3])}{draw.choice(_TRADES)}有限公司"


def _address(draw: Random, _: date) -> str:
    return f"{draw.choice(_STREETS)}{draw.randint(1, 999)}号"


def _phone(draw: Random, _: date) -> str:
    return f"139{draw.randint(0, 99999999):08d}"


def _number(draw: Random, today: date) -> str:
    return f"{today.year}{draw.randint(0, 999999):06d}"


def _email(draw: Random, _: date) -> str:
    return f"{draw.choice(_FIRST).lower()}@example.org"


def _time(draw: Random, today: date) -> str:
    return f"{day_near(draw, today)}T{draw.randint(8, 17):02d}:{draw.randint(0, 59):02d}:00"


_KINDS: tuple[tuple[tuple[str, ...], Callable[[Random, date], str]], ...] = (
    (("email", "mail"), _email),
    (("url", "uri", "href", "link"), lambda d, t: f"https://example.org/{d.randint(1, 9999)}"),
    (("phone", "mobile", "tel", "telephone", "fax", "电话"), _phone),
    (("address", "addr", "street", "straat", "地址", "住址"), _address),
    (("city", "town", "district", "province", "country", "城市"), lambda d, t: d.choice(_PLACES)),
    (("company", "enterprise", "unit", "org", "organisation", "firm", "企业", "单位"), _company),
    (("firstname", "given"), lambda d, t: d.choice(_FIRST)),
    (("lastname", "surname", "family"), lambda d, t: d.choice(_LAST)),
    (("date", "day", "日期"), lambda d, t: day_near(d, t).isoformat()),
    (("time", "at", "created", "updated", "时间"), _time),
    (("remark", "opinion", "note", "message", "msg", "description", "reason", "text", "comment",
      "说明", "意见", "备注"), lambda d, t: d.choice(_SENTENCES)),
    (("no", "number", "id", "code", "nr", "num", "ref", "reference", "key", "identifier", "编号",
      "号码"), _number),
    (("name", "naam", "applicant", "owner", "person", "contact", "agent", "xm", "姓名", "名称"),
     person),
)  # fmt: skip
