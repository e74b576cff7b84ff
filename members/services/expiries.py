"""Points past their last day go to breakage: the set-based form of Book.settle."""

from datetime import date, datetime

from members import clock
from members.engines.jobs import Moved, job_engine
from members.models import Account
from members.selectors.accounts import programme_accounts
from members.services.settlements import CHUNK_SIZE, settle_due_accounts


def expire_points(*, for_date: date, now: datetime, chunk_size: int = CHUNK_SIZE) -> dict[str, int]:
    """Expire what is left of every lot whose last day was before ``for_date`` (points.md, rule 5).

    One transfer a lot, dated to the moment the lot expired; the business key makes a second one impossible. Runs
    after activation, so that a lot that became available and expired in one night goes through both. Returns counts.
    Raises Busy.
    """
    due_at = clock.day_start(for_date)
    breakage_id = programme_accounts()["breakage"]

    def settle(account_ids: list[int]) -> Moved:
        return job_engine().expire(account_ids=account_ids, due_at=due_at, now=now, breakage_id=breakage_id)

    return settle_due_accounts(due_at=due_at, settle=settle, chunk_size=chunk_size)


def has_expiries_due(*, for_date: date) -> bool:
    """Whether any account has something to settle: one look into the index of due accounts."""
    return Account.objects.filter(settle_due_at__lte=clock.day_start(for_date)).exists()
