from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import clock
from members.forms import CloseForm
from members.models import Member, User
from members.selectors.points import summary
from members.services import closures
from members.views.access import member_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def close(request: HttpRequest, member: Member) -> HttpResponse:
    """Close the account for good, after saying what that takes away."""
    now = clock.now()
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = request.user if isinstance(request.user, User) else None
        closures.close_member(
            member_id=member.pk, actor=actor, reason="closed online by the member", points_may_be_lost=True, now=now
        )
        logout(request)
        messages.success(request, _("Your account is closed. Goodbye, and thank you for everything."))
        return redirect("members:home")
    points = summary(member.account, now)
    context = {"member": member, "form": form, "lost": points.available + points.pending}
    return render(request, "members/close.html", context)
