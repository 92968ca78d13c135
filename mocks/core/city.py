"""The demo city: companies, people, houses, titles, works that fit together, made when asked for.

Nothing is stored. An index gives the whole record, every identifier gives its index back, so each
look-up costs the same however big the city is; the same seed gives the same city for ever.
`DEMO` is what demonstrations and tests refer to; another seed has its own.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from mocks.core import names
from mocks.core.houses import NUMBERS, address_of
from mocks.core.numbers import (
    SEED,
    Shuffle,
    from_base31,
    in_base31,
    organisation_code,
    recalled,
    uscc,
)
from mocks.core.people import person_ref
from mocks.core.records import Company, HealthCertificates, Manager
from mocks.core.works import Works

_ROADS = len(names.ROADS)
_COMPANIES = Shuffle(31**5, 12_345_701, 7_654_321)
_FIRST_FOUNDED = date(2008, 1, 2).toordinal()
_FIRST_EXPIRY = date(2027, 1, 5).toordinal()
_FIXED_COUNTS = {0: 12, 1: 4}
_MOVES_IN = timedelta(days=60)
# index -> (road, house number, floor)
_FIXED_PREMISES = {0: (0, 188, 1), 1: (9, 520, 1)}
_FIXED: dict[int, dict[str, Any]] = {
    0: {
        "name": "上海徐汇小满餐饮有限公司",
        "enterprise_type": "有限责任公司(自然人独资)",
        "business_scope": names.TRADES[0][1],
        "registered_capital": Decimal("500000.00"),
        "establish_date": date(2019, 3, 12),
        "business_term": "2019-03-12至不约定期限",
        "status": "存续",
    },
    1: {
        "name": "上海长宁拾光甜品店",
        "enterprise_type": "个人独资企业",
        "business_scope": names.TRADES[1][1],
        "registered_capital": Decimal("100000.00"),
        "establish_date": date(2021, 9, 6),
        "business_term": "2021-09-06至不约定期限",
        "status": "存续",
    },
}
_DRAWN = (b"trade", b"word", b"founded", b"capital", b"type", b"gone")
_WORDS, _TYPES = len(names.SHOP_WORDS), len(names.TYPES)


class City(Works):
    """All records by construction. Unknown or malformed keys give None."""

    def __init__(self, seed: int = SEED, *, recalls: int = 0) -> None:
        super().__init__(seed, recalls=recalls)

    def company(self, index: int) -> Company:
        """The company with this index."""
        road = self._road(index)
        organisation = organisation_code("MA1" + in_base31(_COMPANIES.hide(index), 5))
        return self._company(index, road, uscc(names.ROADS[road][0], organisation))

    def _company(self, index: int, road: int, code: str) -> Company:
        number, floor = self._door(index)
        built = self._built(road, number)
        district, where, _, _ = names.ROADS[road]
        traded, word, founding, capital, kind, gone = self.about(b"%d" % index, *_DRAWN)
        trade, scope = names.TRADES[traded % 5]
        founded = _founded(founding, built)
        company = Company(
            index=index,
            uscc=code,
            name=f"上海{where[:2]}{names.SHOP_WORDS[word % _WORDS]}{trade}有限公司",
            enterprise_type=names.TYPES[kind % _TYPES],
            registered_capital=Decimal(f"{1 + capital % 500}0000.00"),
            establish_date=founded,
            business_term=f"{founded.isoformat()}至不约定期限",
            business_scope=scope,
            registered_address=address_of(road, number, floor),
            legal_rep_name=self.name(2 * index),
            legal_rep_ref=person_ref(2 * index),
            premises_cert_no=self._cert_no(road, number, floor, built),
            district_code=district,
            status="注销" if gone % 40 == 0 else "存续",
        )
        return replace(company, **_FIXED[index]) if index in _FIXED else company

    def _road(self, index: int) -> int:
        """The road its premises are in."""
        fixed = _FIXED_PREMISES.get(index)
        return self.draw(b"road/%d" % index) % _ROADS if fixed is None else fixed[0]

    def _door(self, index: int) -> tuple[int, int]:
        """House number and floor of its premises: the ground floor every house has."""
        if (fixed := _FIXED_PREMISES.get(index)) is not None:
            return fixed[1:]
        return 1 + self.draw(b"number/%d" % index) % (NUMBERS - 1), 1

    def _known(self, code: str) -> tuple[int, int] | None:
        """The index of the company with this code, and its road."""
        if len(code) != 18 or code[8:11] != "MA1":
            return None
        try:
            index = _COMPANIES.show(from_base31(code[11:16]))
        except ValueError:
            return None
        road = self._road(index)
        right = uscc(names.ROADS[road][0], organisation_code(code[8:16]))
        return (index, road) if code == right else None

    @recalled
    def company_by_uscc(self, code: str) -> Company | None:
        """The company with this unified social credit code."""
        return None if (known := self._known(code)) is None else self._company(*known, code)

    @recalled
    def managers(self, code: str) -> tuple[Manager, ...]:
        """The food safety managers' certificates of a company, newest first."""
        if (known := self._known(code)) is None:
            return ()
        index, _ = known
        count = 1 if index < 2 else self.drawn("managers", code) % 3
        return tuple(
            Manager(
                uscc=code,
                cert_no=f"SPAQ{code[2:8]}{self.drawn('manager', code, n) % 10**8:08d}",
                name=self.name(6 * 10**7 + (3 * index + n) % 10**7),
                valid_until=self.day(date(2027, 6, 1), 900, "until", code, n),
            )
            for n in range(count)
        )

    @recalled
    def health(self, code: str) -> HealthCertificates | None:
        """The health certificates of a company's staff; None for an unknown company."""
        if (known := self._known(code)) is None:
            return None
        drawn, expiring = self.about(code.encode(), b"health", b"expiry")
        count = _FIXED_COUNTS.get(known[0], drawn % 40)
        expiry = date.fromordinal(_FIRST_EXPIRY + expiring % 300) if count else None
        return HealthCertificates(uscc=code, valid_count=count, next_expiry=expiry)


def _founded(drawn: int, built: date) -> date:
    """When a company was registered: not before there was the house it is in."""
    return max(date.fromordinal(_FIRST_FOUNDED + drawn % 6200), built + _MOVES_IN)


def _demo(city: City, index: int) -> dict[str, Any]:
    company, head, agent = city.company(index), city.person(2 * index), city.person(2 * index + 1)
    title = city.property_by_cert(company.premises_cert_no or "")
    if title is None:
        raise LookupError("the demo premises are not there")
    project = city.projects(title.parcel_no)[0]
    return {
        "uscc": company.uscc,
        "enterprise_name": company.name,
        "person_ref": head.person_ref,
        "legal_rep_name": head.name,
        "legal_rep_id_number": head.id_number,
        "legal_rep_phone": head.phone,
        "agent_ref": agent.person_ref,
        "agent_name": agent.name,
        "agent_id_number": agent.id_number,
        "agent_phone": agent.phone,
        "address": title.address,
        "district_code": title.district_code,
        "street": title.street,
        "cert_no": title.cert_no,
        "building_no": title.building_no,
        "parcel_no": title.parcel_no,
        "project_no": project.project_no,
        "permit_no": city.permits(project.project_no)[0].permit_no,
    }


@lru_cache(maxsize=8)
def demo(seed: int) -> dict[str, Any]:
    """The people and places the city of this seed guarantees."""
    city = City(seed)
    return {**_demo(city, 0), "second": _demo(city, 1)}


DEMO = demo(SEED)
