"""Each law worked out on paper, from the facts alone: it shares nothing with the rules' own sentences.

`on_paper(problem, roster)` is the price of a roster under the one rule of a problem, None when it is forbidden.
"""

from __future__ import annotations

from itertools import product
from math import ceil

from scheduling import Assignment, Grade
from scheduling.rules.fair_load import STEPS
from scheduling.shares import hour_shares, load_shares

HOUR = 60


class Forbidden(Exception):  # noqa: N818 - an answer, not an error
    """No price allows this."""


class Sheet:
    """One rule's view of one roster: what is waived for it is not there."""

    def __init__(self, problem, roster):
        (self.rule,) = problem.rules
        self.problem, self.roster = problem, roster
        self.horizon = problem.horizon
        self.waived = {(each.worker, each.shift) for each in problem.waivers if each.rule == self.rule.name}
        self.total = 0

    def pay(self, price, times=1):
        if times > 0 and price is None:
            raise Forbidden
        self.total += (price or 0) * max(0, times)

    def sees(self, worker, shift):
        return (worker, shift) not in self.waived and (None, shift) not in self.waived

    def shifts(self, worker):
        mine = [each for each in self.problem.shifts if Assignment(worker.id, each.id) in self.roster]
        return [each for each in mine if self.sees(worker.id, each.id)]

    def people(self, shift):
        there = [each for each in self.problem.workers if Assignment(each.id, shift.id) in self.roster]
        return [each for each in there if self.sees(each.id, shift.id)]

    def all_shifts(self):
        return [each for each in self.problem.shifts if (None, each.id) not in self.waived]

    def pairs(self):
        return [(worker, shift) for worker in self.problem.workers for shift in self.shifts(worker)]


def on_paper(problem, roster):
    sheet = Sheet(problem, roster)
    try:
        LAWS[sheet.rule.name](sheet, sheet.rule)
    except Forbidden:
        return None
    return sheet.total


def minute_grade(worker, minute):
    said = [each.grade for each in worker.availability if each.start <= minute < each.end]
    return max(said, default=worker.default_grade)


def availability(sheet, rule):
    for worker, shift in sheet.pairs():
        grade = max(minute_grade(worker, minute) for minute in range(shift.start, shift.end, 30))
        if shift.id in worker.unavailable_for:
            grade = Grade.UNAVAILABLE
        if grade == Grade.UNAVAILABLE:
            sheet.pay(rule.price_unavailable)
        elif grade == Grade.UNWANTED:
            sheet.pay(rule.price_unwanted)
        elif grade == Grade.AVAILABLE and Grade.PREFERRED in [each.grade for each in worker.availability]:
            sheet.pay(rule.price_not_preferred)


def holds(worker, skill, day):
    return any(each.skill == skill and (each.from_on or day) <= day <= (each.until_on or day) for each in worker.skills)


def certificate(sheet, rule):
    for worker, shift in sheet.pairs():
        day = sheet.horizon.date(shift.day)
        if not worker.is_trainee and not all(holds(worker, skill, day) for skill in shift.needs):
            sheet.pay(rule.price)


def company(sheet, rule):
    for shift in sheet.all_shifts():
        count = sum(not each.is_trainee for each in sheet.people(shift))
        if count:
            sheet.pay(rule.price_alone, shift.min_company - count)
        if shift.max_company is not None:
            sheet.pay(rule.price_crowd, count - shift.max_company)


def lines(sheet, rule, *, is_wanted):
    for shift in sheet.all_shifts():
        day = sheet.horizon.date(shift.day)
        for line in shift.demands:
            if is_wanted(line):
                count = sum(
                    not each.is_trainee and (line.skill is None or holds(each, line.skill, day))
                    for each in sheet.people(shift)
                )
                sheet.pay(rule.price_minimum, line.minimum - count)
                sheet.pay(rule.price_under if line.weight_under is None else line.weight_under, line.target - count)
                sheet.pay(rule.price_over if line.weight_over is None else line.weight_over, count - line.target)
                if line.maximum is not None:
                    sheet.pay(rule.price_above, count - line.maximum)


def cover(sheet, rule):
    lines(sheet, rule, is_wanted=lambda line: line.skill is None)


def skill(sheet, rule):
    lines(sheet, rule, is_wanted=lambda line: line.skill is not None)


def long_runs(sheet, mine, before, most, price):
    """Each stretch of one day more than `most` that touches the horizon, and is not the past's alone."""
    for first in range(-most, sheet.horizon.days):
        stretch = set(range(first, first + most + 1))
        if stretch <= mine | before and not stretch <= before:
            sheet.pay(price)


def days_in_row(sheet, rule):
    for worker in sheet.problem.workers:
        mine, before = {each.day for each in sheet.shifts(worker)}, {each.day for each in worker.history}
        long_runs(sheet, mine, before, rule.most, rule.price)
        if worker.contract.max_days_in_row is not None:
            long_runs(sheet, mine, before, worker.contract.max_days_in_row, rule.price)
        long_runs(sheet, mine, before, rule.soft, rule.price_soft)


def nights_in_row(sheet, rule):
    for worker in sheet.problem.workers:
        mine = {each.day for each in sheet.shifts(worker) if each.is_night}
        before = {each.day for each in worker.history if each.is_night}
        long_runs(sheet, mine, before, rule.most, rule.price)
        long_runs(sheet, mine, before, rule.soft, rule.price_soft)


def minutes_of(spans, days):
    return sum(each.end - each.start for each in spans if each.day in days)


def count_of(spans, days):
    return sum(each.day in days for each in spans)


def started_hours(minutes):
    return ceil(max(0, minutes) / HOUR)


def fair_hours(sheet, rule):
    days = range(sheet.horizon.days)
    for worker in sheet.problem.workers:
        if worker.is_trainee:
            continue
        got = minutes_of([*sheet.shifts(worker), *worker.history], days)
        away = abs(got - hour_shares(sheet.problem)[worker.id])
        sheet.pay(rule.price_near, started_hours(away - rule.near))
        sheet.pay(rule.price_far, started_hours(away - rule.far))


def fair_load(sheet, rule):
    horizon = sheet.horizon
    measures = {
        "nights": (lambda each: int(each.is_night), lambda worker: worker.carried.nights, rule.price_nights),
        "weekends": (
            lambda each: int(horizon.date(each.day).weekday() > 4),
            lambda worker: worker.carried.weekends,
            rule.price_weekends,
        ),
        "demanding": (lambda each: each.demanding, lambda worker: worker.carried.demanding, rule.price_demanding),
    }
    for load, (weight, carried, price) in measures.items():
        for worker, share in ((w, load_shares(sheet.problem, load).get(w.id)) for w in sheet.problem.workers):
            if share is None:
                continue
            past = [each for each in worker.history if 0 <= each.day < horizon.days]
            has = carried(worker) + sum(map(weight, [*sheet.shifts(worker), *past]))
            for step in range(STEPS):
                sheet.pay(price, has - share - step)


def forward_rotation(sheet, rule):
    def is_back(one, two):
        hour_one, hour_two = (each.start - sheet.horizon.edge(each.day) for each in (one, two))
        return two.day - one.day == 1 and hour_one - hour_two > rule.slack

    for worker in sheet.problem.workers:
        mine, before = sheet.shifts(worker), list(worker.history)
        for one in mine + before:
            sheet.pay(rule.price, any(is_back(one, two) for two in (mine if one in before else mine + before)))


def mondays_of(horizon):
    return {day - horizon.date(day).weekday() for day in range(horizon.days)}


def few_hours(sheet, price, worker, days, most):
    past = minutes_of(worker.history, days)
    if most is not None:
        all_in_all = past + minutes_of(sheet.shifts(worker), days)
        sheet.pay(price, all_in_all - max(most, past) if price is None else started_hours(all_in_all - most))


def hours(sheet, rule):
    horizon = sheet.horizon
    for worker in sheet.problem.workers:
        for monday in mondays_of(horizon):
            few_hours(sheet, rule.price, worker, range(monday, monday + 7), rule.most_week)
        few_hours(sheet, rule.price, worker, range(horizon.days), rule.most_average * ceil(horizon.days / 7))
        few_hours(sheet, rule.price, worker, range(horizon.days), worker.contract.max_minutes)


def agreed_hours(sheet, _rule):
    for worker, monday in product(sheet.problem.workers, mondays_of(sheet.horizon)):
        week = range(monday, monday + 7)
        few_hours(sheet, None, worker, week, worker.contract.max_minutes_week)
        for spell in worker.contract.spells:
            days = [day for day in week if spell.first_day <= day <= spell.last_day]
            few_hours(sheet, None, worker, days, spell.max_minutes_week)
            past = count_of(worker.history, days)
            if spell.max_shifts_week is not None:
                sheet.pay(None, past + count_of(sheet.shifts(worker), days) - max(spell.max_shifts_week, past))


def pay_of(worker, shift):
    return dict(shift.pay).get(worker.pay_level, 0)


def earnings(sheet, rule):
    for worker in sheet.problem.workers:
        for cap in worker.earnings_caps:
            days = range(cap.first_day, cap.last_day + 1)
            if sum(pay_of(worker, each) for each in sheet.shifts(worker) if each.day in days) > cap.most:
                sheet.pay(rule.price)


def funds(sheet, rule):
    known = [(worker, shift) for worker, shift in sheet.pairs() if shift.funds is not None and pay_of(worker, shift)]
    for _, shift in known:
        if not shift.funds:
            sheet.pay(rule.price_none)
    for budget in sheet.problem.budgets:
        borne = [
            pay_of(worker, shift) * weight // sum(each for _, each in shift.funds)
            for worker, shift in known
            for fund, weight in shift.funds
            if fund == budget.fund
        ]
        over = sum(borne) - (max(0, budget.left) if rule.price_over is None else budget.left)
        sheet.pay(rule.price_over, ceil(over / (rule.step * 100)))


def kinds(sheet, rule):
    for worker in sheet.problem.workers:
        for kind, most in worker.contract.max_of_kind:
            sheet.pay(rule.price, sum(each.kind == kind for each in sheet.shifts(worker)) - most)


def night_recovery(sheet, rule):
    for worker in sheet.problem.workers:
        mine, before = sheet.shifts(worker), list(worker.history)
        for night in [each for each in mine + before if each.is_night]:
            others = mine if night in before else mine + before
            gaps = [each.start - night.end for each in others if not each.is_night]
            sheet.pay(rule.price, any(0 <= gap < rule.least for gap in gaps))


def not_at(sheet, rule):
    for worker, shift in sheet.pairs():
        sheet.pay(rule.price, shift.site in worker.not_at)


def meet(one, two):
    return one.start < two.end and two.start < one.end


def not_with(sheet, rule):
    workers = sorted(sheet.problem.workers, key=lambda each: each.id)
    for place, one in enumerate(workers):
        for other in workers[place + 1 :]:
            if other.id in one.not_with or one.id in other.not_with:
                for mine in sheet.shifts(one):
                    theirs = sheet.shifts(other)
                    sheet.pay(rule.price, any(each.site == mine.site and meet(each, mine) for each in theirs))


def one_a_day(sheet, rule):
    del rule
    for worker in sheet.problem.workers:
        days = [each.day for each in sheet.shifts(worker)]
        sheet.pay(None, len(days) - len(set(days)))


def overlap(sheet, rule):
    del rule
    for worker in sheet.problem.workers:
        mine = sheet.shifts(worker)
        for place, one in enumerate(mine):
            sheet.pay(None, any(meet(one, two) for two in [*mine[place + 1 :], *worker.history]))


def partner(sheet, rule):
    for worker, shift in sheet.pairs():
        other = sheet.problem.worker.get(worker.partner or "")
        if other and sheet.sees(other.id, shift.id) and not sheet.problem.bars(other, shift):
            sheet.pay(rule.price, Assignment(other.id, shift.id) not in sheet.roster)


def pin(sheet, rule):
    for each in sheet.problem.pins:
        if sheet.sees(each.worker, each.shift):
            sheet.pay(rule.price, (Assignment(each.worker, each.shift) in sheet.roster) != each.is_on)


def request(sheet, rule):
    for worker in sheet.problem.workers:
        for wish in worker.requests:
            if sheet.sees(worker.id, wish.shift):
                is_met = (Assignment(worker.id, wish.shift) in sheet.roster) == wish.is_on
                sheet.pay(rule.price, wish.weight * (not is_met))


def rest(sheet, rule):
    for worker in sheet.problem.workers:
        mine = sheet.shifts(worker)
        for place, one in enumerate(mine):
            for two in [*mine[place + 1 :], *worker.history]:
                early, late = sorted((one, two), key=lambda each: each.start)
                sheet.pay(rule.price, late.start - early.end < rule.least)


def shift_length(sheet, rule):
    for _, shift in sheet.pairs():
        length = shift.end - shift.start
        if length > rule.most:
            sheet.pay(rule.price)
        elif length > rule.most_hard and (shift.is_night or shift.demanding > 0):
            sheet.pay(rule.price_hard)


def short_run(sheet, rule):
    days = range(1, sheet.horizon.days - 1)
    for worker in sheet.problem.workers:
        before = {each.day for each in worker.history}
        works = before | {each.day for each in sheet.shifts(worker)}
        for first in days:
            for last in range(first, days.stop):
                inside, edges = set(range(first, last + 1)), {first - 1, last + 1}
                length = last - first + 1
                if inside <= works and not edges & works and length < (worker.contract.min_days_in_row or 0):
                    is_past = inside <= before
                    sheet.pay(rule.price_work, not (is_past and rule.price_work is None))
                if not inside & works and edges <= works and length < (worker.contract.min_days_off or 0):
                    is_past = edges <= before
                    sheet.pay(rule.price_off, not (is_past and rule.price_off is None))


def stability(sheet, rule):
    published = sheet.problem.published
    if published:
        for worker, shift in sheet.pairs():
            sheet.pay(rule.price_added, Assignment(worker.id, shift.id) not in published)
        for worker_id, shift_id in published:
            if sheet.sees(worker_id, shift_id):
                sheet.pay(rule.price_removed, Assignment(worker_id, shift_id) not in sheet.roster)


def succession(sheet, rule):
    for worker in sheet.problem.workers:
        before = {(each.day, each.kind) for each in worker.history}
        works = before | {(each.day, each.kind) for each in sheet.shifts(worker)}
        for day, kind in works:
            clash = {(day - 1, first) for first, never in rule.never if kind in never} & works
            is_past = (day, kind) in before and clash & before
            sheet.pay(rule.price, bool(clash) and not is_past)


def trainee(sheet, rule):
    for shift in sheet.all_shifts():
        there = sheet.people(shift)
        learning = sum(each.is_trainee for each in there)
        sheet.pay(rule.price_seats, learning - shift.trainee_seats)
        if learning == len(there):
            sheet.pay(rule.price_alone, learning)


def wanted(sheet, rule):
    for worker in sheet.problem.workers:
        got = minutes_of([*sheet.shifts(worker), *worker.history], range(sheet.horizon.days))
        wish, promise = worker.contract.wanted_minutes, worker.contract.min_minutes
        if wish is not None:
            sheet.pay(rule.price_fewer, started_hours(wish - got))
            sheet.pay(rule.price_more, started_hours(got - wish))
        if promise is not None:
            sheet.pay(rule.price_promised, started_hours(promise - got))


def weekend(sheet, rule):
    def saturday(day):
        return day - (sheet.horizon.date(day).weekday() - 5)

    def weekends(spans):
        return {saturday(each.day) for each in spans if sheet.horizon.date(each.day).weekday() > 4} & there

    there = {saturday(day) for day in range(sheet.horizon.days) if sheet.horizon.date(day).weekday() > 4}
    for worker in sheet.problem.workers:
        past = weekends(worker.history)
        count = len(past | weekends(sheet.shifts(worker)))
        limits = [(ceil(rule.enough * len(there) / 4), rule.price)]
        if worker.contract.max_weekends is not None:
            limits.append((worker.contract.max_weekends, rule.price_agreed))
        for most, price in limits:
            sheet.pay(price, count - (max(most, len(past)) if price is None else most))


def weekly_rest(sheet, rule):
    def is_free(begin, spans):
        return not any(each.start < begin + rule.least and begin < each.end for each in spans)

    for worker in sheet.problem.workers:
        mine, past = sheet.shifts(worker), worker.history
        for first in range(-6, sheet.horizon.days):
            start, end = sheet.horizon.edge(first), sheet.horizon.edge(first + 7)
            begins = [each for each in range(start, end - rule.least + 1, HOUR) if is_free(each, past)]
            sheet.pay(rule.price, bool(begins) and not any(is_free(each, mine) for each in begins))


LAWS = {
    each.__name__: each
    for each in (
        agreed_hours,
        availability,
        certificate,
        company,
        cover,
        days_in_row,
        earnings,
        fair_hours,
        fair_load,
        forward_rotation,
        funds,
        hours,
        kinds,
        night_recovery,
        nights_in_row,
        not_at,
        not_with,
        one_a_day,
        overlap,
        partner,
        pin,
        request,
        rest,
        shift_length,
        short_run,
        skill,
        stability,
        succession,
        trainee,
        wanted,
        weekend,
        weekly_rest,
    )
}
