from typing import Any

from members.models import Purchase, Transfer


def purchase_of_store(*, store_id: int, external_id: str) -> Purchase | None:
    """A store's purchase with its member, lines and returns (three queries), or None."""
    return (
        Purchase.objects.filter(store_id=store_id, external_id=external_id)
        .select_related("member", "store")
        .prefetch_related("lines", "returns")
        .first()
    )


def trace_of(purchase: Purchase) -> dict[str, Any]:
    """Why a purchase earns what it does: the trace of its newest scoring, or why there is nothing to earn.

    A late receipt or a correction scores anew; its trace is with the transfer that made up for the difference.
    """
    if purchase.explanation:
        return dict(purchase.explanation)
    explanations = Transfer.objects.filter(purchase=purchase).order_by("-pk").values_list("explanation", flat=True)
    return next((explanation for explanation in explanations if "rules" in explanation), {})
