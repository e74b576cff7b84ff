from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members import clock
from members.models import Member
from members.selectors import tier_periods, tiers
from members.views.access import member_page, rulebook_for
from members.views.offers import offers


@require_safe
@member_page
def compare(request: HttpRequest, member: Member) -> HttpResponse:
    """All tiers side by side, the member's place among them and how they came there."""
    rulebook = rulebook_for(member)
    context = {
        "member": member,
        "offers": offers(),
        "road": rulebook.tiers,
        "progress": tiers.progress(member, clock.now(), rulebook=rulebook),
        "periods": tier_periods.history(member),
    }
    return render(request, "members/tiers.html", context)
