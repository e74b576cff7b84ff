"""A tier given by hand, and taken back."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock
from members.admin.fields import DateInput
from members.admin.generic import ModelChoiceField
from members.admin.steps import Answers, ReasonForm, Step, is_live
from members.models import Member, Tier, TierPeriod, User
from members.services.tiers import assign_tier, end_manual_tier
from members.templatetags.portal import day


class TierForm(forms.Form):
    """Which tier, until when, and why."""

    tier: ModelChoiceField[Tier] = ModelChoiceField(label=gettext_lazy("Tier"), queryset=Tier.objects.order_by("rank"))
    until_date = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Empty: until somebody ends it."),
    )
    note = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


def tier_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """The tier, for how long, and what reviews then do."""
    names = {"member": member, "old": member.tier.name, "new": answers["tier"].name}
    sentences = [_("%(member)s goes from %(old)s to %(new)s at once.") % names]
    if until := answers["until_date"]:
        sentences.append(_("After %(day)s the member gets what is earned by then.") % {"day": day(until)})
    else:
        sentences.append(_("It stays until somebody ends it: reviews and returns leave it alone."))
    return sentences


def give_tier(member: Member, answers: Answers, actor: User) -> str:
    """Give the tier."""
    assign_tier(
        member_id=member.pk,
        tier_id=answers["tier"].pk,
        note=answers["note"],
        until_date=answers["until_date"],
        actor=actor,
        now=clock.now(),
    )
    return _("%(member)s is %(tier)s now.") % {"member": member, "tier": answers["tier"].name}


def has_manual_tier(member: Member) -> bool:
    """Whether there is a tier by hand to end."""
    return member.is_live and TierPeriod.objects.filter(member=member, ended_at=None, is_manual=True).exists()


def end_tier_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What comes after."""
    return [
        _("%(member)s no longer is %(tier)s by hand.") % {"member": member, "tier": member.tier.name},
        _("From now on the tier is what the member’s purchases have earned."),
    ]


def end_tier(member: Member, answers: Answers, actor: User) -> str:
    """End the tier."""
    period = end_manual_tier(member_id=member.pk, note=answers["reason"], actor=actor, now=clock.now())
    return _("%(member)s is %(tier)s now.") % {"member": member, "tier": period.tier.name}


TIER_STEPS: tuple[Step, ...] = (
    Step(
        name="tier",
        title=gettext_lazy("Assign a tier"),
        button=gettext_lazy("Assign tier"),
        permission="members.add_tierperiod",
        form=TierForm,
        effects=tier_effects,
        run=give_tier,
        applies=is_live,
    ),
    Step(
        name="end-tier",
        title=gettext_lazy("End the tier given by hand"),
        button=gettext_lazy("End tier"),
        permission="members.add_tierperiod",
        form=ReasonForm,
        effects=end_tier_effects,
        run=end_tier,
        applies=has_manual_tier,
    ),
)
