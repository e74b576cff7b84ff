"""Letting lots that are there live longer: part of the ledger's writers, beside book.py (see Book.extend).

It only ever moves ``expires_at`` later. Accounts stay as they are: ``settle_due_at`` may be too early, never too late.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models.functions import Coalesce

from members import clock
from members.engines import Row, Write, engine
from members.locks import lock_accounts
from members.models import ExpiryKind, Lot
from members.rule_terms import PolicyTerms
from members.selectors.rulebook import Rulebook, current_rulebook
from members.services.terms import expires_after
from members.transactions import retrying

EXTEND_LOTS = Write(Lot, ("id", "expires_at"), "update")
# As many accounts as a till can wait for.
CHUNK_SIZE = 5_000


def extend_lots(*, policy_id: int, now: datetime, chunk_size: int = CHUNK_SIZE) -> int:
    """Give open lots the last day they would have under a policy, where it is later; returns how many.

    Lots whose date is not the one their terms give (an opening balance, a gift, an offer with a last day of its own)
    keep it. A chunk of accounts is one transaction; interrupted, run it again. Raises Busy.
    """
    rulebook = current_rulebook()
    policy = next(policy for policy in rulebook.policies if policy.id == policy_id)
    extended, last = 0, 0
    while True:
        ids = _accounts_after(last, now=now, limit=chunk_size)
        if ids:
            extended += _extend_chunk(account_ids=ids, rulebook=rulebook, policy=policy, now=now)
        if len(ids) < chunk_size:
            return extended
        last = ids[-1]


def _accounts_after(last: int, *, now: datetime, limit: int) -> list[int]:
    open_lots = Lot.objects.filter(remaining__gt=0, expires_at__gt=now, account_id__gt=last)
    return list(open_lots.order_by("account_id").values_list("account_id", flat=True).distinct()[:limit])


@retrying
def _extend_chunk(*, account_ids: list[int], rulebook: Rulebook, policy: PolicyTerms, now: datetime) -> int:
    # Held while the lots change: a debit reads their order under the same lock, and expiry their date.
    list(lock_accounts(account_ids).values_list("pk"))
    rows = list(_better(account_ids, rulebook, policy, now))
    engine().write([(EXTEND_LOTS, rows)])
    return len(rows)


def _better(account_ids: list[int], rulebook: Rulebook, policy: PolicyTerms, now: datetime) -> Iterator[Row]:
    policies = {each.id: each for each in rulebook.policies}
    lots = Lot.objects.filter(
        account_id__in=account_ids, remaining__gt=0, expires_at__gt=now, terms__isnull=False
    ).annotate(earned_at=Coalesce("purchase__occurred_at", "transfer__occurred_at"))
    columns = lots.values_list("pk", "terms_id", "expires_at", "earned_at")
    for pk, terms_id, expires_at, earned_at in columns.iterator(chunk_size=10_000):
        terms, earned = policies[terms_id or 0], clock.local_date(earned_at)
        if terms.kind != ExpiryKind.ACTIVITY and expires_at != expires_after(terms, earned):
            continue
        better = expires_after(policy, earned)
        if better is None or (expires_at is not None and better > expires_at):
            yield pk, better
