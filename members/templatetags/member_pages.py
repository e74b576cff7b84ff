"""What only members' own pages need; what every page needs is in portal.py."""

from datetime import date
from typing import Any, cast

from django import template
from django.conf import settings
from django.utils.formats import date_format

from members import clock
from members.phones import readable
from members.selectors.points import ExpiryMonth
from members.time_zone_names import time_zone_name

register = template.Library()

LENGTH_RULE = "django.contrib.auth.password_validation.MinimumLengthValidator"
# What Django's rule asks for where the settings leave it open.
DJANGO_LENGTH = 8


@register.simple_tag
def shortest_password() -> int:
    """How many characters a password needs, from the rule that will judge it."""
    for rule in cast("list[dict[str, Any]]", settings.AUTH_PASSWORD_VALIDATORS):
        if rule["NAME"] == LENGTH_RULE:
            return int(rule.get("OPTIONS", {}).get("min_length", DJANGO_LENGTH))
    return 1


@register.filter
def city(zone: str) -> str:
    """The city that a time zone is named after, in the reader's language."""
    return time_zone_name(zone.rsplit("/", 1)[-1])


@register.filter
def phone(value: str) -> str:
    """A phone number in groups that can be read aloud."""
    return readable(value)


@register.filter
def month_name(first: date) -> str:
    """A month and its year."""
    return date_format(first, "YEAR_MONTH_FORMAT")


@register.filter
def most_points(months: list[ExpiryMonth]) -> int:
    """The points of the fullest month, for bars that can be compared."""
    return max((month.points for month in months), default=0)


@register.filter
def days_left(last_date: date) -> int:
    """Whole days after today on which something is still good; 0: today is the last one."""
    return (last_date - clock.local_date(clock.now())).days
