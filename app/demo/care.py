"""The care of the made-up group: who listens, whom to call, someone's weeks, an ask on its way, the group's figures."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.checkins import ballots, keys, sealing, services
from app.checkins.counting import Audience
from app.checkins.models import CheckIn, TeamFigure
from app.checkins.queries import check_in_info, key_of, monday_of, owner_of
from app.database import db
from app.demo import cast
from app.demo.past import as_of
from app.mail.models import OutgoingMail
from app.people.models import Person
from wellbeing.aggregate import Group, publish, publish_to_funders
from wellbeing.flags import Sharing

SEED = 2026
ANSWERING = 0.8
LISTENERS = (("Kim", "supervisor"), ("Jo", "another peer"))
NUMBERS = (
    ("Warm line", "555 0170", "someone to talk to, every evening"),
    ("Crisis line", "555 0171", "day and night, free"),
)
WEEKS = ((1, 1, 1), (1, 2, 1), (2, 1, 1), (1, 1, 2), (2, 2, 1), (1, 2, 2), (3, 3, 2), (3, 3, 3))
"""How one person's last weeks were, the oldest first: energy, load, rest."""


def fill(people: Mapping[str, str]) -> None:
    """Fill it by the services a page would call; `people` are ids by name."""
    with as_of(clock.now() - timedelta(weeks=len(WEEKS) + 1)):
        for name in ("Kim", "Jo", "Sam"):
            keys.make_key(people[name], cast.PRIVATE_WORDS)
    db.session.execute(sa.delete(OutgoingMail))  # which tells of a new key: nobody lives at these addresses
    db.session.commit()
    for name, words in LISTENERS:
        services.name_listener(people[name], words)
    for number in NUMBERS:
        services.add_help_line(*number)
    _weeks_of(people["Sam"])
    services.choose_sharing(people["Sam"], Sharing.LEVEL, people["Jo"])
    tired = services.Given({"energy": 3, "load": 4, "rest": 3}, something_hard=True)
    services.send_check_in(people["Ren"], tired, people["Kim"])
    _figures()


def _weeks_of(person_id: str) -> None:
    """A person's past weeks, sealed to their own key as if they had been sent at their time."""
    pair, owner = key_of(person_id), owner_of(person_id)
    assert pair is not None  # noqa: S101 - made just now
    for ago, answers in enumerate(reversed(WEEKS), 1):
        day, row_id = clock.today() - timedelta(weeks=ago), secrets.token_hex(16)
        given = dict(zip(("energy", "load", "rest"), answers, strict=True))
        told = {"week": monday_of(day).isoformat(), "answers": given, "hard": False, "needs": False, "note": ""}
        info = check_in_info(owner, row_id)
        sealed = sealing.seal(told, pair.public_key, info, sealing.CHECK_IN_BYTES)
        db.session.add(CheckIn(id=row_id, owner=owner, sealed=sealed, month_on=day.replace(day=1)))
    db.session.commit()


def _figures() -> None:
    """What was published of the four weeks before these, from made-up answers, by the same law as ever."""
    chance = random.Random(SEED)  # noqa: S311 - a demo wants the same dice every time
    starts_on, ends_on = ballots.window_of(clock.today() - ballots.WINDOW)
    members = ballots.grouped(db.session.scalars(sa.select(Person).where(Person.is_active)))
    said = {owner: float(chance.choice([15, 35, 40, 60, 80])) for owner in members[ballots.EVERYONE]}
    said = {owner: score for owner, score in said.items() if chance.random() < ANSWERING}
    groups = [
        Group(name, frozenset(owners), {each: said[each] for each in owners if each in said})
        for name, owners in members.items()
    ]
    shown = publish(groups, [])
    for audience, figures in ((Audience.TEAM, shown), (Audience.FUNDER, publish_to_funders(groups, shown, []))):
        for each in figures:
            row = TeamFigure(starts_on=starts_on, ends_on=ends_on, audience=audience, group=each.group)
            row.level, row.about = each.level, each.about
            row.members = members[each.group] if each.level is not None else []
            db.session.add(row)
    db.session.commit()
