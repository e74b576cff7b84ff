from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members import clock
from members.completion import completion_of
from members.models import Member
from members.selectors import points, tiers, transfers
from members.selectors.stores import shops_to_visit
from members.views.access import member_of, no_membership, rulebook_for
from members.views.entries import entries
from members.views.expiries import together
from members.views.offers import offers, ways
from members.views.profile import is_asked

LATELY = 5
# More than are shown, since what expired together is shown as one.
READ = 3 * LATELY
MORNING, AFTERNOON, EVENING = 5, 11, 18


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The dashboard for a member, what the programme offers for a visitor."""
    if not request.user.is_authenticated:
        return landing(request)
    member = member_of(request)
    if member is None:
        return no_membership(request)
    return dashboard(request, member)


def landing(request: HttpRequest) -> HttpResponse:
    """What the programme offers, made from its real tiers and rules."""
    shown = offers()
    context = {
        "offers": shown,
        "showcase": shown[min(2, len(shown) - 1)].tier,
        "ways": ways(clock.now()),
        "shops": shops_to_visit(),
    }
    return render(request, "members/landing.html", context)


def dashboard(request: HttpRequest, member: Member) -> HttpResponse:
    """Points, tier, what expires next and what happened lately, at one glance."""
    now, rulebook = clock.now(), rulebook_for(member)
    context = {
        "member": member,
        "greeting": greeting(member, timezone.localtime(now)),
        "points": points.summary(member.account, now),
        "progress": tiers.progress(member, now, rulebook=rulebook),
        "road": rulebook.tiers,
        "completion": completion_of(member) if is_asked(request, member) else None,
        "entries": together(entries(transfers.for_account(member.account)[:READ], rulebook=rulebook))[:LATELY],
    }
    return render(request, "members/dashboard.html", context)


def greeting(member: Member, local: datetime) -> str:
    """Good morning, Mei: by the member's own time of day."""
    if MORNING <= local.hour < AFTERNOON:
        words, named = _("Good morning"), _("Good morning, %(name)s")
    elif AFTERNOON <= local.hour < EVENING:
        words, named = _("Good afternoon"), _("Good afternoon, %(name)s")
    else:
        words, named = _("Good evening"), _("Good evening, %(name)s")
    return named % {"name": member.name} if member.name else words
