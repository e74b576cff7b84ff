"""What the counter's pages need beyond the portal's own."""

from django import template

from members import money
from members.models import Member
from members.views import counter_texts

register = template.Library()


@register.filter
def amount(minor_units: int) -> str:
    """Money as a person reads it."""
    return money.display_amount(minor_units)


@register.filter
def called(member: Member) -> str:
    """The name to greet somebody by."""
    return counter_texts.called(member)


@register.filter
def size(points: int) -> int:
    """How many points, whichever way they went: what decides between one and many."""
    return abs(points)
