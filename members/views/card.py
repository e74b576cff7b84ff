import io

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Member
from members.views.access import member_page


@require_safe
@member_page
def show(request: HttpRequest, member: Member) -> HttpResponse:
    """The card to hold up to a scanner."""
    return render(request, "members/card.html", {"member": member, "code": qr_code(member.number)})


def qr_code(text: str) -> SafeString:
    """A QR code as inline SVG with plain attributes, which the Content-Security-Policy lets through."""
    drawn = io.BytesIO()
    segno.make(text, error="q", boost_error=False).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=2,
        svgclass=None,
        lineclass=None,
        title=_("QR code"),
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - drawn here from a member number, no markup of others
