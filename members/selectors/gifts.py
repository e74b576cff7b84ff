"""What a member may still give away."""

from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, Sum

from members.models import Gift


class GiftAllowance(NamedTuple):
    """Points that may be given in a day and a month, and what is left of each."""

    day: int
    month: int
    left_today: int
    left_this_month: int


def gift_allowance(*, member_id: int, today: date) -> GiftAllowance:
    """The limits, and what is left of them on a programme day.

    What cards gave that were merged into this one counts too. Decisions read this under the giver's lock.
    """
    gifts = Gift.objects.filter(
        Q(sender_id=member_id) | Q(sender__merged_into=member_id), given_date__gte=today.replace(day=1)
    )
    given = gifts.aggregate(
        today=Sum("points", filter=Q(given_date=today), default=0),
        month=Sum("points", default=0),
    )
    day, month = settings.PROGRAMME_GIFT_POINTS_PER_DAY, settings.PROGRAMME_GIFT_POINTS_PER_MONTH
    return GiftAllowance(day, month, max(day - given["today"], 0), max(month - given["month"], 0))
