from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members import clock
from members.models import Member
from members.selectors import tier_periods, tiers
from members.views.access import member_page, rulebook_for
from members.views.offers import comparison, offers


@require_safe
@member_page
def compare(request: HttpRequest, member: Member) -> HttpResponse:
    """All tiers side by side, the member's place among them and how they came there."""
    now, rulebook, shown = clock.now(), rulebook_for(member), offers()
    context = {
        "member": member,
        "offers": shown,
        "comparison": comparison(shown, rulebook, now),
        "road": rulebook.tiers,
        "progress": tiers.progress(member, now, rulebook=rulebook),
        "periods": tier_periods.history(member),
    }
    return render(request, "members/tiers.html", context)
