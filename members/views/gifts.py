from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from members import clock
from members.exceptions import (
    DomainError,
    GiftLimitReached,
    GiftMonthLimitReached,
    GiftToYourself,
    InvalidPoints,
    MemberFrozen,
    MemberNotFound,
    MemberNotLive,
    NotEnoughPoints,
)
from members.forms import GiftForm
from members.models import Member, MemberStatus
from members.selectors import gifts as gift_selectors
from members.selectors.members import get_by_number
from members.selectors.points import PointsSummary, summary
from members.services import gifts
from members.templatetags.portal import number
from members.views.access import member_page
from members.views.fragments import page_or_dialog, page_or_fragment

FIELD_OF_ERROR: dict[type[DomainError], str] = {
    MemberNotFound: "recipient",
    MemberNotLive: "recipient",
    GiftToYourself: "recipient",
    InvalidPoints: "points",
    NotEnoughPoints: "points",
    GiftLimitReached: "points",
    GiftMonthLimitReached: "points",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A gift before it is given."""

    recipient: Member
    points: int
    left: int
    message: str


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def give(request: HttpRequest, member: Member) -> HttpResponse:
    """Points for another member: fill in, see what will happen, confirm. Nothing moves before the confirmation."""
    now = clock.now()
    points = summary(member.account, now)
    form = GiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            if "confirmed" in request.POST:
                return _give(request, member, form, now)
            plan = _plan(member, form, points, now)
        except DomainError as error:
            form.add_error(FIELD_OF_ERROR.get(type(error)), _explained(error))
        else:
            context = {"member": member, "form": form, "gift": plan}
            return page_or_dialog(request, "members/gift_confirm.html", "members/_gift_dialog.html", context)
    allowance = gift_selectors.gift_allowance(member_id=member.pk, today=clock.local_date(now))
    context = {"member": member, "form": form, "points": points, "allowance": allowance}
    return page_or_fragment(request, "members/gift.html", "members/_gift_form.html", context)


def _give(request: HttpRequest, member: Member, form: GiftForm, now: datetime) -> HttpResponse:
    points = form.cleaned_data["points"]
    gifts.give_gift(
        sender_id=member.pk,
        recipient_number=form.cleaned_data["recipient"],
        points=points,
        message=form.cleaned_data["message"],
        key=str(form.cleaned_data["key"]),
        now=now,
    )
    given = ngettext("You gave %(points)s point.", "You gave %(points)s points.", points)
    messages.success(request, given % {"points": number(points)})
    return redirect("members:points")


def _plan(member: Member, form: GiftForm, points: PointsSummary, now: datetime) -> Plan:
    """What would happen. The service judges again at the confirmation, and its word is the last."""
    wanted = form.cleaned_data["points"]
    recipient = get_by_number(form.cleaned_data["recipient"])
    if recipient.pk == member.pk:
        raise GiftToYourself
    if not recipient.is_live:
        raise MemberNotLive(number=recipient.number)
    if member.status == MemberStatus.FROZEN:
        raise MemberFrozen
    if wanted <= 0:
        raise InvalidPoints
    if wanted > points.available:
        raise NotEnoughPoints(points=number(wanted), available=number(points.available))
    allowance = gift_selectors.gift_allowance(member_id=member.pk, today=clock.local_date(now))
    if wanted > allowance.left_today:
        raise GiftLimitReached(left=number(allowance.left_today))
    if wanted > allowance.left_this_month:
        raise GiftMonthLimitReached(left=number(allowance.left_this_month))
    return Plan(recipient, wanted, points.available - wanted, form.cleaned_data["message"])


def _explained(error: DomainError) -> str:
    # The error's own words are for a cashier, who can enrol the customer.
    if isinstance(error, MemberNotFound):
        return _("We know no card with this number. Please check it.")
    return str(error)
