"""The nightly review: who held a tier long enough keeps it if it was earned again, or gives it up after the grace.

A tier is kept when its threshold is met in a window that ends on the last day for which it was held, or on a day of
the grace after it. That depends on purchases alone and not on when the job ran: late, twice or out of order, a review
comes to the same end.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from members import clock
from members.engines.tier_sums import Group, Renewal, ReviewChunk, groups_under_review, renew, review_chunks
from members.exceptions import Busy
from members.locks import lock_accounts_in_periods
from members.models import TierMeasure, TierPeriod, TierReason, TierWindow
from members.rule_terms import TierTerms
from members.selectors.rulebook import Rulebook, current_rulebook
from members.services.tier_changes import TierChange, write_changes
from members.services.tier_lowering import Lowering, OverPeriod
from members.tier_windows import ONE_DAY, held_until, is_reviewed, window_ends, window_start
from members.transactions import retrying

# Few enough that tills wait well under their lock timeout for an account of the chunk.
CHUNK_SIZE = 20_000
# Somebody holds an account of the chunk for longer than the lock timeout: let go of the whole chunk and try again.
BUSY_ATTEMPTS = 5
PART_SIZE = 2_000

R = TypeVar("R")


def review_tiers(*, for_date: date, now: datetime, chunk_size: int = CHUNK_SIZE) -> dict[str, int]:
    """Review every tier whose time was up before a day, and end the manual ones that are over; returns counts.

    Chunks of members, a constant number of statements each. What a chunk decided is no longer due, so a run that was
    killed goes on where it stopped. Raises Busy.
    """
    counts = Counter(reviewed=0, kept=0, changed=0, ended=0)
    for chunk in review_chunks(day=for_date, size=chunk_size):
        counts["reviewed"] += chunk.size
        while _review(chunk, counts, now):
            # Months late: what was renewed or lowered is due a second time.
            continue
    return dict(counts)


def has_reviews_due(*, for_date: date) -> bool:
    """Whether any tier's time was up before a day."""
    return TierPeriod.objects.filter(ended_at=None, held_until_date__lt=for_date).exists()


def _review(chunk: ReviewChunk, counts: Counter[str], now: datetime) -> bool:
    """Keep, then lower; whether something may be due again."""
    rulebook = current_rulebook()
    by_enrolment = [tier.id for tier in rulebook.tiers if tier.window == TierWindow.MEMBERSHIP_YEAR]
    groups = groups_under_review(chunk, by_enrolment=by_enrolment)
    over = [group for group in groups if _is_over(group, rulebook, chunk.day)]
    waiting = [group for group in groups if group not in over]
    kept, held = _patiently(partial(_keep, chunk, rulebook, waiting))
    changes = list[TierChange]()
    if over:
        kept_late, held_late, changes = _patiently(partial(_lower, chunk, rulebook, over, now))
        kept += kept_late
        held += [*held_late, *(change.held_until_date for change in changes if change.held_until_date)]
    counts["kept"] += kept
    counts["changed"] += sum(change.reason == TierReason.REVIEW for change in changes)
    counts["ended"] += sum(change.reason == TierReason.ENDED for change in changes)
    return bool(kept or changes) and min(held, default=chunk.day) < chunk.day


def _is_over(group: Group, rulebook: Rulebook, day: date) -> bool:
    """Whether there is nothing left to wait for: a manual tier after its last day, others after the grace."""
    grace = 0 if group.is_manual else rulebook.tier(group.tier_id).grace_days
    return group.held + timedelta(days=grace) < day


def _patiently(step: Callable[[], R]) -> R:
    for _ in range(BUSY_ATTEMPTS - 1):
        try:
            return step()
        except Busy:
            continue
    return step()


@retrying
def _keep(chunk: ReviewChunk, rulebook: Rulebook, groups: Sequence[Group]) -> tuple[int, list[date]]:
    """Renew what was earned again: how many, and the days until which it can be held now.

    Statements by measure, whatever the number of members. No account needs a lock where nobody can lose anything: a
    purchase recorded at this moment is seen by tomorrow's review.
    """
    kept = 0
    unloseable = {group.tier_id for group in groups if not is_reviewed(rulebook.tier(group.tier_id))}
    if unloseable:
        # Staff made the tier impossible to lose since it was reached: it is held for good.
        kept = _due(chunk).filter(is_manual=False, tier_id__in=unloseable).update(held_until_date=None)
    renewals: dict[tuple[str, bool], list[Renewal]] = {}
    for tier_id, held, _, enrolled in groups:
        tier = rulebook.tier(tier_id)
        if tier_id not in unloseable:
            for renewal, on_purchase_days in _renewals(tier, held, enrolled, chunk.day):
                renewals.setdefault((tier.measure, on_purchase_days), []).append(renewal)
    for (measure, on_purchase_days), each in sorted(renewals.items()):
        kept += renew(chunk, each, measure=measure, on_purchase_days=on_purchase_days)
    return kept, [renewal.renewed for each in renewals.values() for renewal in each if renewal.renewed]


@retrying
def _lower(
    chunk: ReviewChunk, rulebook: Rulebook, groups: Sequence[Group], now: datetime
) -> tuple[int, list[date], list[TierChange]]:
    """Lock the members whose periods are over, renew what was earned again, and lower the rest."""
    is_over = Q()
    for tier_id, until, is_manual in {group[:3] for group in groups}:
        is_over |= Q(tier_id=tier_id, held_until_date=until, is_manual=is_manual)
    over = _due(chunk).filter(is_over)
    if not lock_accounts_in_periods(over):
        return 0, [], []
    kept, held = _keep(chunk, rulebook, [group for group in groups if not group.is_manual])
    rows: Iterable[Any] = over.values_list(
        "member_id", "tier_id", "started_at", "held_until_date", "is_manual", "member__enrolled_at"
    )
    periods = [OverPeriod(*row) for row in rows]
    changes: list[TierChange] = []
    # In parts, since each member's days are looked at in memory.
    for start in range(0, len(periods), PART_SIZE):
        lowering = Lowering(rulebook, periods[start : start + PART_SIZE], today=max(chunk.day, clock.local_date(now)))
        changes += lowering.changes
        write_changes(changes=lowering.changes, now=now)
    return kept, held, changes


def _due(chunk: ReviewChunk) -> QuerySet[TierPeriod]:
    return TierPeriod.objects.filter(
        ended_at=None, held_until_date__lt=chunk.day, member_id__gt=chunk.after, member_id__lte=chunk.until
    )


def _renewals(tier: TierTerms, held: date, enrolled: date | None, day: date) -> Iterable[tuple[Renewal, bool]]:
    """The windows that can keep a tier: the one ending with the last day held, and those ending in the grace.

    A rolling window grows only on days with a purchase (points also by bonuses), so the others need no look.
    """
    enrolled_at = clock.day_start(enrolled or held)
    last = min(day, held + timedelta(days=tier.grace_days))
    picky = tier.window == TierWindow.ROLLING and tier.measure != TierMeasure.POINTS
    for end in (held, *window_ends(tier, held + ONE_DAY, last, enrolled_at)):
        start = window_start(tier.window, tier.window_months, end, enrolled or held)
        renewal = Renewal(
            tier.id,
            held,
            enrolled,
            start,
            end,
            clock.day_start(start),
            clock.day_end(end),
            held_until(tier, end, enrolled_at),
            tier.threshold,
        )
        yield renewal, picky and end > held
