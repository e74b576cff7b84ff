from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from members import clock
from members.api import examples
from members.api.balances import balance, tier
from members.api.idempotency import WriteView, rendered
from members.api.schema import EXTERNAL_ID_IN_PATH, STORE_IN_PATH, operation
from members.api.serializers.errors import validated
from members.api.serializers.returns import ReturnedSerializer, ReturnSerializer
from members.models import Scope
from members.money import format_amount
from members.selectors.rulebook import current_rulebook
from members.services.idempotency import Answer
from members.services.returns import PurchaseNotFound, ReturnedLine, ReturnResult, record_return


class ReturnsView(WriteView):
    """Returns of a purchase of the key's store."""

    scopes = {"POST": Scope.PURCHASES_WRITE}

    @operation(
        name="return_record",
        tag="purchases",
        summary=_("Record a return"),
        description=_(
            "Records goods brought back, by line or by amount, as often as there is something left. Points are taken "
            "back in proportion, by what the purchase earned then; a full return takes back exactly all. What the "
            "member has spent already is owed and repaid by the next points."
        ),
        scope=Scope.PURCHASES_WRITE,
        body=ReturnSerializer,
        answers={201: ReturnedSerializer, 200: ReturnedSerializer},
        refusals=(
            "purchase-not-found",
            "not-found",
            "member-not-live",
            "return-differs",
            "more-than-was-bought",
            "nothing-to-return",
            "line-not-found",
            "return-before-purchase",
            "receipt-from-the-future",
        ),
        parameters=[STORE_IN_PATH, EXTERNAL_ID_IN_PATH],
        examples=[examples.RETURN, examples.RETURNED, examples.RETURN_KNOWN],
        write=True,
    )
    def post(self, request: Request, store: str, external_id: str) -> HttpResponse:
        """201 when recorded, 200 when it was known. Raises PurchaseNotFound."""
        if store != self.key.store.code:
            raise PurchaseNotFound(external_id=external_id)
        return self.write(request, lambda: self._record(external_id, request.data))

    def _record(self, purchase: str, body: Any) -> Answer:
        data = validated(ReturnSerializer(data=body))
        result = record_return(
            store_id=self.key.store_id,
            purchase_external_id=purchase,
            external_id=data["external_id"],
            occurred_at=data["occurred_at"],
            now=clock.now(),
            amount=data.get("amount"),
            lines=[ReturnedLine(**line) for line in data.get("lines", ())],
        )
        status = 201 if result.status == "recorded" else 200
        return rendered(status, self._answer(result, purchase, data["external_id"]))

    def _answer(self, result: ReturnResult, purchase: str, external_id: str) -> dict[str, Any]:
        return {
            "status": result.status,
            "store": self.key.store.code,
            "purchase": purchase,
            "external_id": external_id,
            "amount": format_amount(result.amount),
            "points_taken_back": result.points_clawed_back,
            "balance": balance(result),
            "tier": tier(result.tier_id, current_rulebook()),
        }
