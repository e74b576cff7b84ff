"""What becomes of an account: frozen, merged, closed."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import clock
from members.admin.display import points_in_words
from members.admin.steps import Answers, ReasonForm, Step, is_live
from members.exceptions import CannotMerge, MemberNotFound, MemberNotLive, PointsWouldBeLost
from members.models import Member, MemberStatus, User
from members.selectors.members import find_by_number
from members.services.closures import close_member, freeze_member, unfreeze_member
from members.services.merges import merge_members
from members.templatetags.portal import card_number


class CloseForm(ReasonForm):
    """Why, and that the points may go."""

    points_may_be_lost = forms.BooleanField(
        label=gettext_lazy("The member knows that all points are lost"), required=False
    )


class MergeForm(forms.Form):
    """The card that goes on."""

    number = forms.CharField(
        label=gettext_lazy("Card to keep"), max_length=30, help_text=gettext_lazy("Number of the card that goes on.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, help_text=gettext_lazy("How you know that both are one person.")
    )


def is_active(member: Member) -> bool:
    """Whether there is something to freeze."""
    return member.status == MemberStatus.ACTIVE


def is_frozen(member: Member) -> bool:
    """Whether there is something to unfreeze."""
    return member.status == MemberStatus.FROZEN


def freeze_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What a frozen card still does."""
    return [
        _("%(member)s can no longer spend or give points.") % {"member": member},
        _("Purchases are still recorded and earn points. Nothing is lost."),
    ]


def freeze(member: Member, answers: Answers, actor: User) -> str:
    """Freeze the account."""
    freeze_member(member_id=member.pk, actor=actor, reason=answers["reason"], now=clock.now())
    return _("The account is frozen.")


def unfreeze_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What works again."""
    return [_("%(member)s can spend and give points again.") % {"member": member}]


def unfreeze(member: Member, answers: Answers, actor: User) -> str:
    """Let the member spend again."""
    unfreeze_member(member_id=member.pk, actor=actor, reason=answers["reason"], now=clock.now())
    return _("The account is active again.")


def card_to_keep(member: Member, answers: Answers) -> Member:
    """The card that goes on. Raises MemberNotFound, MemberNotLive, CannotMerge."""
    keep = find_by_number(answers["number"])
    if keep is None:
        raise MemberNotFound(number=answers["number"])
    if keep.pk == member.pk:
        raise CannotMerge
    if not keep.is_live:
        raise MemberNotLive(number=keep.number)
    return keep


def merge_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What moves where, and that there is no way back."""
    keep = card_to_keep(member, answers)
    names = {"keep": f"{keep} ({card_number(keep.number)})", "card": card_number(member.number)}
    account = member.account
    moving = _("%(available)s available, %(pending)s pending and %(owed)s owed points move to %(keep)s.")
    return [
        moving % {**names, "available": account.available, "pending": account.pending, "owed": account.owed},
        _("All purchases move too; the higher tier stays, and a freeze of either card."),
        _("The card %(card)s leads to the kept one from now on, at tills too.") % names,
        _("This cannot be undone."),
    ]


def merge(member: Member, answers: Answers, actor: User) -> str:
    """Merge this card into the other."""
    keep = card_to_keep(member, answers)
    merge_members(keep_id=keep.pk, absorb_id=member.pk, actor=actor, reason=answers["reason"], now=clock.now())
    return _("The card was merged into %(keep)s.") % {"keep": keep}


def close_effects(member: Member, answers: Answers, actor: User) -> list[str]:
    """What is lost, and that there is no way back."""
    lost = member.account.available + member.account.pending
    if lost and not answers["points_may_be_lost"]:
        raise PointsWouldBeLost(points=lost)
    sentences = [_("The card %(card)s stops working.") % {"card": card_number(member.number)}]
    if lost:
        sentences.append(_("%(points)s are lost.") % {"points": points_in_words(lost)})
    sentences.append(_("Phone, email and sign-in are free for a new card; purchases and transfers stay in the books."))
    return [*sentences, _("This cannot be undone.")]


def close(member: Member, answers: Answers, actor: User) -> str:
    """Close the account."""
    close_member(member_id=member.pk, actor=actor, now=clock.now(), **answers)
    return _("The account is closed.")


ACCOUNT_STEPS: tuple[Step, ...] = (
    Step(
        name="freeze",
        title=gettext_lazy("Freeze the account"),
        button=gettext_lazy("Freeze"),
        permission="members.change_member",
        form=ReasonForm,
        effects=freeze_effects,
        run=freeze,
        applies=is_active,
    ),
    Step(
        name="unfreeze",
        title=gettext_lazy("Unfreeze the account"),
        button=gettext_lazy("Unfreeze"),
        permission="members.change_member",
        form=ReasonForm,
        effects=unfreeze_effects,
        run=unfreeze,
        applies=is_frozen,
    ),
    Step(
        name="merge",
        title=gettext_lazy("Merge into another card"),
        button=gettext_lazy("Merge into…"),
        permission="members.delete_member",
        form=MergeForm,
        effects=merge_effects,
        run=merge,
        applies=is_live,
        is_danger=True,
    ),
    Step(
        name="close",
        title=gettext_lazy("Close the account"),
        button=gettext_lazy("Close account"),
        permission="members.delete_member",
        form=CloseForm,
        effects=close_effects,
        run=close,
        applies=is_live,
        is_danger=True,
    ),
)
