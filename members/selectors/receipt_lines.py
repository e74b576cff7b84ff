"""What was on receipts, as their buyers read it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from modeltranslation.utils import build_localized_fieldname, resolution_order

from members.category_names import category_name
from members.models import Product, PurchaseLine


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a receipt. ``name`` is the product's in the reader's language, else what the till sent.

    Units: ``amount`` in minor units for the whole line; ``quantity`` and ``returned`` in pieces.
    """

    name: str
    picture: str
    category: str
    quantity: int
    returned: int
    amount: int


def receipt_lines(purchase_ids: Iterable[int]) -> dict[int, list[ShownLine]]:
    """The lines of several receipts in their order, by purchase; one statement, none where nothing is asked for."""
    wanted = set(purchase_ids)
    if not wanted:
        return {}
    lines: dict[int, list[ShownLine]] = defaultdict(list)
    for purchase_id, name, picture, category, quantity, returned, amount, sku in _rows(wanted):
        shown = ShownLine(
            name=name or sku or category_name(category),
            picture=picture or "",
            category=category,
            quantity=quantity,
            returned=returned,
            amount=amount,
        )
        lines[purchase_id].append(shown)
    return dict(lines)


def _rows(wanted: set[int]) -> Iterable[tuple[int, str | None, str | None, str, int, int, int, str]]:
    products = Product.objects.filter(sku=OuterRef("sku"))
    found = PurchaseLine.objects.filter(purchase_id__in=wanted).annotate(
        product_name=Subquery(products.values_list(_name())[:1]), picture=Subquery(products.values("picture")[:1])
    )
    return found.order_by("purchase_id", "position").values_list(
        "purchase_id", "product_name", "picture", "category", "quantity", "returned_quantity", "amount", "sku"
    )


def _name() -> Coalesce:
    """The name in the reader's language or the next best one. Said in SQL, since one statement brings it all."""
    order = resolution_order(get_language() or settings.LANGUAGE_CODE)
    fields = [NullIf(build_localized_fieldname("name", code), Value(""), output_field=CharField()) for code in order]
    return Coalesce(*fields, Value(""), output_field=CharField())
