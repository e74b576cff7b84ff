"""A customer at the counter, and the purchase they make.

The address has a key of its own for each visit, and a receipt without a number gets one from the key: a double click,
a page sent again and a step back all mean the same receipt.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import clock
from members.counter_forms import SaleForm, own_number
from members.exceptions import DomainError, MemberNotFound
from members.models import MemberStatus
from members.selectors.counter import Customer, customer_of
from members.selectors.rulebook import Rulebook
from members.selectors.traces import sentences
from members.services.audits import record_audit
from members.services.counter import record_sale
from members.services.purchases import preview_purchase
from members.services.receipts import LinesDoNotAddUp, PurchaseDiffers, Receipt, ReceiptLine
from members.views.counter_access import LastReceipt, Till, counter_page, is_finished, show_next
from members.views.counter_texts import away_from, called, masked_reach


@dataclass(frozen=True, slots=True)
class Visit:
    """A card that was scanned, the key that makes its receipt one, and the moment."""

    number: str
    key: uuid.UUID
    now: datetime


FIELD_OF_ERROR: dict[type[DomainError], str] = {PurchaseDiffers: "receipt", LinesDoNotAddUp: "amount"}


@require_http_methods(["GET", "HEAD", "POST"])
@counter_page
def sell(request: HttpRequest, till: Till, number: str, key: uuid.UUID) -> HttpResponse:
    """Greet the customer and record what they buy; a preview leaves everything as it is."""
    if is_finished(request, key):
        messages.info(request, _("This receipt was recorded before. Nothing was recorded twice."))
        return redirect("members:counter")
    visit = Visit(number, key, clock.now())
    try:
        return _sent(request, till, visit) if request.method == "POST" else _greet(request, till, visit)
    except MemberNotFound as error:
        messages.error(request, str(error))
        return redirect("members:counter")


def _sent(request: HttpRequest, till: Till, visit: Visit) -> HttpResponse:
    form = SaleForm(request.POST)
    if "preview" in request.POST:
        preview = _preview(till, form, visit)
        if request.headers.get("HX-Request"):
            return render(request, "counter/_preview.html", {"preview": preview})
        return _show(request, till, visit, form, preview=preview)
    if form.is_valid():
        try:
            return _record(request, till, form, visit)
        except DomainError as error:
            form.add_error(FIELD_OF_ERROR.get(type(error)), str(error))
    return _show(request, till, visit, form)


def _greet(request: HttpRequest, till: Till, visit: Visit) -> HttpResponse:
    customer = customer_of(visit.number, now=visit.now, rulebook=till.rulebook)
    heir = customer.member.merged_into
    if heir is not None:
        address = reverse("members:counter_sale", kwargs={"number": heir.number, "key": visit.key})
        return redirect(f"{address}?instead_of={visit.number}")
    record_audit(
        actor=till.cashier,
        action="member.viewed",
        member_id=customer.member.pk,
        details={"counter": till.store.code},
        now=visit.now,
    )
    return _page(request, till, customer, SaleForm(), key=visit.key, instead_of=request.GET.get("instead_of", "")[:12])


def _show(request: HttpRequest, till: Till, visit: Visit, form: SaleForm, **context: object) -> HttpResponse:
    customer = customer_of(visit.number, now=visit.now, rulebook=till.rulebook)
    return _page(request, till, customer, form, key=visit.key, **context)


def _page(request: HttpRequest, till: Till, customer: Customer, form: SaleForm, **context: object) -> HttpResponse:
    member = customer.member
    shown = {
        "till": till,
        "customer": customer,
        "called": called(member),
        "reach": masked_reach(member),
        "away": away_from(customer.progress),
        "is_frozen": member.status == MemberStatus.FROZEN,
        "form": form,
        "lines_used": form.is_bound and any(line.has_changed() for line in form.lines),
        "categories": categories_of(till.rulebook),
        **context,
    }
    return render(request, "counter/sale.html", shown)


def categories_of(rulebook: Rulebook) -> list[str]:
    """The categories that some rule asks for: the ones worth typing."""
    return sorted({category for version in rulebook.versions for category in version.categories})


def _receipt(till: Till, form: SaleForm, visit: Visit) -> Receipt:
    lines = tuple(
        ReceiptLine(line["amount"], line["sku"], line["category"], line["quantity"] or 1) for line in form.told_lines()
    )
    return Receipt(
        store_id=till.store.id,
        external_id=form.cleaned_data["receipt"] or own_number("C", visit.key),
        member_number=visit.number,
        occurred_at=visit.now,
        amount=form.cleaned_data["amount"],
        currency=settings.PROGRAMME_CURRENCY,
        lines=lines,
    )


def _preview(till: Till, form: SaleForm, visit: Visit) -> dict[str, object]:
    """What the receipt would earn, or why that cannot be said yet."""
    if not any(form.data.get(name) for name in form.data if name == "amount" or name.endswith("-amount")):
        return {}
    if not form.is_valid():
        return {"problem": next(iter(form.errors.get("amount", [])), _("Please look at what is marked."))}
    try:
        result = preview_purchase(receipt=_receipt(till, form, visit), now=visit.now)
    except DomainError as error:
        return {"problem": str(error)}
    tier = till.rulebook.tier(result.tier_id) if result.tier_changed and result.tier_id else None
    why = sentences(result.explanation, rulebook=till.rulebook)
    return {"points": result.points, "amount": form.cleaned_data["amount"], "tier": tier, "why": why}


def _record(request: HttpRequest, till: Till, form: SaleForm, visit: Visit) -> HttpResponse:
    result = record_sale(receipt=_receipt(till, form, visit), cashier=till.cashier, now=visit.now)
    last = LastReceipt("purchase", result.purchase_id or 0, result.status == "known", result.tier_changed)
    show_next(request, last, visit.key)
    return redirect("members:counter")
