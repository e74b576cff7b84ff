"""Where a member has been among the tiers."""

from django.db.models import QuerySet

from members.models import Member, TierPeriod


def history(member: Member) -> QuerySet[TierPeriod]:
    """A member's tier periods with their tiers, the present one first."""
    periods = TierPeriod.objects.filter(member=member).select_related("tier")
    return periods.order_by("-started_at", "-pk")
