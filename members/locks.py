"""Every row lock the product takes, in the one order that keeps it free of deadlocks.

Order: idempotency row -> user -> bulk outcome -> adjustment -> earning rule -> accounts by id -> lots by (expires_at,
id) -> counters by key -> coupon -> stock; the hottest row last. Take the lock, then read: in READ COMMITTED a statement
that runs after the lock sees what the previous holder committed. SQLite has one writer (transactions begin IMMEDIATE),
so the same calls are free there.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from django.db.models import Q, QuerySet

from members.engines import Query, Row, engine
from members.models import Account, Adjustment, AwardCounter, BulkOutcome, DomainEvent, EarningRule, TierPeriod, User

CARD_COLUMNS = (
    "a.id, a.available, a.pending, a.owed, a.settle_due_at, a.first_purchase_at, a.last_purchase_at, a.member_id, "
    "m.number, m.status, m.tier_id, m.enrolled_at"
)
CARD_MOMENTS = (4, 5, 6, 11)
CardColumn = Literal["a.id", "a.member_id", "m.number"]
LOT_COLUMNS = (
    "l.account_id, l.points, l.remaining, l.is_pending, l.available_at, l.expires_at, l.terms_id, l.purchase_id, "
    "l.transfer_id, l.id"
)
LOT_MOMENTS = (4, 5)


def lock_user(user_id: int) -> User:
    """Lock a sign-in while it gets, moves or proves a membership: a double click is then one after the other."""
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def lock_adjustment(adjustment_id: int) -> Adjustment:
    """Lock an adjustment while somebody decides on it. Raises Adjustment.DoesNotExist."""
    return Adjustment.objects.select_for_update(no_key=True).get(pk=adjustment_id)


def lock_bulk_outcome(outcome_id: int) -> BulkOutcome:
    """Lock one member's part of a bulk step while it is done. Raises BulkOutcome.DoesNotExist."""
    return BulkOutcome.objects.select_for_update(no_key=True).get(pk=outcome_id)


def lock_accounts(ids: Iterable[int]) -> QuerySet[Account]:
    """Lock accounts in the order of their ids, without blocking the foreign keys of other people's rows."""
    return Account.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)


class Locked(NamedTuple):
    """What locking cards brings: CARD_COLUMNS and more, LOT_COLUMNS if asked for, and the answers to other queries."""

    cards: list[Row]
    lots: list[Row]
    answers: list[list[Row]]


def lock_cards(
    *,
    by: CardColumn,
    values: Collection[Any],
    business_key: str = "",
    with_lots: bool = False,
    then: Sequence[Query] = (),
) -> Locked:
    """Lock members' accounts, in the order of their ids, and read whatever else is known to be needed.

    Cards come as CARD_COLUMNS, the rulebook's revision, and the id of the transfer that has ``business_key`` already
    (one that commits while we wait here is not seen; then the unique index refuses ours, and the retry sees it). Lots
    and ``then`` are read by statements of their own, after the lock: within its own statement, tills that tell the
    same receipts at once would all see what was known before they waited, and try again until they give up.
    """
    condition, params = engine().among(by, "text" if by == "m.number" else "bigint", values)
    cards = Query(
        f"SELECT {CARD_COLUMNS}, (SELECT revision FROM members_rulebook), "  # noqa: S608 -- own names
        "(SELECT id FROM members_transfer WHERE business_key = %s) "
        "FROM members_account a JOIN members_member m ON m.id = a.member_id "
        # The member too: a statement that waited reads the rows it locks as they are now, but rows it merely joins as
        # they were when it began, such as a status from before the freeze or the merge that it waited for.
        f"WHERE {condition} ORDER BY a.id {engine().for_update('a, m')}",
        [business_key, *params],
        CARD_MOMENTS,
    )
    lots = [_open_lots(by, values)] if with_lots else []
    locked, *answers = engine().fetch_in_turn([cards, *lots, *then])
    return Locked(locked, answers.pop(0) if with_lots else [], answers)


def lock_accounts_of(member_ids: Iterable[int]) -> list[Account]:
    """Lock the accounts of members by id, now: the lock also guards the member's status, contacts, sign-in and tier."""
    accounts = Account.objects.filter(member_id__in=member_ids).order_by("pk")
    return list(accounts.select_for_update(of=("self",), no_key=True))


def lock_due_accounts(*, due_at: datetime, after: int, limit: int, with_pending: bool) -> QuerySet[Account]:
    """Find and lock the next accounts with something to settle, in one statement.

    Rows that another job settled while we waited for them no longer match and are left out.
    """
    due = Account.objects.filter(settle_due_at__lte=due_at, pk__gt=after)
    if with_pending:
        due = due.filter(pending__gt=0)
    return due.order_by("pk").select_for_update(of=("self",), no_key=True)[:limit]


def lock_accounts_in_periods(periods: QuerySet[TierPeriod]) -> list[int]:
    """Lock the accounts of the members of some tier periods, in order; their ids."""
    accounts = Account.objects.filter(member__tier_periods__in=periods).order_by("pk")
    return list(accounts.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def lock_open_lots(account_ids: Iterable[int]) -> list[Row]:
    """Lock what is left in accounts that are locked, in the order in which debits draw it: LOT_COLUMNS."""
    return engine().fetch(_open_lots("a.id", account_ids))


def _open_lots(by: CardColumn, values: Iterable[Any]) -> Query:
    condition, params = engine().among(by, "text" if by == "m.number" else "bigint", values)
    member = " JOIN members_member m ON m.id = a.member_id" if by == "m.number" else ""
    sql = (
        f"SELECT {LOT_COLUMNS} FROM members_account a{member} JOIN members_lot l ON l.account_id = a.id "  # noqa: S608
        f"WHERE {condition} AND l.remaining > 0 ORDER BY l.expires_at, l.id {engine().for_update('l')}"
    )
    return Query(sql, params, LOT_MOMENTS)


def lock_counters(keys: Iterable[str]) -> QuerySet[AwardCounter]:
    """Lock the counters of capped rules; programme-wide ones are shared, so they come last."""
    return AwardCounter.objects.filter(key__in=keys).order_by("key").select_for_update()


def lock_earning_rule(rule_id: int) -> EarningRule:
    """Lock a rule while its versions change, so that two people publish one after the other. Raises DoesNotExist."""
    return EarningRule.objects.select_for_update(no_key=True).get(pk=rule_id)


def lock_waiting_events(*, now: datetime, max_attempts: int, limit: int) -> QuerySet[DomainEvent]:
    """Lock the oldest events to deliver, skipping those that another relay is claiming at this moment.

    An event whose claim ran out (its relay was killed, or a failure's pause is over) is waiting again.
    """
    return (
        DomainEvent.objects.filter(delivered_at=None, attempts__lt=max_attempts)
        .filter(Q(claimed_until=None) | Q(claimed_until__lte=now))
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True)[:limit]
    )


def lock_events(ids: Iterable[int]) -> list[DomainEvent]:
    """Lock events while somebody deals with them, by id; those that are purged meanwhile are left out."""
    events = DomainEvent.objects.filter(pk__in=list(ids)).order_by("pk")
    return list(events.select_for_update(of=("self",), no_key=True))


def lock_waiting_events_of(member_ids: Iterable[int]) -> list[DomainEvent]:
    """Lock the undelivered events of members about to be merged or closed, and of cards merged into theirs before.

    A relay that deals with one has then committed what it wrote for the member; one that comes later waits, and sees
    what has become of them. Right after the accounts, before the member's own row changes: the relay's new rows hold
    on to that one.
    """
    ids = list(member_ids)
    theirs = Q(member_id__in=ids) | Q(member__merged_into__in=ids)
    events = DomainEvent.objects.filter(theirs, delivered_at=None).order_by("pk")
    return list(events.select_for_update(of=("self",), no_key=True))
