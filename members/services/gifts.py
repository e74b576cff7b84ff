"""Gifts: a member gives points to another, within limits a day and a month."""

from datetime import datetime

from members.clock import local_date
from members.exceptions import (
    GiftLimitReached,
    GiftMonthLimitReached,
    GiftToYourself,
    InvalidPoints,
    InvalidText,
    KeyReused,
    MemberFrozen,
)
from members.models import Gift, Member, MemberStatus
from members.names import clean_line
from members.selectors.gifts import gift_allowance
from members.selectors.members import get_by_number
from members.services.ledger import give_points
from members.services.live_members import lock_live_members
from members.transactions import retrying

MESSAGE_LENGTH = 200
KEY_LENGTH = 64
# Far above any balance; keeps a typed number within the column.
MAX_POINTS = 10**12


@retrying
def give_gift(
    *, sender_id: int, recipient_number: str, points: int, key: str, now: datetime, message: str = ""
) -> Gift:
    """Give points to the member with a card number. The points keep their last day.

    ``key`` stands for this one gift: sent again with it, the gift that was given is returned. Raises InvalidPoints,
    InvalidText, MemberNotFound, GiftToYourself, MemberNotLive, MemberFrozen, KeyReused, GiftLimitReached,
    NotEnoughPoints.
    """
    if not 0 < points <= MAX_POINTS:
        raise InvalidPoints
    if not 0 < len(key) <= KEY_LENGTH:
        raise InvalidText(length=KEY_LENGTH)
    message = clean_line(message, length=MESSAGE_LENGTH)
    recipient_id = get_by_number(recipient_number).pk
    if recipient_id == sender_id:
        raise GiftToYourself
    sender, recipient = lock_live_members([sender_id, recipient_id])
    if known := Gift.objects.filter(key=key).first():
        return _same(known, sender, recipient, points)
    if sender.status == MemberStatus.FROZEN:
        raise MemberFrozen
    _require_allowance(sender, points, now)
    gift = Gift.objects.create(
        sender=sender,
        recipient=recipient,
        points=points,
        message=message,
        key=key,
        given_at=now,
        given_date=local_date(now),
    )
    give_points(
        sender_id=sender.pk,
        recipient_id=recipient.pk,
        points=points,
        business_key=f"gift:gift:{gift.pk}",
        explanation={"gift": gift.pk},
        now=now,
    )
    return gift


def _same(gift: Gift, sender: Member, recipient: Member, points: int) -> Gift:
    if (gift.sender_id, gift.recipient_id, gift.points) != (sender.pk, recipient.pk, points):
        raise KeyReused
    return gift


def _require_allowance(sender: Member, points: int, now: datetime) -> None:
    """Read under the sender's lock: of two gifts at once the second counts the first."""
    allowance = gift_allowance(member_id=sender.pk, today=local_date(now))
    if points > allowance.left_today:
        raise GiftLimitReached(left=allowance.left_today)
    if points > allowance.left_this_month:
        raise GiftMonthLimitReached(left=allowance.left_this_month)
