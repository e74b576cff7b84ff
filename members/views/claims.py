from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members import clock
from members.exceptions import DomainError
from members.forms import CodeForm, PhoneForm
from members.models import Member
from members.services import claims
from members.views.access import member_page, signed_in, user_id_of

# The phone between its two steps. A session, and no hidden field: the answer must be for the phone that was asked.
SESSION_KEY = "claimed_phone"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def claim(request: HttpRequest, member: Member) -> HttpResponse:
    """Prove a phone: its card's points come along, and cashiers find the member by it."""
    if request.method == "POST" and request.POST.get("step") == "code":
        return _confirm(request, member)
    if request.method == "POST":
        return _ask(request, member)
    if "other" in request.GET:
        request.session.pop(SESSION_KEY, None)
    phone = request.session.get(SESSION_KEY)
    return _show(request, member, CodeForm() if phone else PhoneForm(), phone)


def _show(request: HttpRequest, member: Member, form: PhoneForm | CodeForm, phone: str | None) -> HttpResponse:
    return render(request, "members/claim.html", {"member": member, "form": form, "phone": phone})


def _ask(request: HttpRequest, member: Member) -> HttpResponse:
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            phone = claims.request_phone_code(
                user_id=user_id_of(request), phone=form.cleaned_data["phone"], now=clock.now()
            )
        except DomainError as error:
            form.add_error("phone", str(error))
        else:
            request.session[SESSION_KEY] = phone
            return redirect("members:claim")
    return _show(request, member, form, None)


def _confirm(request: HttpRequest, member: Member) -> HttpResponse:
    phone = request.session.get(SESSION_KEY)
    if phone is None:
        return redirect("members:claim")
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            claims.confirm_phone(
                user_id=user_id_of(request), phone=phone, code=form.cleaned_data["code"], now=clock.now()
            )
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            del request.session[SESSION_KEY]
            messages.success(
                request, _("Done. Cashiers find you by this number now, and whatever its card had collected is yours.")
            )
            return redirect("members:home")
    return _show(request, member, form, phone)


@require_POST
@signed_in
def enrol(request: HttpRequest) -> HttpResponse:
    """Give a sign-in without a card its card."""
    try:
        claims.join_online(user_id=user_id_of(request), now=clock.now(), language=get_language())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("members:home")
