from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members import clock
from members.completion import completion_of
from members.exceptions import DomainError, InvalidBirthday, InvalidLanguage, InvalidText, InvalidTimeZone
from members.forms import CompletionForm, ProfileForm
from members.models import Member
from members.services import profiles
from members.views.access import member_page
from members.views.fragments import page_or_dialog

FIELD_OF_ERROR: dict[type[DomainError], str] = {
    InvalidText: "name",
    InvalidBirthday: "birth_day",
    InvalidLanguage: "language",
    InvalidTimeZone: "time_zone",
}

LATER_COOKIE = "profile_later"
LATER = timedelta(days=60)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def edit(request: HttpRequest, member: Member) -> HttpResponse:
    """What the member says about themselves."""
    form = ProfileForm(request.POST or None, initial=_present(member))
    if request.method == "POST" and form.is_valid() and _save(member, form):
        # Said in the language that was just chosen.
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved."))
        return redirect("members:profile")
    context = {"member": member, "form": form, "completion": completion_of(member)}
    return render(request, "members/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def complete(request: HttpRequest, member: Member) -> HttpResponse:
    """The little that joining left open, on one friendly page."""
    form = CompletionForm(request.POST or None, initial=_present(member))
    if request.method == "POST" and form.is_valid() and _save(member, form):
        messages.success(request, _("Thank you, that is all saved."))
        return redirect("members:home")
    context = {"member": member, "form": form, "completion": completion_of(member)}
    return render(request, "members/complete.html", context)


@require_POST
@member_page
def not_now(request: HttpRequest, _member: Member) -> HttpResponse:
    """Stop asking for the rest of a profile in this browser for a while."""
    response = redirect("members:home")
    # Nothing about anybody: it only hides a box.
    response.set_cookie(
        LATER_COOKIE,
        "later",
        max_age=LATER,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def is_asked(request: HttpRequest, member: Member) -> bool:
    """Whether the dashboard asks for the rest of the profile."""
    return not completion_of(member).is_whole and LATER_COOKIE not in request.COOKIES


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def forget_phone(request: HttpRequest, member: Member) -> HttpResponse:
    """Take the phone off the card, after saying what that changes."""
    if request.method != "POST":
        pages = ("members/forget_phone.html", "members/_forget_phone_dialog.html")
        return page_or_dialog(request, *pages, {"member": member})
    profiles.forget_phone(member_id=member.pk)
    messages.success(request, _("Your phone number is off the card. Cashiers no longer find you by it."))
    return redirect("members:profile")


def _present(member: Member) -> dict[str, Any]:
    fields = ("name", "birth_day", "birth_month", "birth_year", "language", "time_zone")
    return {field: getattr(member, field) for field in fields}


def _save(member: Member, form: Form) -> bool:
    try:
        # What the form does not ask for stays as it is.
        said = _present(member) | form.cleaned_data
        profiles.update_profile(member_id=member.pk, now=clock.now(), **said)
    except DomainError as error:
        form.add_error(FIELD_OF_ERROR.get(type(error)), str(error))
        return False
    return True
