"""Which reader a page is for, so that a device forgets the card of another one."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from members.devices import reader_token

register = template.Library()


@register.simple_tag(takes_context=True)
def reader(context: dict[str, Any]) -> SafeString:
    """For static/js/register.js: the reader's token, empty for visitors. Nothing on error pages, which know nobody."""
    request = context.get("request")
    if request is None or not hasattr(request, "member"):
        return mark_safe("")
    return format_html(
        '<meta name="reader" content="{}" data-worker="{}" data-card-copy="{}">',
        reader_token(request.member),
        reverse("members:service_worker"),
        reverse("members:card_show"),
    )
