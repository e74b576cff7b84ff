from typing import Any

from members.models import Purchase, Transfer, TransferKind


def purchase_of_store(*, store_id: int, external_id: str) -> Purchase | None:
    """A store's purchase with its member, lines and returns (three queries), or None."""
    return (
        Purchase.objects.filter(store_id=store_id, external_id=external_id)
        .select_related("member", "store")
        .prefetch_related("lines", "returns")
        .first()
    )


def trace_of(purchase: Purchase) -> dict[str, Any]:
    """Why a purchase earned what it did: the trace of its newest scoring, or why there was nothing to earn."""
    if purchase.explanation:
        return dict(purchase.explanation)
    earned = Transfer.objects.filter(purchase=purchase, kind=TransferKind.EARN).order_by("-pk")
    return earned.values_list("explanation", flat=True).first() or {}
