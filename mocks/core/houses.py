"""The city's houses, titles and land, made by construction from road, house number and floor."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from mocks.core import names
from mocks.core.numbers import recalled
from mocks.core.people import People
from mocks.core.records import Building, Parcel, Property

NUMBERS, FLOORS = 2000, 30  # house numbers of a road, floors of the tallest house
PLOTS = NUMBERS // 10  # pieces of land of a road
PLACES = len(names.ROADS) * NUMBERS * FLOORS  # storeys there would be, were all houses tall
_ADDRESS = re.compile(r"(?:上海市)?(..新?区)(.+?路)(\d{1,4})号(\d{1,2})层")
_CERT = re.compile(r"沪[((](\d{4})[))](..?)字不动产权第(\d{6,7})号")
_BUILDING = re.compile(r"(\d{6})(\d{3})(\d{5})")
_PARCEL = re.compile(r"\d{6}(\d{3})(\d{3})GB(\d{5})")
_FIRST_BUILT, _FIXED_BUILT = date(1986, 3, 1).toordinal(), date(2012, 6, 18)
_FIRST_APPROVED = date(1995, 1, 4).toordinal()
_OF_PARCEL = (b"land", b"land area", b"approved", b"unapproved")
_ROAD_INDEX = {(district, road): i for i, (_, district, _, road) in enumerate(names.ROADS)}
_FIXED_OWNERS = {(0, 188, 1): "上海衡复置业有限公司", (9, 520, 1): "上海愚园商业管理有限公司"}
_FIXED_AREAS = {(0, 188, 1): Decimal("186.5"), (9, 520, 1): Decimal("62.3")}


class Houses(People):
    """Titles, houses and land."""

    def _floors(self, road: int, number: int) -> int:
        return 6 if number == 188 else 1 + self.draw(b"floors/%d/%d" % (road, number)) % FLOORS

    def _built(self, road: int, number: int) -> date:
        if number == 188:
            return _FIXED_BUILT
        return date.fromordinal(_FIRST_BUILT + self.draw(b"built/%d/%d" % (road, number)) % 12_000)

    def _area(self, road: int, number: int, floor: int) -> Decimal:
        """What a storey measures, in square metres."""
        key = (road, number, floor)
        return _FIXED_AREAS.get(key) or Decimal(
            600 + self.draw(b"area/%d/%d/%d" % key) % 3400
        ).scaleb(-1)

    def _title(self, road: int, number: int, floor: int) -> Property | None:
        floors = self._floors(road, number) if 0 < number < NUMBERS else 0
        if not 0 < floor <= floors:
            return None
        key = (road, number, floor)
        code, _, street, _ = names.ROADS[road]
        drawn, used = self.about(b"%d/%d/%d" % key, b"owner", b"use")
        owner = self.name(10**7 + drawn % 10**7)
        return Property(
            cert_no=self._cert_no(*key, self._built(road, number)),
            address=address_of(*key),
            owner_name=_FIXED_OWNERS.get(key, owner),
            use="商业" if floor == 1 else names.USES[used % len(names.USES)],
            area=self._area(*key),
            floor=floor,
            floor_count=floors,
            district_code=code,
            street=street,
            building_no=building_number(road, number),
            parcel_no=parcel_number(road, number // 10),
        )

    def _cert_no(self, road: int, number: int, floor: int, built: date) -> str:
        """The number of a storey's title, registered when its house was built or later."""
        drawn = self.draw(b"year/%d/%d/%d" % (road, number, floor))
        year = max(2005, built.year + drawn % 6)
        serial = (road * NUMBERS + number) * FLOORS + floor - 1
        return f"沪({year}){names.ROADS[road][1][0]}字不动产权第{serial:07d}号"

    @recalled
    def property_by_address(self, address: str) -> Property | None:
        """The title at this address; blanks and a missing city do not matter."""
        found = _ADDRESS.fullmatch("".join(address.split()))
        road = _ROAD_INDEX.get((found[1], found[2])) if found else None
        if found is None or road is None:
            return None
        return self._title(road, int(found[3]), int(found[4]))

    @recalled
    def property_by_cert(self, cert_no: str) -> Property | None:
        """The title with this certificate number."""
        if (found := _CERT.fullmatch(cert_no)) is None:
            return None
        rest, floor = divmod(int(found[3]), FLOORS)
        road, number = divmod(rest, NUMBERS)
        title = self._title(road, number, floor + 1) if road < len(names.ROADS) else None
        return title if title and title.cert_no == cert_no else None

    def titles(self, first: int, count: int) -> Iterator[Property]:
        """The titles among `count` places from `first` on, of `PLACES`; about half are built."""
        for place in range(first, min(first + count, PLACES)):
            rest, floor = divmod(place, FLOORS)
            road, number = divmod(rest, NUMBERS)
            if (title := self._title(road, number, floor + 1)) is not None:
                yield title

    @recalled
    def building(self, building_no: str) -> Building | None:
        """The house with this number."""
        if (place := _place(building_no)) is None:
            return None
        road, number = place
        floors = self._floors(road, number)
        done = self._built(road, number)
        return Building(
            building_no=building_no,
            fire_acceptance_no=f"沪公消验〔{done.year}〕第{number:04d}号"
            if done.year > 1998
            else None,
            fire_resistance_rating=names.RATINGS[self.draw(b"rating/%d/%d" % place) % 4],
            height=Decimal(floors * 36 + 6) / 10,
            floors=floors,
            completed_on=done,
        )

    @recalled
    def parcel(self, parcel_no: str) -> Parcel | None:
        """The piece of land with this number."""
        if (place := plot_of(parcel_no)) is None:
            return None
        road, plot = place
        use, area, approved, unapproved = self.about(parcel_no.encode(), *_OF_PARCEL)
        return Parcel(
            parcel_no=parcel_no,
            land_use=names.LAND_USES[use % 4],
            area=Decimal(8000 + area % 240_000) / 10,
            plan_unit=f"{parcel_no[4:6]}-{road + 1:02d}-{plot % 100 + 1:02d}",
            approved_on=date.fromordinal(_FIRST_APPROVED + approved % 10_000)
            if unapproved % 9
            else None,
        )


def address_of(road: int, number: int, floor: int) -> str:
    """The address of a storey."""
    _, district, _, name = names.ROADS[road]
    return f"上海市{district}{name}{number}号{floor}层"


def building_number(road: int, number: int) -> str:
    """The number of the house at this place."""
    return f"{names.ROADS[road][0]}{road:03d}{number:05d}"


def parcel_number(road: int, plot: int) -> str:
    """The number of a plot; a house stands on the plot of its number without the last digit."""
    return f"{names.ROADS[road][0]}{road:03d}{plot // 100:03d}GB{plot % 100:05d}"


def plot_of(parcel_no: str) -> tuple[int, int] | None:
    """Road and plot of the land with this number, when there is such land."""
    if (found := _PARCEL.fullmatch(parcel_no)) is None:
        return None
    road, plot = int(found[1]), int(found[2]) * 100 + int(found[3])
    if road >= len(names.ROADS) or plot >= PLOTS or parcel_number(road, plot) != parcel_no:
        return None
    return road, plot


def _place(number: str) -> tuple[int, int] | None:
    """Road and house number in a building's number, when they exist."""
    if (found := _BUILDING.fullmatch(number)) is None:
        return None
    code, road, house = found[1], int(found[2]), int(found[3])
    if road >= len(names.ROADS) or names.ROADS[road][0] != code or house >= NUMBERS:
        return None
    return road, house
