from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from members import clock
from members.api import examples
from members.api.balances import balance, tier
from members.api.base import ApiView
from members.api.schema import NUMBER_IN_PATH, operation
from members.api.serializers.points import PointsSerializer
from members.models import Member, Scope, TierMeasure
from members.money import format_amount
from members.selectors import points, tiers
from members.selectors.members import get_by_number
from members.selectors.rulebook import Rulebook, current_rulebook

# A till has room for so many lines.
EXPIRING_DAYS = 12


class PointsView(ApiView):
    """What a member has."""

    scopes = {"GET": Scope.POINTS_READ}

    @operation(
        name="member_points",
        tag="points",
        summary=_("Read a member's points"),
        description=_(
            "Balance, tier, what is missing for the next one, and what expires when. The figures are those of now, "
            "even where the nightly jobs are late."
        ),
        scope=Scope.POINTS_READ,
        answers={200: PointsSerializer},
        refusals=("member-not-found", "not-found"),
        parameters=[NUMBER_IN_PATH],
        examples=[examples.POINTS],
    )
    def get(self, request: Request, number: str) -> Response:
        """The member's points. Raises MemberNotFound."""
        found = get_by_number(number)
        member = Member.objects.select_related("account").get(pk=found.pk)
        return Response(self._answer(member))

    @staticmethod
    def _answer(member: Member) -> dict[str, Any]:
        now, rulebook = clock.now(), current_rulebook()
        summary = points.summary(member.account, now)
        progress = tiers.progress(member, now, rulebook=rulebook)
        return {
            "member": member.number,
            "balance": balance(summary),
            "tier": tier(member.tier_id, rulebook),
            "next_tier": _way(progress, rulebook),
            "sentences": [line for line in (progress.next_sentence, progress.keep_sentence) if line],
            "expiring": [
                {"last_day": each.last_date.isoformat(), "points": each.points}
                for each in summary.expiring[:EXPIRING_DAYS]
            ],
        }


def _way(progress: tiers.Progress, rulebook: Rulebook) -> dict[str, Any] | None:
    """How far it is to the next tier; None at the top."""
    aim, missing = progress.next_tier, progress.remaining
    if aim is None or missing is None:
        return None
    return {
        "tier": tier(aim.id, rulebook),
        "measure": aim.measure,
        "missing": format_amount(missing) if aim.measure == TierMeasure.SPEND else str(missing),
        "percent": progress.percent,
        "by": progress.by_date.isoformat() if progress.by_date else None,
    }
