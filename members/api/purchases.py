from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from members import clock
from members.api import examples
from members.api.base import ApiView
from members.api.idempotency import WriteView, rendered
from members.api.receipts import answer, receipt_of
from members.api.schema import EXTERNAL_ID_IN_PATH, STORE_IN_PATH, operation
from members.api.serializers.errors import validated
from members.api.serializers.fields import moment_text
from members.api.serializers.purchases import (
    CorrectionSerializer,
    PreviewSerializer,
    PurchaseSerializer,
    RecordedSerializer,
    StoredPurchaseSerializer,
)
from members.api.traces import structured
from members.models import Purchase, Scope
from members.money import format_amount
from members.selectors import traces
from members.selectors.purchases import purchase_of_store, trace_of
from members.selectors.rulebook import current_rulebook
from members.services.corrections import correct_purchase
from members.services.idempotency import Answer
from members.services.purchases import preview_purchase, record_purchase
from members.services.returns import PurchaseNotFound

REFUSALS = (
    "other-store",
    "member-not-found",
    "member-not-live",
    "inconsistent-request",
    "receipt-from-the-future",
    "lines-do-not-add-up",
)


class PurchasesView(WriteView):
    """Purchases of the key's store."""

    scopes = {"POST": Scope.PURCHASES_WRITE}

    @operation(
        name="purchase_record",
        tag="purchases",
        summary=_("Record a purchase"),
        description=_(
            "Records a receipt of the key's store and answers what it earned and why, the balance and the tier. The "
            "same receipt again, with whatever Idempotency-Key, is answered with 200 and earns nothing twice."
        ),
        scope=Scope.PURCHASES_WRITE,
        body=PurchaseSerializer,
        answers={201: RecordedSerializer, 200: RecordedSerializer},
        refusals=(*REFUSALS, "purchase-differs"),
        examples=[examples.PURCHASE, examples.RECORDED, examples.KNOWN],
        write=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """201 when recorded, 200 when it was known."""
        return self.write(request, lambda: self._record(request.data))

    def _record(self, body: Any) -> Answer:
        data = validated(PurchaseSerializer(data=body))
        receipt = receipt_of(data, store=self.key.store, external_id=data["external_id"])
        result = record_purchase(receipt=receipt, now=clock.now())
        content = answer(result, receipt=receipt, store=self.key.store, status=result.status)
        return rendered(201 if result.status == "recorded" else 200, content)


class PreviewView(ApiView):
    """What a purchase would earn."""

    scopes = {"POST": Scope.PURCHASES_WRITE}

    @operation(
        name="purchase_preview",
        tag="purchases",
        summary=_("Preview a purchase"),
        description=_(
            "Answers what a purchase would earn now, with the trace. Nothing is stored, so it takes no Idempotency-Key "
            "and may be sent as often as the basket changes."
        ),
        scope=Scope.PURCHASES_WRITE,
        body=PreviewSerializer,
        answers={200: RecordedSerializer},
        refusals=(*REFUSALS, "purchase-differs", "busy"),
        examples=[examples.PREVIEW, examples.PREVIEWED],
    )
    def post(self, request: Request) -> Response:
        """What it would earn, or what it did earn where it was recorded before."""
        data = validated(PreviewSerializer(data=request.data))
        receipt = receipt_of(data, store=self.key.store, external_id=data["external_id"])
        result = preview_purchase(receipt=receipt, now=clock.now())
        status = "known" if result.status == "known" else "preview"
        return Response(answer(result, receipt=receipt, store=self.key.store, status=status))


class PurchaseView(WriteView):
    """One purchase of the key's store."""

    scopes = {"GET": Scope.PURCHASES_WRITE, "PUT": Scope.PURCHASES_WRITE}

    @operation(
        name="purchase_read",
        tag="purchases",
        summary=_("Read a purchase"),
        description=_("A purchase as it is recorded, with what was returned of it and why it earned what it did."),
        scope=Scope.PURCHASES_WRITE,
        answers={200: StoredPurchaseSerializer},
        refusals=("purchase-not-found", "not-found"),
        parameters=[STORE_IN_PATH, EXTERNAL_ID_IN_PATH],
        examples=[examples.STORED],
    )
    def get(self, request: Request, store: str, external_id: str) -> Response:
        """The purchase. Raises PurchaseNotFound, for purchases of other stores too."""
        self._require_own(store, external_id)
        purchase = purchase_of_store(store_id=self.key.store_id, external_id=external_id)
        if purchase is None:
            raise PurchaseNotFound(external_id=external_id)
        return Response(stored(purchase))

    @operation(
        name="purchase_correct",
        tag="purchases",
        summary=_("Correct a purchase"),
        description=_(
            "Replaces what is recorded of a purchase: time, amount, lines, and the member too. What it said before is "
            "kept. Points, caps and tiers since then follow as compensating transfers; nothing is rewritten. A "
            "purchase of which something was returned can no longer be replaced."
        ),
        scope=Scope.PURCHASES_WRITE,
        body=CorrectionSerializer,
        answers={200: RecordedSerializer},
        refusals=(*REFUSALS[1:], "purchase-not-found", "purchase-has-returns", "not-found"),
        parameters=[STORE_IN_PATH, EXTERNAL_ID_IN_PATH],
        examples=[examples.CORRECTION, examples.CORRECTED],
        write=True,
    )
    def put(self, request: Request, store: str, external_id: str) -> HttpResponse:
        """What the purchase earns as corrected. Raises PurchaseNotFound."""
        self._require_own(store, external_id)
        return self.write(request, lambda: self._correct(external_id, request.data))

    def _correct(self, external_id: str, body: Any) -> Answer:
        data = validated(CorrectionSerializer(data=body))
        receipt = receipt_of(data, store=self.key.store, external_id=external_id)
        result = correct_purchase(receipt=receipt, reason=data["reason"], now=clock.now())
        result.explanation = trace_of(Purchase.objects.get(store=self.key.store, external_id=external_id))
        status = "corrected" if result.status == "recorded" else "known"
        return rendered(200, answer(result, receipt=receipt, store=self.key.store, status=status))

    def _require_own(self, store: str, external_id: str) -> None:
        # Another store's purchases do not exist for this key; whether they do at all is nobody's business.
        if store != self.key.store.code:
            raise PurchaseNotFound(external_id=external_id)


def stored(purchase: Purchase) -> dict[str, Any]:
    """A purchase as it is recorded."""
    trace, rulebook = trace_of(purchase), current_rulebook()
    return {
        "store": purchase.store.code,
        "external_id": purchase.external_id,
        "member": purchase.member.number,
        "occurred_at": moment_text(purchase.occurred_at),
        "recorded_at": moment_text(purchase.recorded_at),
        "currency": purchase.currency,
        "amount": format_amount(purchase.amount),
        "returned_amount": format_amount(purchase.returned_amount),
        "points_earned": purchase.points_earned,
        "points_taken_back": purchase.points_clawed_back,
        "revision": purchase.revision,
        "lines": [
            {
                "position": line.position,
                "sku": line.sku,
                "category": line.category,
                "quantity": line.quantity,
                "amount": format_amount(line.amount),
                "returned_quantity": line.returned_quantity,
                "returned_amount": format_amount(line.returned_amount),
            }
            for line in sorted(purchase.lines.all(), key=lambda line: line.position)
        ],
        "returns": [
            {
                "external_id": each.external_id,
                "occurred_at": moment_text(each.occurred_at),
                "amount": format_amount(each.amount),
                "points_taken_back": each.points_clawed_back,
            }
            for each in sorted(purchase.returns.all(), key=lambda each: each.pk)
        ],
        "trace": structured(trace, rulebook),
        "sentences": traces.sentences(trace, rulebook=rulebook),
    }
