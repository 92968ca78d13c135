"""The city's people, made by construction from an index."""

import re
from datetime import date, timedelta

from mocks.core import names
from mocks.core.numbers import Seeded, Shuffle, recalled, resident_id
from mocks.core.records import Person

_REFS = Shuffle(10**9, 123_456_789, 310_104_188)
_BIRTHDAYS = 14_000
_FIRST_BIRTHDAY = date(1962, 1, 1)
_DISTRICTS = tuple(code for code in names.DISTRICT_NAMES if code != "310115")  # founded in 1992
_IDS = Shuffle(len(_DISTRICTS) * _BIRTHDAYS * 999, 15_485_863, 32_452_848)
_SURNAMES, _GIVEN = len(names.SURNAMES), len(names.GIVEN)
_FIXED_PEOPLE = {0: "沈若梅", 1: "陆知远", 2: "顾书瑶", 3: "程一诺"}


class People(Seeded):
    """Everyone the police know: 2 × company heads it, 2 × company + 1 is its agent."""

    def person(self, index: int) -> Person:
        """The person with this index."""
        place = _IDS.hide(index)
        place, order = divmod(place, 999)
        district, day = divmod(place, _BIRTHDAYS)
        born = (_FIRST_BIRTHDAY + timedelta(days=day)).isoformat().replace("-", "")
        return Person(
            person_ref=person_ref(index),
            name=self.name(index),
            id_number=resident_id(_DISTRICTS[district], born, order + 1),
            phone=f"139{self.drawn('phone', index) % 10**8:08d}",
        )

    def name(self, index: int) -> str:
        """What the person with this index is called."""
        if (fixed := _FIXED_PEOPLE.get(index)) is not None:
            return fixed
        surname, given = self.about(b"%d" % index, b"sur", b"given")
        return names.SURNAMES[surname % _SURNAMES] + names.GIVEN[given % _GIVEN]

    @recalled
    def person_by_ref(self, ref: str) -> Person | None:
        """The person the register calls so."""
        if not re.fullmatch(r"RY\d{9}", ref):
            return None
        index = _REFS.show(int(ref[2:]))
        return self.person(index) if index < _IDS.size else None

    @recalled
    def person_by_id_number(self, id_number: str) -> Person | None:
        """The person with this resident id number."""
        if not re.fullmatch(r"\d{17}[\dX]", id_number) or id_number[:6] not in _DISTRICTS:
            return None
        try:
            born = date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
        except ValueError:
            return None
        day, order = (born - _FIRST_BIRTHDAY).days, int(id_number[14:17]) - 1
        if not (0 <= day < _BIRTHDAYS and 0 <= order < 999):
            return None
        place = (_DISTRICTS.index(id_number[:6]) * _BIRTHDAYS + day) * 999 + order
        person = self.person(_IDS.show(place))
        return person if person.id_number == id_number else None


def person_ref(index: int) -> str:
    """How the register calls the person with this index."""
    return f"RY{_REFS.hide(index):09d}"
