"""The property of the law is worth something: a fault planted in either half of any rule is noticed by it."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

from scheduling import all_rules
from scheduling.clauses import OneOf, Together, Total
from tests.scheduling.problems import cases, disagreement

TRIES = settings(
    max_examples=3000,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

# One law of each shape is tried in the short run: of an assignment, of a person, of a shift, of several people.
OFTEN = {"availability", "hours", "company", "not_with"}


def dropped(clauses):
    """Forget every sentence."""
    yield from ()
    del clauses


def altered(clauses):
    """Get each sentence slightly wrong: a price one higher, a bound one lower, one shift fewer in a group."""
    for clause in clauses:
        if isinstance(clause, OneOf):
            yield dataclasses.replace(clause, shifts=clause.shifts[1:])
        elif isinstance(clause, Together):
            yield dataclasses.replace(clause, price=7 if clause.price is None else clause.price + 1)
        elif isinstance(clause, Total):
            limits = tuple(dataclasses.replace(each, bound=each.bound + each.unit) for each in clause.limits)
            yield dataclasses.replace(clause, limits=limits)


def with_fault(kind, fault):
    """Return the rule with a fault in what it says, which bars nothing by itself."""

    def clauses(self, *args, **kwargs):
        return fault(kind.clauses(self, *args, **kwargs))

    return type(f"Faulty{kind.__name__}", (kind,), {"clauses": clauses})


def replaced(problem, kind, faulty):
    """Return the problem with the rule's parameters unchanged and its faulty twin in its place."""
    rules = tuple(
        faulty(**{field.name: getattr(rule, field.name) for field in dataclasses.fields(rule)})
        if type(rule) is kind
        else rule
        for rule in problem.rules
    )
    return dataclasses.replace(problem, rules=rules)


@pytest.mark.parametrize(("half", "fault"), [("solver", dropped), ("people", altered)], ids=["solver", "people"])
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind.name in OFTEN else pytest.mark.soak) for kind in all_rules()],
    ids=lambda kind: kind.name,
)
def test_the_property_notices_a_fault_planted_in_a_rule(kind, fault, half):
    faulty = with_fault(kind, fault)

    def is_noticed(case):
        problem, roster = case
        wrong = replaced(problem, kind, faulty)
        halves = (wrong, problem) if half == "solver" else (problem, wrong)
        return disagreement(*halves, roster) is not None

    try:
        find(cases([kind]), is_noticed, settings=TRIES)
    except NoSuchExample:
        pytest.fail("the property test does not notice")
