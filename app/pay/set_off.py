"""What somebody got for an expense that was none becomes pay as soon as they are owed pay."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app import clock
from app.database import db, new_id
from app.pay import accounts, ledger
from app.pay.currency import money
from app.pay.models import AccountKind, EntryKind, LedgerAccount, LedgerPosting
from payroll.ledger import transfer
from payroll.payout import worked_off


def set_off(person_ids: Collection[str]) -> None:
    """Write down, in the caller's transaction, what these people worked off of money they should not have got.

    It counts as pay they received on the day it is written down. The other way round nothing is set off: an expense
    is paid back in full, also to somebody who was paid ahead of the work.
    """
    query = (
        sa.select(LedgerAccount.person_id, LedgerAccount.kind, -sa.func.sum(LedgerPosting.minor))
        .join(LedgerPosting, LedgerPosting.account_id == LedgerAccount.id)
        .where(LedgerAccount.person_id.in_(person_ids))
        .group_by(LedgerAccount.person_id, LedgerAccount.kind)
    )
    owed = {(str(who), kind): int(minor) for who, kind, minor in db.session.execute(query)} if person_ids else {}
    writings = []
    for who in sorted(person_ids):
        minor = worked_off(owed.get((who, AccountKind.PAYABLE), 0), owed.get((who, AccountKind.REFUND), 0))
        if minor:
            entry = transfer(
                EntryKind.SET_OFF, clock.today(), accounts.refund(who), accounts.payable(who), money(minor)
            )
            writings.append(ledger.Writing(entry, f"set-off-{new_id()}"))
    ledger.post_all(writings)
