"""What pages show of receipts and shops: their pictures, and money as people read it."""

from django import template

from members import money as amounts
from members import pictures
from members.models import Store
from members.selectors.receipt_lines import ShownLine

register = template.Library()


@register.simple_tag
def picture_of(line: ShownLine) -> str:
    """The address of the picture of what a line of a receipt is about."""
    return pictures.product_picture(line.picture, line.category)


@register.simple_tag
def shop_front(store: Store) -> str:
    """The address of a shop's picture; empty where there is none."""
    return pictures.store_picture(store.picture)


@register.filter
def money(amount: int) -> str:
    """Minor units as people read them: ¥64.50."""
    return amounts.display_amount(amount)
