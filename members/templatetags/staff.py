"""What the admin's templates need beyond the portal's own."""

from datetime import datetime

from django import template
from django.db.models import Model

from members import money
from members.admin import display
from members.admin.audit_actions import action_label

register = template.Library()


@register.filter
def amount(minor_units: int) -> str:
    """Money as a person reads it."""
    return money.display_amount(minor_units)


@register.simple_tag
def state_badge(row: Model) -> str:
    """A row's status as a pill."""
    return display.state(row)


@register.filter
def plus(value: int, more: int) -> int:
    """A balance after points came or went."""
    return value + more


@register.filter
def stamp(moment: datetime) -> str:
    """A day and its hour, as short as they are clear."""
    return display.moment(moment)


@register.filter
def audit_action(action: str) -> str:
    """An action of the audit log in words."""
    return action_label(action)
