"""The counter's first page: choose the store once, scan, and see what the last receipt did."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members import clock
from members.counter_forms import EnrolForm, FindForm, StoreForm, new_key
from members.exceptions import DomainError
from members.models import Channel
from members.selectors.counter import Found, Outcome, meaning_of, purchase_outcome, return_outcome
from members.selectors.rulebook import current_rulebook
from members.services.counter import enrol_customer
from members.views.access import signed_in
from members.views.counter_access import (
    LastReceipt,
    Till,
    active_stores,
    cashier_of,
    counter_page,
    forget_last,
    last_receipt,
    remember_store,
    store_of,
)
from members.views.counter_texts import away_from, why_unknown


@require_safe
@counter_page
def desk(request: HttpRequest, till: Till) -> HttpResponse:
    """The field to scan into, and the last receipt."""
    if "new" in request.GET:
        forget_last(request)
        return redirect("members:counter")
    last = last_receipt(request)
    outcome = _outcome(till, last) if last else None
    return _show(request, till, FindForm(), last=last, outcome=outcome)


def _outcome(till: Till, last: LastReceipt) -> Outcome | None:
    read = return_outcome if last.kind == "return" else purchase_outcome
    return read(last.id, now=clock.now(), rulebook=till.rulebook)


def _show(request: HttpRequest, till: Till, form: FindForm, **context: object) -> HttpResponse:
    outcome = context.get("outcome")
    if isinstance(outcome, Outcome):
        context["away"] = away_from(outcome.customer.progress)
    return render(request, "counter/desk.html", {"till": till, "form": form, **context})


@require_http_methods(["GET", "HEAD", "POST"])
@counter_page
def find(request: HttpRequest, till: Till) -> HttpResponse:
    """Go to the card or the receipt that was scanned; whoever nobody knows can be enrolled."""
    form = FindForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return redirect("members:counter")
    forget_last(request)
    text = form.cleaned_data["text"]
    found = meaning_of(text, store_id=till.store.id)
    if found.number:
        return redirect("members:counter_sale", number=found.number, key=new_key())
    if found.receipt:
        return redirect(f"{reverse('members:counter_return')}?{urlencode({'receipt': found.receipt})}")
    return _show(request, till, form, found=found, problem=why_unknown(found, text), enrol=_enrol_form(found, text))


def _enrol_form(found: Found, text: str) -> EnrolForm | None:
    if found.unknown not in ("phone", "email"):
        return None
    return EnrolForm(initial={"reach": text, "language": get_language()})


@require_POST
@counter_page
def enrol(request: HttpRequest, till: Till) -> HttpResponse:
    """Give a customer a card, and go on with their purchase."""
    form = EnrolForm(request.POST)
    if form.is_valid():
        try:
            enrolled = enrol_customer(
                reach=form.cleaned_data["reach"],
                language=form.cleaned_data["language"],
                store_id=till.store.id,
                channel=Channel(till.store.channel),
                cashier=till.cashier,
                now=clock.now(),
            )
        except DomainError as error:
            form.add_error("reach", str(error))
        else:
            said = (
                _("Enrolled. The card works from now on.")
                if enrolled.is_new
                else _("This customer has a card already.")
            )
            messages.success(request, said)
            return redirect("members:counter_sale", number=enrolled.number, key=new_key())
    return _show(request, till, FindForm(), enrol=form)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def choose_store(request: HttpRequest) -> HttpResponse:
    """Ask once where this counter stands."""
    cashier_of(request)
    rulebook = current_rulebook()
    stores, present = active_stores(rulebook), store_of(request, rulebook)
    choices = [(store.id, str(store.names)) for store in stores]
    initial = {"store": present.id} if present else {}
    form = StoreForm(request.POST or None, stores=choices, initial=initial)
    if request.method == "POST" and form.is_valid():
        response = redirect("members:counter")
        remember_store(response, form.cleaned_data["store"])
        return response
    return render(request, "counter/store.html", {"form": form, "present": present})
