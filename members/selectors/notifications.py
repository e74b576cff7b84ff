"""A member's inbox, as its reader sees it: a constant number of statements a page, texts in the active language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from members.models import Account, Gift, Notification, NotificationKind, Transfer, TransferKind
from members.names import shy_name
from members.notification_sentences import Telling, told
from members.selectors import transfers
from members.selectors.rulebook import Rulebook

# More than these are shown as 99+, and counting stops there.
COUNTED = 100
GIFT_KEY = "gift:gift:"
GIFTS = (NotificationKind.GIFT_RECEIVED, NotificationKind.GIFT_GIVEN)


class CappedCount(Subquery):
    """The number of rows of a sliced query, as a column."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"


# For the query that finds the member behind a request anyway, so that the badge on each page costs no query.
UNREAD = CappedCount(Notification.objects.filter(member=OuterRef("pk"), read_at=None).values("pk")[:COUNTED])


@dataclass(frozen=True, slots=True)
class Line:
    """A notification as it is read. ``day`` is the reader's."""

    pk: int
    kind: str
    headline: str
    text: str
    created_at: datetime
    day: date
    is_unread: bool


def for_member(member_id: int) -> QuerySet[Notification]:
    """Everything a member was told and that is still kept, newest first."""
    return Notification.objects.filter(member_id=member_id).order_by("-created_at", "-pk")


def unread_count(member_id: int) -> int:
    """How many a member has not read; counting stops at COUNTED."""
    return Notification.objects.filter(member_id=member_id, read_at=None)[:COUNTED].count()


def newest_id(member_id: int) -> int:
    """The highest id in an inbox, 0 in an empty one: up to where "mark all as read" means what was shown."""
    newest = Notification.objects.filter(member_id=member_id).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def lines(notifications: Iterable[Notification], *, rulebook: Rulebook, today: date) -> list[Line]:
    """Notifications with their texts; one query for the gifts among them, however many."""
    found = list(notifications)
    gifts = _gifts(found)
    tiers = {tier.code: str(tier.names) for tier in rulebook.tiers}
    return [_line(each, rulebook, tiers, gifts, today) for each in found]


def _line(
    notification: Notification, rulebook: Rulebook, tiers: Mapping[str, str], gifts: Mapping[int, Gift], today: date
) -> Line:
    payload = notification.payload
    store = rulebook.stores.get(payload.get("store", 0))
    person, message = _other_side(notification, gifts)
    telling = Telling(
        today=today,
        store=str(store.names) if store else "",
        tier=tiers.get(payload.get("to", ""), ""),
        tier_before=tiers.get(payload.get("from", ""), ""),
        person=person,
        message=message,
    )
    headline, text = told(notification.kind, payload, telling)
    return Line(
        pk=notification.pk,
        kind=notification.kind,
        headline=headline,
        text=text,
        created_at=notification.created_at,
        day=timezone.localtime(notification.created_at).date(),
        is_unread=notification.read_at is None,
    )


def _gifts(notifications: Iterable[Notification]) -> dict[int, Gift]:
    ids = [gift_id for each in notifications if (gift_id := _gift_id(each))]
    return Gift.objects.select_related("sender", "recipient").in_bulk(ids)


def _gift_id(notification: Notification) -> int | None:
    key = str(notification.payload.get("key", ""))
    if notification.kind in GIFTS and key.startswith(GIFT_KEY):
        return int(key.removeprefix(GIFT_KEY))
    return None


def _other_side(notification: Notification, gifts: Mapping[int, Gift]) -> tuple[str, str]:
    """The other member's name, as much of it as tells a friend from a stranger, and what the giver wrote."""
    gift = gifts.get(_gift_id(notification) or 0)
    if gift is None:
        return "", ""
    other = gift.sender if notification.kind == NotificationKind.GIFT_RECEIVED else gift.recipient
    return shy_name(other.name), gift.message


def entries_behind(notification: Notification, account: Account) -> list[Transfer]:
    """The points entries that a notification tells of, with their sign; none for tiers and warnings."""
    condition = _condition(notification)
    if condition is None:
        return []
    found = transfers.for_account(account).filter(condition)
    return list(found[: int(notification.payload.get("lots", 0)) or None])


def _condition(notification: Notification) -> Q | None:
    payload: Mapping[str, Any] = notification.payload
    if notification.kind == NotificationKind.RETURN:
        return Q(purchase_id=payload["purchase"], kind=TransferKind.CLAWBACK)
    if "purchase" in payload:
        return Q(purchase_id=payload["purchase"])
    if "key" in payload:
        return Q(business_key=payload["key"])
    if notification.kind == NotificationKind.EXPIRED:
        return Q(kind=TransferKind.EXPIRY, occurred_at__lte=datetime.fromisoformat(payload["expired_at"]))
    return None
