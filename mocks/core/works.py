"""What is built on the city's land: projects and their permits, in step with houses and titles.

A parcel has up to three projects, each at one of its houses. The first may be the house itself: it
was completed the day the house was, and measures what the titles of its storeys measure together.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

from mocks.core import names
from mocks.core.houses import PLOTS, Houses, building_number, parcel_number, plot_of
from mocks.core.numbers import recalled
from mocks.core.records import Permit, Project

KNOWN_UNTIL = date(2025, 12, 31)  # what comes later has not happened yet
_SLOTS = 3
_REGISTERED_SINCE = date(1999, 1, 4)
_FIXED_COUNTS = {(0, 18): 2, (9, 52): 1}  # the parcels of the demo premises …
_FIXED_HOUSES = {(0, 18): 188, (9, 52): 520}  # … and the houses these are in

REGISTERED, REVIEWED, PERMITTED, STARTED, COMPLETED, ACCEPTED = range(6)
STAGES = ("已报建", "已审图", "已许可", "在建", "竣工", "竣工")
STOPPED = "终止"
KINDS = {
    REGISTERED: "项目报建备案",
    REVIEWED: "施工图审查合格",
    PERMITTED: "建筑工程施工许可",
    ACCEPTED: "竣工验收备案",
}
# days from one to the next, from and how many more; works start within three months of the permit
_PAUSES = ((20, 60), (10, 40), (1, 80), (90, 400), (1, 14))
_HOUSE_TAKES = (300, 600)


class Works(Houses):
    """Projects and permits."""

    @recalled
    def projects(self, parcel_no: str) -> tuple[Project, ...]:
        """The projects on a parcel, none for an unknown one."""
        if (place := plot_of(parcel_no)) is None:
            return ()
        return tuple(self._project(*place, slot) for slot in range(self._count(*place)))

    @recalled
    def project(self, project_no: str) -> Project | None:
        """The project with this number."""
        if (found := re.fullmatch(r"XM\d{10}(\d{5})", project_no)) is None:
            return None
        place = self._site(int(found[1]))
        project = self._project(*place) if place else None
        return project if project and project.project_no == project_no else None

    @recalled
    def permits(self, project_no: str) -> tuple[Permit, ...]:
        """What was issued for a project, oldest first; none for an unknown one."""
        if self.project(project_no) is None:
            return ()
        serial = int(project_no[-5:])
        course, reached = self._course(serial)
        return tuple(
            Permit(
                permit_no=f"{project_no[2:8]}{course[step]:%Y%m%d}{serial:05d}{number:02d}",
                kind=kind,
                project_no=project_no,
                issued_on=course[step],
                valid_until=self._until(serial, course) if step == PERMITTED else None,
            )
            for number, (step, kind) in enumerate(KINDS.items(), 1)
            if step <= reached
        )

    @recalled
    def permit(self, permit_no: str) -> Permit | None:
        """The permit with this number."""
        if (found := re.fullmatch(r"\d{14}(\d{5})\d{2}", permit_no)) is None:
            return None
        if (place := self._site(int(found[1]))) is None:
            return None
        issued = self.permits(self._project(*place).project_no)
        return next((permit for permit in issued if permit.permit_no == permit_no), None)

    def _count(self, road: int, plot: int) -> int:
        drawn = self.drawn("projects", road, plot) % (_SLOTS + 1)
        return _FIXED_COUNTS.get((road, plot), drawn)

    def _site(self, serial: int) -> tuple[int, int, int] | None:
        """Road, plot and slot of the project with this serial, when there is one."""
        road, plot, slot = _split(serial)
        there = road < len(names.ROADS) and slot < self._count(road, plot)
        return (road, plot, slot) if there else None

    def _project(self, road: int, plot: int, slot: int) -> Project:
        serial = (road * PLOTS + plot) * _SLOTS + slot
        course, reached = self._course(serial)
        number = self._house(serial)
        work, floors = self._work(serial)
        storey = f"{floors[0]}层" if work == names.INTERIOR else ""
        return Project(
            project_no=f"XM{names.ROADS[road][0]}{course[REGISTERED].year}{serial:05d}",
            name=f"{names.ROADS[road][3]}{number}号{storey}{work}",
            parcel_no=parcel_number(road, plot),
            building_no=building_number(road, number),
            stage=STOPPED if self._stopped(serial) else STAGES[reached],
            area=sum((self._area(road, number, floor) for floor in floors), Decimal()),
            registered_on=course[REGISTERED],
            started_on=course[STARTED] if reached >= STARTED else None,
            completed_on=course[COMPLETED] if reached >= COMPLETED else None,
        )

    def _house(self, serial: int) -> int:
        road, plot, slot = _split(serial)
        drawn = max(1, plot * 10 + self.drawn("project house", road, plot, slot) % 10)
        return _FIXED_HOUSES.get((road, plot), drawn)

    def _is_house(self, serial: int) -> bool:
        """Whether the project is the house itself, not works at it."""
        road, _, slot = _split(serial)
        built = self._built(road, self._house(serial))
        return slot == 0 and built.year > _REGISTERED_SINCE.year + 3

    def _work(self, serial: int) -> tuple[str, range]:
        """What is done, and on which storeys."""
        floors = self._floors(_split(serial)[0], self._house(serial))
        whole = range(1, floors + 1)
        if self._is_house(serial):
            return names.NEW_BUILDING, whole
        work = self.of(names.WORKS, "work", serial)
        floor = 1 + self.drawn("work floor", serial) % floors
        return work, range(floor, floor + 1) if work == names.INTERIOR else whole

    def _stopped(self, serial: int) -> bool:
        return not self._is_house(serial) and self.drawn("stopped", serial) % 12 == 0

    def _course(self, serial: int) -> tuple[list[date], int]:
        """The day of every step as planned, and the last step that was reached."""
        house = self._is_house(serial)
        pauses = list(_PAUSES)
        if house:
            pauses[STARTED] = _HOUSE_TAKES
        gaps = [
            first + self.drawn("pause", serial, step) % more
            for step, (first, more) in enumerate(pauses)
        ]
        built = self._built(_split(serial)[0], self._house(serial))
        begun = built - timedelta(days=sum(gaps[:COMPLETED]))
        days = [begun if house else self._registered(serial, built)]
        for gap in gaps:
            days.append(days[-1] + timedelta(days=gap))
        reached = sum(day <= KNOWN_UNTIL for day in days) - 1
        return days, min(reached, REVIEWED) if self._stopped(serial) else reached

    def _registered(self, serial: int, built: date) -> date:
        """The day works at a house are registered: a year after it was built, or later."""
        first = max(_REGISTERED_SINCE, built + timedelta(days=365))
        if self.drawn("recent", serial) % 2:
            first = date(2024, 1, 2)
        return self.day(first, (date(2025, 12, 1) - first).days, "registered", serial)

    def _until(self, serial: int, course: list[date]) -> date:
        """A permit holds until the works should be done, and some weeks more."""
        return course[COMPLETED] + timedelta(days=30 + self.drawn("until", serial) % 90)


def _split(serial: int) -> tuple[int, int, int]:
    """Road, plot and slot in a serial."""
    place, slot = divmod(serial, _SLOTS)
    return (*divmod(place, PLOTS), slot)
