"""Every row lock the product takes, in the one order that keeps it free of deadlocks.

Order: idempotency row -> accounts by id -> lots by (expires_at, id) -> counters by key -> coupon -> stock; the
hottest row last. Take the lock, then read: in READ COMMITTED a statement that runs after the lock sees what the
previous holder committed. SQLite has one writer (transactions begin IMMEDIATE), so the same calls are free there.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from members.models import Account, AwardCounter, Lot


def lock_accounts(ids: Iterable[int]) -> QuerySet[Account]:
    """Lock accounts in the order of their ids, without blocking the foreign keys of other people's rows."""
    return Account.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)


def lock_member_accounts(numbers: Iterable[str]) -> QuerySet[Account]:
    """Lock the accounts of members by their numbers; each comes with its member."""
    return (
        Account.objects.filter(member__number__in=numbers)
        .select_related("member")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )


def lock_open_lots(account_ids: Iterable[int]) -> QuerySet[Lot]:
    """Lock what is left in some accounts, in the order in which debits draw it. Hold the accounts first."""
    return Lot.objects.filter(account_id__in=account_ids, remaining__gt=0).order_by("expires_at", "pk").select_for_update()


def lock_counters(keys: Iterable[str]) -> QuerySet[AwardCounter]:
    """Lock the counters of capped rules; programme-wide ones are shared, so they come last."""
    return AwardCounter.objects.filter(key__in=keys).order_by("key").select_for_update()
