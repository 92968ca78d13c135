"""What the canned departments say: the replies recorded beside the manifests, for any number.

Every identifier carries one number of eight digits, so that a licence leads to its premises, these
to their parcel, and that to its projects. A reply is the recorded one with the number put in.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DEPARTMENTS = Path(__file__).parents[3] / "adapters" / "departments"
MANY, MANY_FROM = 50, 50_000_000
LARGE, LARGE_FROM = 12_500, 90_000_000  # five megabytes
# How many projects the parcels from such a number on have, the highest first; any other has two.
ROWS = (
    (LARGE_FROM, LARGE),
    (80_000_000, 2_000),
    (75_000_000, 200),
    (70_000_000, 144),
    (65_000_000, 20),
    (MANY_FROM, MANY),
)
FEW = 2
FROM = {rows: start for start, rows in ROWS}
_NUMBER = b"@@@@@@@@"
_N = _NUMBER.decode()
_INDEX = b"%%%%%"


def uscc(number: int) -> str:
    """A company's code."""
    return f"91310104{number:08d}XJ"


def person_ref(number: int) -> str:
    """Its legal representative."""
    return f"RY0{number:08d}"


def cert_no(number: int) -> str:
    """The title of its premises."""
    return f"沪(2014)徐字不动产权第{number:08d}号"


def parcel_no(number: int) -> str:
    """The parcel they stand on."""
    return f"3101{number:08d}GB00018"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """How one department's question is recognised and answered."""

    department: str
    path: bytes  # how the request's target begins
    asks: re.Pattern[bytes]  # finds every number in target and body
    media_type: str
    head: bytes
    item: bytes
    tail: bytes
    between: bytes = b""

    def answer(self, question: bytes) -> bytes:
        """The body for every number the question names, once each."""
        numbers = dict.fromkeys(self.asks.findall(question))
        items = (self.item_of(number) for number in numbers)
        return self.head + self.between.join(items) + self.tail

    def item_of(self, number: bytes) -> bytes:
        """One record."""
        return self.item.replace(_NUMBER, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Canned):
    """A department that has several records for one number: few, or many."""

    def item_of(self, number: bytes) -> bytes:
        """All records of one number."""
        return repeated(self.item, rows_of(int(number))).replace(_NUMBER, number)


def rows_of(number: int) -> int:
    """How many projects stand on the parcel of this number."""
    return next((rows for start, rows in ROWS if number >= start), FEW)


@cache
def repeated(item: bytes, count: int) -> bytes:
    """So many records, told apart by a number of their own."""
    return b"".join(item.replace(_INDEX, b"%05d" % index) for index in range(count))


def recorded(department: str, example: str) -> tuple[str, str]:
    """The body of an example's last reply, and its media type."""
    text = (DEPARTMENTS / department / "examples" / f"read-{example}-found.json").read_text("utf-8")
    reply = json.loads(text)["exchanges"][-1]["reply"]
    return reply["body"], reply["headers"]["content-type"]


def _json(body: str, *inside: str) -> tuple[Any, Mapping[str, Any]]:
    """The whole document, and the first of the records inside it."""
    document = json.loads(body)
    found = document
    for name in inside:
        found = found[name]
    return document, found[0] if isinstance(found, list) else found


def _dumped(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _around(body: str, first: str, last: str) -> tuple[str, str, str]:
    """What stands before the first record, the record, and what stands after the last."""
    start, end = body.index(first), body.index(last) + len(last)
    return body[:start], body[start:end], body[body.rindex(last) + len(last) :]


def _market() -> Canned:
    body, media_type = recorded("market", "business_licence-uscc")
    document, licence = _json(body, "licences")
    head = licence["legal_representative"]
    titled = {"uscc": f"91310104{_N}XJ", "premises_title_no": f"沪(2014)徐字不动产权第{_N}号"}
    item = {**licence, **titled, "legal_representative": {**head, "person_ref": f"RY0{_N}"}}
    before, after = _dumped({**document, "licences": []}).split(b"[]", 1)
    return Canned(
        department="market", path=b"/licences", asks=re.compile(rb"91310104(\d{8})XJ"),
        media_type=media_type, head=before + b"[", item=_dumped(item), tail=b"]" + after,
        between=b",",
    )  # fmt: skip


def _housing() -> Canned:
    body, media_type = recorded("housing", "property-cert_no")
    document, record = _json(body, "data", "list")
    item = {**record, "CQZH": f"沪(2014)徐字不动产权第{_N}号", "DKBH": f"3101{_N}GB00018"}
    emptied = {**document, "data": {**document["data"], "list": []}}
    before, after = _dumped(emptied).split(b"[]", 1)
    return Canned(
        department="housing", path=b"/property/batch", asks=re.compile(rb"(?<!\d)(\d{8})(?!\d)"),
        media_type=media_type, head=before + b"[", item=_dumped(item), tail=b"]" + after,
        between=b",",
    )  # fmt: skip


def _health() -> Canned:
    body, media_type = recorded("health", "health_certificates-uscc")
    document, record = _json(body, "data")
    whole = _dumped({**document, "data": {**record, "creditCode": f"91310104{_N}XJ"}})
    return Canned(
        department="health", path=b"/health-certificates", asks=re.compile(rb"91310104(\d{8})XJ"),
        media_type=media_type, head=b"", item=whole, tail=b"",
    )  # fmt: skip


def _police() -> Canned:
    body, media_type = recorded("police", "person-person_ref")
    before, row, after = _around(body, "&lt;ROW no=", "&lt;/ROW&gt;")
    row = row.replace("RY310104188", f"RY0{_N}")
    return Canned(
        department="police", path=b"/nciic_ws/", asks=re.compile(rb"RY0(\d{8})"),
        media_type=media_type, head=before.encode(), item=row.encode(), tail=after.encode(),
    )  # fmt: skip


def _planning() -> Canned:
    body, media_type = recorded("planning", "parcel-parcel_no")
    before, row, after = _around(body, "<ns0:Parcel ", "</ns0:Parcel>")
    row = row.replace("310104000000GB00018", f"3101{_N}GB00018")
    return Canned(
        department="planning", path=b"/PlanCase/", asks=re.compile(rb"3101(\d{8})GB00018"),
        media_type=media_type, head=before.encode(), item=row.encode(), tail=after.encode(),
    )  # fmt: skip


def _construction() -> Canned:
    body, media_type = recorded("construction", "project-parcel_no")
    before, row, after = _around(body, "&lt;XM&gt;", "&lt;/XM&gt;")
    row = row.replace("310104000000GB00018", f"3101{_N}GB00018")
    row = row.replace("XM310104201000054", f"XM3101042010{_INDEX.decode()}")
    return Listed(
        department="construction", path=b"/services/JzglService",
        asks=re.compile(rb"3101(\d{8})GB00018"), media_type=media_type,
        head=before.encode("gb18030"), item=row.encode("gb18030"), tail=after.encode("gb18030"),
    )  # fmt: skip


def canned() -> Sequence[Canned]:
    """All of them, the market regulator first."""
    return (_market(), _housing(), _health(), _police(), _planning(), _construction())
