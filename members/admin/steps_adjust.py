"""Points given or taken by hand."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock
from members.admin.display import points_in_words
from members.admin.steps import Answers, Step, is_live
from members.models import AdjustmentReason, AdjustmentStatus, Member, User
from members.selectors.adjustments import adjusted_alone_today
from members.services.adjustments import request_adjustment


class AdjustForm(forms.Form):
    """How many points, and why."""

    points = forms.IntegerField(
        label=gettext_lazy("Points"), help_text=gettext_lazy("Negative takes points away: -50.")
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=AdjustmentReason.choices)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=300, help_text=gettext_lazy("What happened, in a sentence.")
    )

    def clean_points(self) -> int:
        """Nothing is not an adjustment."""
        points: int = self.cleaned_data["points"]
        if points == 0:
            raise forms.ValidationError(_("Give a number that is not zero."))
        return points


def adjust_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What the balance becomes, and whether somebody else decides first."""
    points, available = answers["points"], member.account.available
    figures = {"points": points_in_words(abs(points)), "old": available, "new": available + points}
    given = _("%(points)s are given: the balance goes from %(old)s to %(new)s.")
    taken = _("%(points)s are taken away: the balance goes from %(old)s to %(new)s.")
    sentences = [(given if points > 0 else taken) % figures]
    alone = adjusted_alone_today(member=member, user=actor, now=clock.now())
    if alone + abs(points) > settings.ADJUSTMENT_APPROVAL_LIMIT:
        limit = points_in_words(settings.ADJUSTMENT_APPROVAL_LIMIT)
        waits = _("It waits until a second person approves: alone you may adjust %(limit)s of a member a day.")
        return [*sentences, waits % {"limit": limit}]
    return [*sentences, _("It is posted at once, and the member sees it in the points history.")]


def adjust(member: Member, answers: Answers, actor: User) -> str:
    """Ask for the adjustment."""
    adjustment = request_adjustment(member_id=member.pk, requested_by=actor, now=clock.now(), **answers)
    if adjustment.status == AdjustmentStatus.WAITING:
        return _("The adjustment waits for a second person.")
    return _("The adjustment is posted.")


ADJUST_STEPS: tuple[Step, ...] = (
    Step(
        name="adjust",
        title=gettext_lazy("Adjust points"),
        button=gettext_lazy("Adjust points"),
        permission="members.add_adjustment",
        form=AdjustForm,
        effects=adjust_effects,
        run=adjust,
        applies=is_live,
    ),
)
