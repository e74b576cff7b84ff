"""Receipts between their JSON and the services: read from validated fields, answered with what became of them."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from members.api.balances import balance, tier
from members.api.problems import InconsistentRequest, OtherStore
from members.api.traces import structured
from members.models import Store
from members.selectors import traces
from members.selectors.rulebook import Rulebook, current_rulebook
from members.services.receipts import PurchaseResult, Receipt, ReceiptLine

# No till is wrong by so much, and no programme is older.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def receipt_of(data: dict[str, Any], *, store: Store, external_id: str) -> Receipt:
    """A receipt from validated fields. Raises OtherStore and InconsistentRequest."""
    if data.get("store", store.code) != store.code:
        raise OtherStore(store=store.code)
    if data["occurred_at"] < EARLIEST:
        detail = _("Purchases before %(year)s are not recorded.") % {"year": EARLIEST.year}
        raise InconsistentRequest([{"pointer": "#/occurred_at", "detail": detail}])
    return Receipt(
        store_id=store.pk,
        external_id=external_id,
        member_number=data["member"],
        occurred_at=data["occurred_at"],
        amount=data["amount"],
        currency=data["currency"],
        lines=tuple(ReceiptLine(**line) for line in data["lines"]),
    )


def standing(result: PurchaseResult, rulebook: Rulebook) -> dict[str, Any]:
    """Points of a purchase and where the member stands now."""
    return {
        "points": result.points,
        "balance": balance(result),
        "tier": tier(result.tier_id, rulebook),
        "tier_changed": result.tier_changed,
    }


def answer(result: PurchaseResult, *, receipt: Receipt, store: Store, status: str) -> dict[str, Any]:
    """What a till gets for one purchase."""
    rulebook = current_rulebook()
    return {
        "status": status,
        "store": store.code,
        "external_id": receipt.external_id,
        "member": receipt.member_number,
        **standing(result, rulebook),
        "trace": structured(result.explanation, rulebook),
        "sentences": traces.sentences(result.explanation, rulebook=rulebook),
    }
