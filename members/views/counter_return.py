"""Goods brought back to the counter: find the receipt, say what comes back, see what that takes, confirm."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import clock
from members.counter_forms import BackForm, own_number
from members.exceptions import DomainError
from members.models import Purchase, PurchaseLine
from members.money import format_amount
from members.selectors.counter import holder_of, purchase_at
from members.services.audits import record_audit
from members.services.counter import GoodsBack, preview_return, take_back
from members.services.returns import MoreThanWasBought, NothingToReturn, PurchaseNotFound, ReturnedLine
from members.views.counter_access import LastReceipt, Till, counter_page, show_next
from members.views.counter_texts import called


@dataclass(frozen=True, slots=True)
class Bought:
    """A line as it was bought, and how many of it are still with the customer."""

    line: PurchaseLine
    label: str
    left: int
    amount_left: int


@require_http_methods(["GET", "HEAD", "POST"])
@counter_page
def give_back(request: HttpRequest, till: Till) -> HttpResponse:
    """A return by receipt number. Nothing moves before the confirmation, which says what it takes back."""
    text = request.GET.get("receipt", "").strip()
    if not text:
        return render(request, "counter/receipt.html", {"till": till})
    purchase = purchase_at(store_id=till.store.id, receipt=text[:100])
    if purchase is None:
        problem = str(PurchaseNotFound(external_id=text[:40]))
        return render(request, "counter/receipt.html", {"till": till, "text": text[:100], "problem": problem})
    if request.method == "POST":
        return _sent(request, till, purchase)
    record_audit(
        actor=till.cashier,
        action="member.viewed",
        member_id=holder_of(purchase).pk,
        details={"counter": till.store.code, "receipt": purchase.external_id},
        now=clock.now(),
    )
    bought = _bought(purchase)
    return _show(request, till, purchase, bought, BackForm(lines=_asked(bought)))


def _sent(request: HttpRequest, till: Till, purchase: Purchase) -> HttpResponse:
    bought = _bought(purchase)
    form = BackForm(request.POST, lines=_asked(bought))
    # After the lines were read: whatever is missing from them for having come back in this form is found here.
    if known := _known(purchase, form):
        return _done(request, known, is_repeated=True)
    if "change" not in request.POST and form.is_valid():
        back = _goods(till, purchase, bought, form, whole="all" in request.POST)
        try:
            if "confirmed" in request.POST:
                return _record(request, till, back)
            return _confirm(request, till, purchase, form, back)
        except (MoreThanWasBought, NothingToReturn) as error:
            form.add_error("amount", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
    return _show(request, till, purchase, bought, form)


def _known(purchase: Purchase, form: BackForm) -> int | None:
    """The return that this very form recorded before, if it did."""
    form.is_valid()
    key = form.cleaned_data.get("key")
    numbered = purchase.returns.filter(external_id=own_number("R", key)) if key else purchase.returns.none()
    return numbered.values_list("pk", flat=True).first()


def _bought(purchase: Purchase) -> list[Bought]:
    return [
        Bought(
            line=line,
            label=line.sku or line.category or _("Line %(position)s") % {"position": line.position},
            left=line.quantity - line.returned_quantity,
            amount_left=line.amount - line.returned_amount,
        )
        for line in purchase.lines.order_by("position")
    ]


def _asked(bought: list[Bought]) -> list[tuple[int, str, int]]:
    return [(each.line.position, each.label, each.left) for each in bought]


def _goods(till: Till, purchase: Purchase, bought: list[Bought], form: BackForm, *, whole: bool) -> GoodsBack:
    amount, lines = form.cleaned_data["amount"], form.quantities()
    if whole:
        amount = purchase.amount - purchase.returned_amount
        # An earlier return by amount may have taken some of what the lines still say.
        matches = sum(each.amount_left for each in bought) == amount
        lines = {each.line.position: each.left for each in bought if each.left} if matches else {}
        amount = None if lines else amount
    return GoodsBack(
        store_id=till.store.id,
        receipt=purchase.external_id,
        number=own_number("R", form.cleaned_data["key"]),
        amount=amount,
        lines=[ReturnedLine(position, quantity) for position, quantity in lines.items()],
    )


def _show(request: HttpRequest, till: Till, purchase: Purchase, bought: list[Bought], form: BackForm) -> HttpResponse:
    holder = holder_of(purchase)
    context = {
        "till": till,
        "purchase": purchase,
        "left": purchase.amount - purchase.returned_amount,
        "kept_points": purchase.points_earned - purchase.points_clawed_back,
        "returns": purchase.returns.order_by("pk"),
        "rows": list(zip(bought, form.line_fields(), strict=True)),
        "holder": holder,
        "called": called(holder),
        "form": form,
    }
    return render(request, "counter/return.html", context)


def _confirm(request: HttpRequest, till: Till, purchase: Purchase, form: BackForm, back: GoodsBack) -> HttpResponse:
    result = preview_return(back=back, now=clock.now())
    holder = holder_of(purchase)
    context = {
        "till": till,
        "purchase": purchase,
        "holder": holder,
        "called": called(holder),
        "key": form.cleaned_data["key"],
        "back": back,
        "amount": None if back.amount is None else format_amount(back.amount),
        "result": result,
        "lower_tier": till.rulebook.tier(result.tier_id) if result.tier_id != holder.tier_id else None,
    }
    return render(request, "counter/return_confirm.html", context)


def _record(request: HttpRequest, till: Till, back: GoodsBack) -> HttpResponse:
    result = take_back(back=back, cashier=till.cashier, now=clock.now())
    return _done(request, result.return_id, is_repeated=result.status == "known")


def _done(request: HttpRequest, return_id: int, *, is_repeated: bool) -> HttpResponse:
    show_next(request, LastReceipt("return", return_id, is_repeated))
    return redirect("members:counter")
