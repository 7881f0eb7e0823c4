"""The board of a draft: people and days, shifts and days, or one day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from app.review.cells import Day, DayShift, Group, On, PersonRow, Pill, ShiftCell, ShiftRow, lines_of
from app.review.labels import short_hours, short_names
from app.review.queries import Review
from app.roster.strain import strain_in
from scheduling import Assignment, Grade, Problem, Shift, Worker, is_private

WEEK = 7
FAR = 0.15  # this share away from the hours wanted is worth a mark
MOST_OF_A_DAY = 16 * 60
OPEN = "open"


class Board:
    """A draft's roster laid out over some of its days, for all sites or one."""

    def __init__(self, review: Review, today: date, first: int = 0, days: int = WEEK, site: str = "") -> None:
        self.review = review
        self.site = site
        problem = review.problem
        last = min(first + days, problem.horizon.days)
        self.days = [
            Day(problem.horizon.date(n), n, problem.horizon.is_weekend(n), problem.horizon.date(n) == today)
            for n in range(first, last)
        ]
        chosen = range(first, last)
        self.shifts = sorted(
            (each for each in problem.shifts if each.day in chosen and site in {"", each.site}),
            key=lambda each: (each.start, each.end, review.names.site(each.site), each.id),
        )
        self.lines = {each.id: lines_of(problem, review.roster.workers_on(each.id), each) for each in self.shifts}
        self.short = short_names(review.names.sites)
        self.kinds = {key: f"k{number % 6 + 1}" for number, key in enumerate(sorted(review.names.sites))}
        self.broken = broken_pairs(review)
        self.broken_shifts = {each.shift for each in self.broken}

    @property
    def sites(self) -> list[tuple[str, str, str]]:
        """The sites of the board's shifts: the class, short name and name of each."""
        used = {each.site for each in self.shifts}
        names = self.review.names.sites
        return [(self.kinds[key], self.short[key], names[key]) for key in sorted(names) if key in used]

    def missing(self, shift: Shift) -> int:
        """How many people a shift lacks on its worst line."""
        return max((line.missing for line in self.lines[shift.id]), default=0)

    @cached_property
    def people_rows(self) -> list[PersonRow]:
        """The open places first, then a row for each person."""
        return list(self._people_rows())

    def _people_rows(self) -> Iterator[PersonRow]:
        yield self._open_row()
        shown = {each.id: each for each in self.shifts}
        names = self.review.names
        for worker in sorted(self.review.problem.workers, key=lambda each: names.worker(each.id)):
            if not names.people[worker.id].is_active and not self.review.roster.shifts_of(worker.id):
                continue
            by_day: dict[int, list[Shift]] = defaultdict(list)
            for shift_id in self.review.roster.shifts_of(worker.id) & shown.keys():
                by_day[shown[shift_id].day].append(shown[shift_id])
            cells = [self._cell(worker, day, by_day.get(day.number, [])) for day in self.days]
            got, wanted = hours_of(self.review, worker)
            yield PersonRow(
                worker.id,
                names.worker(worker.id),
                f"person/{worker.id}",
                f"{got / 60:g} of {wanted / 60:g} h" if wanted else f"{got / 60:g} h",
                _hours_kind(got, wanted),
                cells,
                strain_in(
                    self.review.problem, worker.id, self.review.roster.shifts_of(worker.id), self.review.points
                ).points,
            )

    def _open_row(self) -> PersonRow:
        by_day: dict[int, list[Pill]] = defaultdict(list)
        total = 0
        for shift in self.shifts:
            missing = self.missing(shift)
            if missing:
                total += missing
                by_day[shift.day].append(
                    Pill(
                        f"{self.short[shift.site]} -{missing}",
                        short_hours(self.review.names.shifts[shift.id]),
                        f"shift/{shift.id}",
                        f"{self.kinds.get(shift.site, 'k1')} o",
                    )
                )
        cells = [("", by_day[day.number]) if day.number in by_day else None for day in self.days]
        return PersonRow(OPEN, "Open places", "open", f"{total} open", "low" if total else "", cells)

    def _cell(self, worker: Worker, day: Day, shifts: list[Shift]) -> tuple[str, list[Pill]] | None:
        pills = [self._pill(worker, shift) for shift in sorted(shifts, key=lambda each: each.start)]
        kind = "" if pills else _away(self.review.problem, worker, day.number)
        return (kind, pills) if pills or kind else None

    def _pill(self, worker: Worker, shift: Shift) -> Pill:
        names = self.review.names
        return Pill(
            self.short[shift.site],
            short_hours(names.shifts[shift.id]),
            f"at/{worker.id}/{shift.id}",
            self._marks(Assignment(worker.id, shift.id), shift),
        )

    def _marks(self, pair: Assignment, shift: Shift) -> str:
        review = self.review
        marks = [self.kinds.get(shift.site, "k1")]
        marks += ["n"] * shift.is_night + ["d"] * (shift.demanding > 1) + ["p"] * (pair in review.facts.pinned)
        marks += ["v"] * (pair in self.broken)
        marks += ["g"] * (review.period.version > 0 and pair not in review.problem.published)
        return " ".join(marks)

    @cached_property
    def groups(self) -> list[Group]:
        """The shifts by site, a row for each service and hours; two alike on a day take two rows."""
        names = self.review.names
        rows: dict[tuple[str, str, str, int], dict[int, Shift]] = {}
        for shift in self.shifts:
            number = 0
            while shift.day in rows.get(
                key := (shift.site, names.kind(shift.kind), names.shifts[shift.id].hours, number), {}
            ):
                number += 1
            rows.setdefault(key, {})[shift.day] = shift
        groups: dict[str, list[ShiftRow]] = defaultdict(list)
        for (site, service, hours, _), by_day in sorted(rows.items()):
            cells = [[self._shift_cell(by_day[d.number])] if d.number in by_day else [] for d in self.days]
            groups[site].append(ShiftRow(service, hours, cells))
        return sorted((Group(names.site(key), found) for key, found in groups.items()), key=lambda each: each.name)

    def _shift_cell(self, shift: Shift) -> ShiftCell:
        marks = [self.kinds.get(shift.site, "k1")]
        marks += ["n"] * shift.is_night + ["d"] * (shift.demanding > 1)
        marks += ["o"] * bool(self.missing(shift)) + ["v"] * (shift.id in self.broken_shifts)
        return ShiftCell(
            shift.id, f"shift/{shift.id}", self.filled(shift), " ".join(marks), self._people(shift, "shift")
        )

    def _people(self, shift: Shift, page: str) -> list[On]:
        names = self.review.names
        found = []
        for worker_id in sorted(self.review.roster.workers_on(shift.id), key=names.worker):
            marks = self._marks(Assignment(worker_id, shift.id), shift).split()
            own = " ".join(mark for mark in marks[1:] if mark not in {"n", "d"})  # those are the shift's
            found.append(On(names.worker(worker_id), f"{page}/{shift.id}/{worker_id}", own))
        return found

    def filled(self, shift: Shift) -> str:
        """People there of people wanted, as in 2/3."""
        everyone = next((line for line in self.lines[shift.id] if line.skill is None), None)
        on = everyone.counted if everyone else len(self.review.roster.workers_on(shift.id))
        return f"{on}/{everyone.target if everyone else on}"

    @cached_property
    def day_shifts(self) -> list[DayShift]:
        """The shifts of the board's first day, for a phone."""
        names = self.review.names
        found = []
        for shift in self.shifts:
            if shift.day != self.days[0].number:
                continue
            missing = self.missing(shift)
            badge = (f"{missing} missing", "warn") if missing else None
            if shift.id in self.broken_shifts:
                badge = ("Breaks a rule", "bad")
            found.append(
                DayShift(
                    names.kind(shift.kind),
                    names.site(shift.site),
                    names.shifts[shift.id].hours,
                    f"shift/{shift.id}",
                    f"{self.filled(shift)} there",
                    self.kinds.get(shift.site, "k1"),
                    badge,
                    self._people(shift, "shift"),
                )
            )
        return found


def board_of(review: Review, today: date, first: int = 0, days: int = WEEK, site: str = "") -> Board:
    """The board of some days: laid out once, however often it is looked at, while nothing of the draft changes."""
    key = today, first, days, site
    if key not in review.laid_out:
        review.laid_out[key] = Board(review, today, first, days, site)
    found: Board = review.laid_out[key]
    return found


def broken_pairs(review: Review) -> frozenset[Assignment]:
    """The assignments that a forbidden violation names; private ones leave no mark."""
    return frozenset(
        pair
        for violation in review.violations
        if violation.is_forbidden and not is_private(violation)
        for shift in violation.shifts
        for worker in violation.workers or sorted(review.roster.workers_on(shift))
        if (pair := Assignment(worker, shift)) in review.roster
    )


def hours_of(review: Review, worker: Worker) -> tuple[int, int]:
    """Minutes a person got in this roster, and wanted."""
    got = sum(review.problem.shift[each].minutes for each in review.roster.shifts_of(worker.id))
    return got, worker.contract.wanted_minutes or 0


def _hours_kind(got: int, wanted: int) -> str:
    if not wanted or abs(got - wanted) <= FAR * wanted:
        return ""
    return "low" if got < wanted else "high"


def _away(problem: Problem, worker: Worker, day: int) -> str:
    """Mark "x" when a person cannot come for most of a day, "u" when they would rather not."""
    if not worker.availability and worker.default_grade < Grade.UNWANTED:
        return ""
    start, end = problem.horizon.edge(day), problem.horizon.edge(day + 1)
    spans = [each for each in worker.availability if each.start < end and start < each.end]
    if not spans:
        return {Grade.UNAVAILABLE: "x", Grade.UNWANTED: "u"}.get(worker.default_grade, "")
    minutes = dict.fromkeys((Grade.UNAVAILABLE, Grade.UNWANTED), 0)
    for each in spans:
        if each.grade in minutes:
            minutes[each.grade] += min(each.end, end) - max(each.start, start)
    if minutes[Grade.UNAVAILABLE] >= MOST_OF_A_DAY:
        return "x"
    return "u" if sum(minutes.values()) >= MOST_OF_A_DAY else ""


def week_links(review: Review) -> list[tuple[int, date]]:
    """The first day of each calendar week the period touches, as (day number, date)."""
    horizon = review.problem.horizon
    starts = {max(0, horizon.week_start(week)) for week in horizon.weeks}
    return [(day, horizon.start_on + timedelta(days=day)) for day in sorted(starts)]
