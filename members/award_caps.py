"""Caps of earning rules: how many points a rule has given in a period, and how many it may still give.

Counters are rows (models.AwardCounter) locked with the member. Keys: ``<rule>:<member>:d2026-11-21`` and
``<rule>:<member>:m2026-11`` by the purchase's own business day, ``<rule>:*:total`` for the programme.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from members.rule_terms import VersionTerms

CounterRow = tuple[str, int, int | None, int]
"""key, rule_id, member_id (None: everybody), points."""


def limits(version: VersionTerms, *, member_id: int, day: date) -> list[tuple[str, str, int]]:
    """What limits a version on a member's day: (key, period "d" | "m" | "t", cap)."""
    caps = (
        (f"{version.rule_id}:{member_id}:d{day:%Y-%m-%d}", "d", version.cap_member_day),
        (f"{version.rule_id}:{member_id}:m{day:%Y-%m}", "m", version.cap_member_month),
        (f"{version.rule_id}:*:total", "t", version.cap_total),
    )
    return [(key, period, cap) for key, period, cap in caps if cap is not None]


def counter_row(key: str, points: int = 0) -> CounterRow:
    """The row of a counter, from its key; with 0 points to insert it before it is locked."""
    rule, member, _ = key.split(":")
    return key, int(rule), None if member == "*" else int(member), points


@dataclass(slots=True)
class Counters:
    """The points used so far, by key, in one transaction; what ``add`` brings is in ``rows`` to be stored."""

    used: Mapping[str, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)

    def left(self, version: VersionTerms, *, member_id: int, day: date) -> tuple[int, str]:
        """How many points a capped version may still give, and the period of the cap that is nearest."""
        return min(
            (max(cap - self.used.get(key, 0) - self.added.get(key, 0), 0), period)
            for key, period, cap in limits(version, member_id=member_id, day=day)
        )

    def add(self, additions: Iterable[CounterRow]) -> None:
        """Count what a score gave, so that the next one of the same transaction sees it."""
        for key, _rule, _member, points in additions:
            self.added[key] = self.added.get(key, 0) + points

    def rows(self) -> list[CounterRow]:
        """What to add to the stored counters: one row a key."""
        return [counter_row(key, points) for key, points in sorted(self.added.items()) if points]
