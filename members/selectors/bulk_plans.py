"""What a step with many members would do: to whom, who is left out and why, and what it costs. Nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from members.models import BulkKind, BulkOutcome, Member, MemberStatus, Tier

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """One member; ``left_out`` says why nothing would happen to them, and is empty where something would."""

    member: Member
    left_out: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole step.

    ``points`` is what it gives (or takes) in all, ``held`` what those in it can spend today, ``moves`` how many come
    from which tier; ``needs_second`` says that each adjustment waits for a second person.
    """

    kind: str
    rows: Sequence[Planned]
    points: int
    held: int
    moves: Mapping[str, int]
    needs_second: bool

    @property
    def included(self) -> list[Member]:
        """Those to whom something would happen."""
        return [row.member for row in self.rows if not row.left_out]

    @property
    def left_out(self) -> list[Planned]:
        """Those to whom nothing would happen."""
        return [row for row in self.rows if row.left_out]


def load_members(step_id: int) -> list[Member]:
    """The members of a step, by name."""
    chosen = BulkOutcome.objects.filter(step_id=step_id).values("member_id")
    members = Member.objects.filter(pk__in=chosen).select_related("tier", "account")
    return list(members.order_by("name", "pk"))


def make_plan(*, kind: str, answers: Answers, members: Sequence[Member]) -> Plan:
    """The plan for some members, their tier and account at hand."""
    tier = Tier.objects.get(pk=answers["tier_id"]) if kind == BulkKind.TIER else None
    points = int(answers["points"]) if kind == BulkKind.ADJUST else 0
    rows = [Planned(member, _why_not(kind, member, tier, points)) for member in members]
    included = [row.member for row in rows if not row.left_out]
    total = points * len(included)
    return Plan(
        kind=kind,
        rows=rows,
        points=total,
        held=sum(member.account.available for member in included),
        moves=Counter(member.tier.name for member in included),
        # A bulk step is one decision: many small adjustments are no way around the limit for one person.
        needs_second=abs(total) > settings.ADJUSTMENT_APPROVAL_LIMIT,
    )


def _why_not(kind: str, member: Member, tier: Tier | None, points: int) -> str:
    if not member.is_live:
        return _("The card is closed or merged.")
    if kind == BulkKind.FREEZE and member.status == MemberStatus.FROZEN:
        return _("Frozen already.")
    if kind == BulkKind.UNFREEZE and member.status != MemberStatus.FROZEN:
        return _("Not frozen.")
    if tier is not None and member.tier.rank > tier.rank:
        return _("In a higher tier: %(tier)s.") % {"tier": member.tier.name}
    if points < 0 and member.account.available < -points:
        return _("Only %(points)s points are available.") % {"points": member.account.available}
    return ""
