import io
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from members import clock
from members.devices import allow_offline_copy
from members.models import Member
from members.selectors.points import summary
from members.views.access import member_page


@require_safe
@member_page
def show(request: HttpRequest, member: Member) -> HttpResponse:
    """The card among the portal's other pages: to look at, to print, to take along."""
    return render(request, "members/card.html", card_context(member))


@require_safe
@member_page
def show_at_till(request: HttpRequest, member: Member) -> HttpResponse:
    """The card alone, light and as large as the screen; also the copy that a device keeps for when there is no line."""
    context = card_context(member)
    response = render(request, "members/card_show.html", context)
    allow_offline_copy(request, response, member, context["now"])
    return response


def card_context(member: Member) -> dict[str, Any]:
    """The code, and the points as of a moment that the page names."""
    now = clock.now()
    return {"member": member, "code": qr_code(member.number), "points": summary(member.account, now), "now": now}


def qr_code(text: str) -> SafeString:
    """A QR code as inline SVG with plain attributes, which the Content-Security-Policy lets through."""
    drawn = io.BytesIO()
    # Never a Micro QR code, which segno prefers for so few digits: phones and many scanners cannot read those.
    segno.make_qr(text, error="h").save(
        drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=4, svgclass=None, lineclass=None
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - drawn here from a member number, no markup of others
