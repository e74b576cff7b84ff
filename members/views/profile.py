from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members import clock
from members.exceptions import DomainError, InvalidBirthday, InvalidLanguage, InvalidText, InvalidTimeZone
from members.forms import ProfileForm
from members.models import Member
from members.services import profiles
from members.views.access import member_page

FIELD_OF_ERROR: dict[type[DomainError], str] = {
    InvalidText: "name",
    InvalidBirthday: "birth_day",
    InvalidLanguage: "language",
    InvalidTimeZone: "time_zone",
}


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
    return render(request, "members/profile.html", {"member": member, "form": form})


@require_POST
@member_page
def forget_phone(request: HttpRequest, member: Member) -> HttpResponse:
    """Take the phone off the card."""
    profiles.forget_phone(member_id=member.pk)
    messages.success(request, _("Your phone number is off the card. Cashiers no longer find you by it."))
    return redirect("members:profile")


def _present(member: Member) -> dict[str, Any]:
    fields = ("name", "birth_day", "birth_month", "birth_year", "language", "time_zone")
    return {field: getattr(member, field) for field in fields}


def _save(member: Member, form: Form) -> bool:
    try:
        profiles.update_profile(member_id=member.pk, now=clock.now(), **form.cleaned_data)
    except DomainError as error:
        form.add_error(FIELD_OF_ERROR.get(type(error)), str(error))
        return False
    return True
