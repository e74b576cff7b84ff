"""Who loses a tier at a review: what they get instead, and what they climbed to since, if the review comes late."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Max

from members import clock
from members.models import Purchase, TierDowngrade, TierReason
from members.selectors.rulebook import Rulebook
from members.selectors.tier_figures import TierFigures
from members.selectors.tier_standings import Person, Standing, earned_standing, standings_after_manual
from members.services.tier_changes import TierChange
from members.tier_windows import held_until


class OverPeriod(NamedTuple):
    """A period that is over."""

    member_id: int
    tier_id: int
    started_at: datetime
    held: date
    is_manual: bool
    enrolled_at: datetime


class Lowering:
    """What members get whose periods are over, each on the first day after it, and where they climbed to since."""

    def __init__(self, rulebook: Rulebook, over: Sequence[OverPeriod], *, today: date) -> None:
        self.rulebook = rulebook
        self.changes: list[TierChange] = []
        self.days = {period.member_id: self._first_day_after(period) for period in over}
        self.later = self._later_purchases(today)
        self.figures = self._load(over)
        people = [
            Person(each.member_id, each.enrolled_at, self.days[each.member_id]) for each in over if each.is_manual
        ]
        endings = standings_after_manual(rulebook=rulebook, people=people)
        for period in over:
            standing = endings[period.member_id] if period.is_manual else self._lowered(period)
            self._fall(period, standing)

    def _first_day_after(self, period: OverPeriod) -> date:
        grace = 0 if period.is_manual else self.rulebook.tier(period.tier_id).grace_days
        return period.held + timedelta(days=grace + 1)

    def _later_purchases(self, today: date) -> dict[int, list[tuple[date, datetime]]]:
        """Purchases of a late review's members since: made with a tier that was no longer theirs, so none climbed."""
        later: dict[int, list[tuple[date, datetime]]] = {}
        since = min(self.days.values())
        if today > since:
            rows = Purchase.objects.filter(member_id__in=self.days, business_date__range=(since, today))
            days = rows.values_list("member_id", "business_date").order_by("business_date")
            for member_id, on, at in days.annotate(last=Max("occurred_at")):
                if on >= self.days[member_id]:
                    later.setdefault(member_id, []).append((on, at))
        return later

    def _load(self, over: Sequence[OverPeriod]) -> TierFigures:
        wanted = []
        for period in over:
            days = {*self._looked_at(period), *(on for on, _ in self.later.get(period.member_id, ()))}
            wanted += [(period.member_id, on, period.enrolled_at) for on in days]
        return TierFigures.load(tiers=self.rulebook.tiers, wanted=wanted, with_invited=True)

    def _looked_at(self, period: OverPeriod) -> tuple[date, date]:
        day = self.days[period.member_id]
        return period.held, day

    def _lowered(self, period: OverPeriod) -> Standing:
        """What is earned; or one level lower, where that is how the tier goes and it is more."""
        current, enrolled_at = self.rulebook.tier(period.tier_id), period.enrolled_at
        standing = earned_standing(
            figures=self.figures,
            member_id=period.member_id,
            days=self._looked_at(period),
            today=self.days[period.member_id],
            enrolled_at=enrolled_at,
        )
        if current.downgrade == TierDowngrade.ONE_LEVEL:
            lower = [tier for tier in self.rulebook.tiers if tier.rank < current.rank and not tier.is_invitation_only]
            if lower[-1].rank > standing.tier.rank:
                return Standing(lower[-1], held_until(lower[-1], self.days[period.member_id], enrolled_at))
        return standing

    def _fall(self, period: OverPeriod, standing: Standing) -> None:
        self.changes.append(
            TierChange(
                member_id=period.member_id,
                from_tier_id=period.tier_id,
                to_tier_id=standing.tier.id,
                at=max(clock.day_start(self.days[period.member_id]), period.started_at),
                reason=TierReason.ENDED if period.is_manual else TierReason.REVIEW,
                held_until_date=standing.held_until_date,
                is_manual=standing.is_manual,
                note=standing.note,
                explanation=self._explanation(period, standing),
            )
        )
        if not standing.is_manual:
            self._climb(period, standing)

    def _explanation(self, period: OverPeriod, standing: Standing) -> dict[str, Any]:
        """What was missed, and the day whose purchases give the tier that follows."""
        explanation: dict[str, Any] = {}
        if standing.reached_date:
            explanation["reached"] = standing.reached_date.isoformat()
        if not period.is_manual:
            missed = self.rulebook.tier(period.tier_id)
            explanation["held_until"] = period.held.isoformat()
            explanation["threshold"] = missed.threshold
            explanation["figure"] = self.figures.figure(member_id=period.member_id, as_of=period.held, tier=missed)
        return explanation

    def _climb(self, period: OverPeriod, standing: Standing) -> None:
        """Let purchases since then count from the tier that the review left."""
        for on, at in self.later.get(period.member_id, ()):
            if standing.held_until_date and on > standing.held_until_date:
                # The next review comes first.
                return
            reached = self.figures.reached(member_id=period.member_id, as_of=on)
            if reached.rank > standing.tier.rank:
                climbed = Standing(reached, held_until(reached, on, period.enrolled_at))
                self.changes.append(
                    TierChange(
                        member_id=period.member_id,
                        from_tier_id=standing.tier.id,
                        to_tier_id=reached.id,
                        at=at,
                        reason=TierReason.UPGRADE,
                        held_until_date=climbed.held_until_date,
                    )
                )
                standing = climbed
