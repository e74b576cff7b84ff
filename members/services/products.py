"""The names and pictures of what is on receipts, as the shop's own catalogue tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from modeltranslation.utils import build_localized_fieldname

from members.exceptions import InvalidPicture, InvalidSku
from members.models import Product
from members.names import clean_line
from members.pictures import has_picture

SKU_LENGTH, NAME_LENGTH, CATEGORY_LENGTH = 64, 120, 64
BATCH = 500


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """A product as it is sent in; ``names`` by language code."""

    sku: str
    names: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    picture: str = ""


@transaction.atomic
def save_products(*, entries: Sequence[ProductEntry]) -> int:
    """Add products, or replace what was known of their SKUs; returns how many. All or none.

    Raises InvalidSku, InvalidText or InvalidPicture. Receipts that have the SKU already show it from now on.
    """
    rows = {row.sku: row for row in map(_row, entries)}
    Product.objects.bulk_create(
        rows.values(),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=["name", "category", "picture", *_name_fields().values()],
    )
    return len(rows)


def _row(entry: ProductEntry) -> Product:
    sku = clean_line(entry.sku, length=SKU_LENGTH)
    if not sku:
        raise InvalidSku
    if entry.picture and not has_picture("products", entry.picture):
        raise InvalidPicture(picture=entry.picture)
    names = {code: clean_line(entry.names.get(code, ""), length=NAME_LENGTH) for code in _name_fields()}
    # The portal's first language stands in for those that have no name, so it has one: any, or else the SKU.
    names[settings.LANGUAGES[0][0]] = next(filter(None, names.values()), sku)
    return Product(
        sku=sku,
        category=clean_line(entry.category, length=CATEGORY_LENGTH),
        picture=entry.picture,
        **{name: names[code] or None for code, name in _name_fields().items()},
    )


def _name_fields() -> dict[str, str]:
    return {code: build_localized_fieldname("name", code) for code, _label in settings.LANGUAGES}
