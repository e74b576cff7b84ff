"""What a new version of an earning rule shall say, checked as a whole before it is published."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import time
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.exceptions import DomainError
from members.models import Channel, RuleKind
from members.selectors.rulebook import Rulebook

SAME = 100
WEEKDAYS = range(1, 8)


class InvalidRule(DomainError):
    """A version that contradicts itself; ``problems`` holds (field, message) pairs for a form."""

    code: ClassVar[str] = "invalid-rule"
    status: ClassVar[int] = 422
    message = _("This rule can't be published.")

    def __init__(self, problems: list[tuple[str, str | Promise]]) -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        """All problems as one text."""
        return " ".join(str(message) for _field, message in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """The terms of a version; names and units as in models.EarningRuleVersion. Empty conditions hold always."""

    kind: str
    points: int = 0
    per_amount: int = 0
    percent: int = 0
    categories: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    store_ids: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    time_from: time | None = None
    time_until: time | None = None
    minimum_tier_id: int | None = None
    minimum_amount: int = 0
    first_purchase_only: bool = False
    cap_member_day: int | None = None
    cap_member_month: int | None = None
    cap_total: int | None = None

    def columns(self) -> dict[str, Any]:
        """The values of the version's own columns."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "store_ids"}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def check_draft(draft: RuleDraft, *, rulebook: Rulebook) -> None:
    """Refuse a draft that could not work. Raises InvalidRule with all that is wrong."""
    problems = [*_award_problems(draft), *_condition_problems(draft, rulebook), *_cap_problems(draft)]
    if problems:
        raise InvalidRule(problems)


def _award_problems(draft: RuleDraft) -> Iterator[tuple[str, str | Promise]]:
    is_rate = draft.kind in (RuleKind.BASE, RuleKind.BONUS_RATE)
    if draft.kind not in RuleKind.values:
        yield "kind", _("Choose what the rule adds.")
    elif draft.kind == RuleKind.MULTIPLIER:
        if draft.percent <= SAME:
            yield "percent", _("A multiplier must be above 100 percent: 200 doubles the points.")
        if draft.categories or draft.skus:
            yield "categories", _("A multiplier is for the whole purchase. For some articles use a bonus rate.")
        if draft.points or draft.per_amount:
            yield "points", _("A multiplier gives no points of its own. Leave points and amount empty.")
    else:
        if draft.points <= 0:
            yield "points", _("Say how many points, at least 1.")
        if is_rate and draft.per_amount <= 0:
            yield "per_amount", _("Say for each how much spent the points are.")
        if not is_rate and draft.per_amount:
            yield "per_amount", _("A fixed bonus has no amount. Use the minimum spend, or a bonus rate.")
        if draft.percent:
            yield "percent", _("Only a multiplier has a percentage. Leave it empty.")


def _condition_problems(draft: RuleDraft, rulebook: Rulebook) -> Iterator[tuple[str, str | Promise]]:
    if set(draft.weekdays) - set(WEEKDAYS):
        yield "weekdays", _("Weekdays are 1 (Monday) to 7 (Sunday).")
    if set(draft.channels) - set(Channel.values):
        yield "channels", _("Choose channels from the list.")
    if set(draft.store_ids) - set(rulebook.stores):
        yield "stores", _("Choose stores from the list.")
    if draft.minimum_tier_id is not None and draft.minimum_tier_id not in rulebook.tiers_by_id:
        yield "minimum_tier", _("Choose a tier from the list.")
    if draft.time_from is not None and draft.time_from == draft.time_until:
        yield "time_until", _("From and until are the same time. Leave both empty for the whole day.")
    if draft.minimum_amount < 0:
        yield "minimum_amount", _("The minimum spend can't be below zero.")
    if any(not each.strip() for each in (*draft.categories, *draft.skus)):
        yield "categories", _("A category or SKU is empty.")


def _cap_problems(draft: RuleDraft) -> Iterator[tuple[str, str | Promise]]:
    for name in ("cap_member_day", "cap_member_month", "cap_total"):
        cap = getattr(draft, name)
        if cap is not None and cap <= 0:
            yield name, _("A cap must be at least 1 point. Leave it empty for none.")
    if draft.cap_member_day and draft.cap_member_month and draft.cap_member_day > draft.cap_member_month:
        yield "cap_member_day", _("The cap of a day is above that of the month.")
