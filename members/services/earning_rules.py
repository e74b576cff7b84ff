"""Earning rules through time: new versions follow old ones, and what scored a purchase is never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from members.exceptions import DomainError
from members.locks import lock_earning_rule
from members.models import EarningRule, EarningRuleVersion, Purchase, User
from members.selectors.rulebook import current_rulebook
from members.services.audits import record_audit
from members.services.rule_drafts import RuleDraft, check_draft
from members.transactions import retrying


class RuleCodeTaken(DomainError):
    """Another rule has this code."""

    code: ClassVar[str] = "rule-code-taken"
    message = _("There is a rule with the code %(code)s already. Publish a new version of it, or choose another code.")


class PurchasesScoredSince(DomainError):
    """Rules can't change for a time in which purchases were scored by them."""

    code: ClassVar[str] = "purchases-scored-since"
    message = _("Purchases after %(moment)s were scored already. Choose a time from now on.")


class LaterVersionPlanned(DomainError):
    """A version that begins later stands in the way."""

    code: ClassVar[str] = "later-version-planned"
    message = _("A version is planned from %(moment)s. Withdraw it first, or choose a later time.")


class PeriodBackwards(DomainError):
    """A version would end before it begins."""

    code: ClassVar[str] = "period-backwards"
    status: ClassVar[int] = 422
    message = _("The end must be after the beginning, %(moment)s.")


class NoOpenVersion(DomainError):
    """There is nothing to end or to withdraw at that time."""

    code: ClassVar[str] = "no-open-version"
    message = _("This rule has no version in force or planned at that time.")


def _shown(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


@retrying
def create_rule(
    *,
    code: str,
    names: Mapping[str, str],
    draft: RuleDraft,
    valid_from: datetime,
    now: datetime,
    actor: User | None,
    valid_until: datetime | None = None,
) -> EarningRule:
    """Make a rule with its first version. ``names`` by language code; the default language's must be among them.

    Raises InvalidRule, RuleCodeTaken, PurchasesScoredSince, PeriodBackwards.
    """
    if EarningRule.objects.filter(code=code).exists():
        raise RuleCodeTaken(code=code)
    fields: dict[str, Any] = {build_localized_fieldname("name", language): name for language, name in names.items()}
    rule = EarningRule.objects.create(code=code, **fields)
    publish_version(rule_id=rule.pk, draft=draft, valid_from=valid_from, valid_until=valid_until, now=now, actor=actor)
    return rule


@retrying
def publish_version(
    *,
    rule_id: int,
    draft: RuleDraft,
    valid_from: datetime,
    now: datetime,
    actor: User | None,
    valid_until: datetime | None = None,
) -> EarningRuleVersion:
    """Let a rule say something new from a moment on; the version in force then ends at that moment.

    Raises InvalidRule, PurchasesScoredSince, LaterVersionPlanned, PeriodBackwards.
    """
    lock_earning_rule(rule_id)
    check_draft(draft, rulebook=current_rulebook())
    if valid_until is not None and valid_until <= valid_from:
        raise PeriodBackwards(moment=_shown(valid_from))
    _refuse_scored(valid_from)
    later = _versions(rule_id).filter(valid_from__gte=valid_from).first()
    if later is not None:
        raise LaterVersionPlanned(moment=_shown(later.valid_from))
    _in_force(rule_id, valid_from).update(valid_until=valid_from)
    version = EarningRuleVersion.objects.create(
        rule_id=rule_id, valid_from=valid_from, valid_until=valid_until, **draft.columns()
    )
    version.stores.set(draft.store_ids)
    _audit("rule.published", version, now, actor)
    return version


@retrying
def end_rule(*, rule_id: int, ends_at: datetime, now: datetime, actor: User | None) -> EarningRuleVersion:
    """Let a rule say nothing from a moment on. Raises NoOpenVersion, PurchasesScoredSince, LaterVersionPlanned."""
    lock_earning_rule(rule_id)
    version = _in_force(rule_id, ends_at).first()
    if version is None:
        raise NoOpenVersion
    _refuse_scored(ends_at)
    later = _versions(rule_id).filter(valid_from__gte=ends_at).first()
    if later is not None:
        raise LaterVersionPlanned(moment=_shown(later.valid_from))
    version.valid_until = ends_at
    version.save(update_fields=["valid_until"])
    _audit("rule.ended", version, now, actor)
    return version


@retrying
def withdraw_version(*, version_id: int, now: datetime, actor: User | None) -> None:
    """Take back a planned version; the one before, if it led up to it, takes over its time.

    Raises EarningRuleVersion.DoesNotExist, PurchasesScoredSince.
    """
    version = EarningRuleVersion.objects.get(pk=version_id)
    lock_earning_rule(version.rule_id)
    _refuse_scored(version.valid_from)
    _audit("rule.withdrawn", version, now, actor)
    version.delete()
    _versions(version.rule_id).filter(valid_until=version.valid_from).update(valid_until=version.valid_until)


def _versions(rule_id: int) -> QuerySet[EarningRuleVersion]:
    return EarningRuleVersion.objects.filter(rule_id=rule_id).order_by("valid_from", "pk")


def _in_force(rule_id: int, moment: datetime) -> QuerySet[EarningRuleVersion]:
    return _versions(rule_id).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=moment), valid_from__lt=moment)


def _refuse_scored(moment: datetime) -> None:
    """Refuse to change what rules said at a time from which purchases are: their traces point there."""
    if Purchase.objects.filter(occurred_at__gte=moment).exists():
        raise PurchasesScoredSince(moment=_shown(moment))


def _audit(action: str, version: EarningRuleVersion, now: datetime, actor: User | None) -> None:
    record_audit(
        actor=actor,
        action=action,
        now=now,
        details={
            "rule": version.rule.code,
            "version": version.pk,
            "valid_from": version.valid_from.isoformat(),
            "valid_until": version.valid_until.isoformat() if version.valid_until else None,
        },
    )
