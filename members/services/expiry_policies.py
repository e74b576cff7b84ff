"""Expiry policies: a new version is for points earned from then on; what is there may only get better."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from members.exceptions import DomainError
from members.models import ExpiryKind, ExpiryPolicy, Lot, User
from members.services.audits import record_audit
from members.services.lot_extensions import extend_lots
from members.transactions import retrying

# Days of each month in a leap year: 29 February is a day that a policy may name.
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LONGEST = 1_200


class InvalidPolicy(DomainError):
    """A policy that contradicts itself; ``problems`` holds (field, message) pairs for a form."""

    code: ClassVar[str] = "invalid-policy"
    status: ClassVar[int] = 422
    message = _("This policy can't be published.")

    def __init__(self, problems: list[tuple[str, str | Promise]]) -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        """All problems as one text."""
        return " ".join(str(message) for _field, message in self.problems)


class PointsEarnedSince(DomainError):
    """Points have been earned under the policy in force; their terms stay."""

    code: ClassVar[str] = "points-earned-since"
    message = _("Points were earned after %(moment)s already, and keep their terms. Choose a time from now on.")


class PolicyBeginsThen(DomainError):
    """Two policies can't begin at one moment."""

    code: ClassVar[str] = "policy-begins-then"
    message = _("Another policy begins at %(moment)s. Choose another time.")


def publish_policy(
    *,
    names: Mapping[str, str],
    kind: str,
    valid_from: datetime,
    now: datetime,
    actor: User | None,
    months: int = 12,
    fixed_month: int | None = None,
    fixed_day: int | None = None,
    extend_if_better: bool = False,
) -> tuple[ExpiryPolicy, int]:
    """Publish the policy for points earned from ``valid_from`` on; returns it, and how many lots live longer.

    With ``extend_if_better`` open lots at once get the later last day they would have under it (extend_lots); the
    policy is stored before, so that an interruption can be made up for by calling that again. Raises InvalidPolicy,
    PointsEarnedSince, PolicyBeginsThen, Busy.
    """
    problems = _problems(kind=kind, months=months, fixed_month=fixed_month, fixed_day=fixed_day)
    if problems:
        raise InvalidPolicy(problems)
    fields = {"kind": kind, "months": months, "fixed_month": fixed_month, "fixed_day": fixed_day}
    policy = _store(names=names, fields=fields, valid_from=valid_from, now=now, actor=actor)
    return policy, extend_lots(policy_id=policy.pk, now=now) if extend_if_better else 0


@retrying
def _store(
    *, names: Mapping[str, str], fields: dict[str, Any], valid_from: datetime, now: datetime, actor: User | None
) -> ExpiryPolicy:
    moment = date_format(timezone.localtime(valid_from), "DATETIME_FORMAT")
    if ExpiryPolicy.objects.filter(valid_from=valid_from).exists():
        raise PolicyBeginsThen(moment=moment)
    # Only a programme that is being set up goes back in time, so this scan has little to read.
    if valid_from < now and Lot.objects.filter(terms__isnull=False, transfer__occurred_at__gte=valid_from).exists():
        raise PointsEarnedSince(moment=moment)
    named: dict[str, Any] = {build_localized_fieldname("name", language): name for language, name in names.items()}
    policy = ExpiryPolicy.objects.create(valid_from=valid_from, **named, **fields)
    details = {**fields, "policy": policy.pk, "valid_from": valid_from.isoformat()}
    record_audit(actor=actor, action="policy.published", now=now, details=details)
    return policy


def _problems(
    *, kind: str, months: int, fixed_month: int | None, fixed_day: int | None
) -> list[tuple[str, str | Promise]]:
    problems: list[tuple[str, str | Promise]] = []
    if kind not in ExpiryKind.values:
        problems.append(("kind", _("Choose when points expire.")))
    least = 0 if kind in (ExpiryKind.FIXED_DATE, ExpiryKind.NEVER) else 1
    if not least <= months <= LONGEST:
        problems.append(("months", _("Points must live at least a month, and at most 100 years.")))
    if kind == ExpiryKind.FIXED_DATE:
        if fixed_month is None or fixed_day is None:
            problems.append(("fixed_day", _("Name the month and the day on which points expire.")))
        elif not (1 <= fixed_month <= len(DAYS) and 1 <= fixed_day <= DAYS[fixed_month - 1]):
            problems.append(("fixed_day", _("There is no such day in the year.")))
    elif fixed_month is not None or fixed_day is not None:
        problems.append(("fixed_day", _("Only the fixed day of the year has a month and a day. Leave them empty.")))
    return problems
