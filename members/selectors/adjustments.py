from datetime import datetime

from django.db.models import Sum
from django.db.models.functions import Abs

from members.clock import day_start, local_date
from members.models import Adjustment, AdjustmentStatus, Member, User


def adjusted_alone_today(*, member: Member, user: User, now: datetime) -> int:
    """Points that a user gave and took of a member today, added up, without a second person."""
    alone = Adjustment.objects.filter(
        member=member,
        requested_by=user,
        status=AdjustmentStatus.POSTED,
        decided_by=None,
        requested_at__gte=day_start(local_date(now)),
    )
    return alone.aggregate(total=Sum(Abs("points")))["total"] or 0
