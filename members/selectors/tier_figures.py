"""What counts towards tiers: spend, points and visits of members in their windows, read in one statement.

Figures never look at a balance, so spending or expiring points costs nobody a tier. Points are what purchases earned,
less what returns took back, plus bonuses for what a member did (unless they were reversed).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from members import clock
from members.engines import Query, engine
from members.engines.tier_sums import figure
from members.models import TierMeasure, TierWindow
from members.rule_terms import TierTerms
from members.tier_windows import window_start

Wanted = tuple[int, date, datetime]


class Spec(NamedTuple):
    """A figure that tiers ask for; several tiers mostly share one."""

    measure: str
    window: str
    months: int

    @classmethod
    def of(cls, tier: TierTerms) -> "Spec":
        """What a tier counts."""
        return cls(tier.measure, tier.window, tier.window_months if tier.window == TierWindow.ROLLING else 0)


@lru_cache(maxsize=64)
def _plan(specs: tuple[Spec, ...], vendor: str) -> tuple[list[tuple[str, str]], str]:
    """The columns of the question, and the figures asked for: both depend on the tiers and the database alone."""
    columns = [("n", "integer"), ("member_id", "bigint"), ("as_of", "date")]
    columns += [(f"start{number}", "date") for number in range(len(specs))]
    points = [number for number, spec in enumerate(specs) if spec.measure == TierMeasure.POINTS]
    if points:
        columns += [("until_at", "timestamptz"), *((f"since{number}", "timestamptz") for number in points)]
    return columns, ", ".join(figure(number, spec.measure) for number, spec in enumerate(specs))


class _Entry:
    """The figures of one member as of one day: where each window starts, and what the database knew of it."""

    __slots__ = ("as_of", "figures", "starts")

    def __init__(self, as_of: date, starts: tuple[date, ...]) -> None:
        self.as_of = as_of
        self.starts = starts
        self.figures: Sequence[Any] = ()


class TierFigures:
    """What counts towards tiers, per member and day, with what a batch adds before it is stored."""

    __slots__ = ("_added", "_entries", "_numbers", "base", "ladder", "specs")

    def __init__(self, tiers: Sequence[TierTerms], *, with_invited: bool) -> None:
        self.base = min(tiers, key=lambda tier: tier.rank)
        self.ladder = sorted(
            (tier for tier in tiers if tier.rank and not tier.is_invitation_only), key=lambda tier: -tier.rank
        )
        counted = [tier for tier in tiers if tier.threshold and (with_invited or not tier.is_invitation_only)]
        self.specs = tuple(sorted({Spec.of(tier) for tier in counted}))
        self._numbers = {tier.id: self.specs.index(Spec.of(tier)) for tier in counted}
        self._entries: dict[tuple[int, date], _Entry] = {}
        self._added: dict[int, list[tuple[date, int, int]]] = {}

    @classmethod
    def load(cls, *, tiers: Sequence[TierTerms], wanted: Sequence[Wanted], with_invited: bool = False) -> "TierFigures":
        """Read the figures of members as of days (member id, day, enrolled) in one statement for all of them.

        No statement when no tier asks for a figure. ``with_invited`` reads those of invitation-only tiers as well.
        """
        figures = cls(tiers, with_invited=with_invited)
        if figures.specs and wanted:
            figures._read(wanted)
        return figures

    def _read(self, wanted: Sequence[Wanted]) -> None:
        has_points = any(spec.measure == TierMeasure.POINTS for spec in self.specs)
        columns, selected = _plan(self.specs, connection.vendor)
        entries = self._entries
        rows: list[tuple[Any, ...]] = []
        for member_id, as_of, enrolled_at in wanted:
            if (member_id, as_of) in entries:
                continue
            enrolled = clock.local_date(enrolled_at)
            starts = tuple([window_start(window, months, as_of, enrolled) for _, window, months in self.specs])
            entries[member_id, as_of] = _Entry(as_of, starts)
            moments = self._moments(as_of, starts) if has_points else ()
            rows.append((len(rows), member_id, as_of, *starts, *moments))
        source, params = engine().table(columns, rows)
        ordered = list(entries.values())
        query = Query(f"WITH w AS ({source}) SELECT w.n, {selected} FROM w", params)  # noqa: S608 -- own names
        for number, *figures in engine().fetch(query):
            ordered[number].figures = figures

    def _moments(self, as_of: date, starts: tuple[date, ...]) -> Iterable[datetime]:
        yield clock.day_end(as_of)
        for spec, start in zip(self.specs, starts, strict=True):
            if spec.measure == TierMeasure.POINTS:
                yield clock.day_start(start)

    def add_purchase(self, *, member_id: int, on: date, amount: int, points: int) -> None:
        """Count a purchase that is not stored yet."""
        self._added.setdefault(member_id, []).append((on, amount, points))

    def figure(self, *, member_id: int, as_of: date, tier: TierTerms) -> int:
        """What the member has towards a tier that asks for something; nothing if it was not asked for in load."""
        number = self._numbers[tier.id]
        entry = self._entries.get((member_id, as_of))
        if entry is None:
            return 0
        start, stored = entry.starts[number], entry.figures[number]
        added = self._added.get(member_id, ())
        measure = self.specs[number].measure
        if measure == TierMeasure.SPEND:
            return int(stored) + sum([amount for on, amount, _ in added if start <= on <= as_of])
        if measure == TierMeasure.POINTS:
            return int(stored) + sum([points for on, _, points in added if start <= on <= as_of])
        days = set(stored.split(",")) if stored else set()
        days.update([on.isoformat() for on, _, _ in added if start <= on <= as_of])
        return len(days)

    def meets(self, *, member_id: int, as_of: date, tier: TierTerms) -> bool:
        """Whether the member has what a tier asks for."""
        return tier.threshold == 0 or self.figure(member_id=member_id, as_of=as_of, tier=tier) >= tier.threshold

    def reached(self, *, member_id: int, as_of: date) -> TierTerms:
        """The highest tier, of those that need no invitation, whose threshold is met."""
        for tier in self.ladder:
            if self.meets(member_id=member_id, as_of=as_of, tier=tier):
                return tier
        return self.base
