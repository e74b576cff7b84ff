"""Who may see a member's pages: fetching the member and checking the right to them are one step."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from members.models import Member
from members.selectors.rulebook import Rulebook, current_rulebook

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]
MemberView = Callable[Concatenate[HttpRequest, Member, P], HttpResponse]


def member_of(request: HttpRequest) -> Member | None:
    """The live member behind the request, as the middleware found it; None for visitors and staff without a card."""
    member: Member | None = getattr(request, "member", None)
    return member


def no_membership(request: HttpRequest) -> HttpResponse:
    """Say kindly why there is nothing to see: staff without a card, or somebody whose card is closed or not made."""
    return render(request, "members/no_membership.html")


def rulebook_for(member: Member) -> Rulebook:
    """The rulebook of this moment; the middleware brought its revision along with the member, so without a query."""
    return current_rulebook(getattr(member, "rulebook_revision", None))


def user_id_of(request: HttpRequest) -> int:
    """The id of who is signed in; for views that made sure that somebody is."""
    return int(request.user.pk or 0)


def signed_in(view: Page[P]) -> Page[P]:
    """Send visitors to sign in, and keep what the page shows out of every cache."""

    @wraps(view)
    @never_cache
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return page


def member_page(view: MemberView[P]) -> Page[P]:
    """Give the view the signed-in member; visitors are sent to sign in, people without a live card get to know why."""

    @wraps(view)
    @signed_in
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        member = member_of(request)
        if member is None:
            return no_membership(request)
        return view(request, member, *args, **kwargs)

    return page
