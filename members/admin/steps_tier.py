"""A tier given by hand, and taken back."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock
from members.admin.fields import DateInput
from members.admin.generic import ModelChoiceField
from members.admin.steps import Answers, ReasonForm, Step, is_live
from members.models import Member, Tier, TierPeriod, User
from members.services.tiers import assign_tier, end_manual_tier, invite_member
from members.templatetags.portal import day
from members.tier_windows import held_until


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


class InvitationForm(forms.Form):
    """Into which tier, and why."""

    tier: ModelChoiceField[Tier] = ModelChoiceField(
        label=gettext_lazy("Tier"), queryset=Tier.objects.filter(is_invitation_only=True).order_by("rank")
    )
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Kept with the member; colleagues read it."),
    )


def can_be_invited(member: Member) -> bool:
    """Whether there is a tier by invitation above the member's own."""
    above = Tier.objects.filter(is_invitation_only=True, rank__gt=member.tier.rank)
    return member.is_live and above.exists()


def invitation_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """The tier, and that it is kept or lost like one that was reached."""
    tier = answers["tier"]
    names = {"member": member, "old": member.tier.name, "new": tier.name}
    sentences = [_("%(member)s goes from %(old)s to %(new)s at once.") % names]
    last_day = held_until(tier, clock.local_date(clock.now()), member.enrolled_at)
    if last_day is None:
        return [*sentences, _("It is for life: no review ends it.")]
    return [
        *sentences,
        _("It holds until %(day)s, as if it had been reached today; then a review looks at it.")
        % {"day": day(last_day)},
    ]


def invite(member: Member, answers: Answers, actor: User) -> str:
    """Let the member in."""
    invite_member(member_id=member.pk, tier_id=answers["tier"].pk, note=answers["note"], actor=actor, now=clock.now())
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
        name="invite",
        title=gettext_lazy("Invite into a tier"),
        button=gettext_lazy("Invite into tier"),
        permission="members.add_tierperiod",
        form=InvitationForm,
        effects=invitation_effects,
        run=invite,
        applies=can_be_invited,
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
