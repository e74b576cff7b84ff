"""What every page needs: icons, components, the programme's name, and numbers and days as people read them."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info, to_locale
from django.utils.translation import gettext as _

from members.names import FIRST_CHINESE, shy_name

register = template.Library()

MINUS = "\N{MINUS SIGN}"


@register.simple_tag
def programme_name() -> str:
    """The programme's name from the settings; a tag and not context, so that the error pages have it too."""
    return str(settings.PROGRAMME_NAME)


@register.simple_tag
def programme_logo() -> dict[str, str] | None:
    """Where the programme's own logo is, ``light`` and perhaps ``dark``; None where the project's mark stands in."""
    if not settings.PROGRAMME_LOGO:
        return None
    dark = reverse("members:logo_dark") if settings.PROGRAMME_LOGO_DARK else ""
    return {"light": reverse("members:logo"), "dark": dark}


@register.simple_tag
def html_lang() -> str:
    """The page's language as BCP 47 writes it: ``zh-Hans``, not ``zh-hans``."""
    return to_locale(get_language() or settings.LANGUAGE_CODE).replace("_", "-")


@register.simple_tag
def languages() -> list[dict[str, Any]]:
    """The languages of the portal, each in its own words, for the chooser."""
    current = get_language()
    return [
        {
            "code": code,
            "tag": to_locale(code).replace("_", "-"),
            "name": get_language_info(code)["name_local"],
            "is_current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


@register.simple_tag
def icon(name: str, css_class: str = "icon") -> SafeString:
    """A drawing from the sprite, invisible to screen readers: the words beside it say the same."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css_class, static("img/icons.svg"), name
    )


@register.simple_block_tag
def ui(content: str, name: str, **attrs: Any) -> SafeString:
    """A component of ``templates/ui/`` around the block's content."""
    return render_to_string(f"ui/{name}.html", {**attrs, "content": content})


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], *view_names: str) -> str:
    """``aria-current`` for a link whose page is the one being read."""
    match = getattr(context.get("request"), "resolver_match", None)
    return mark_safe('aria-current="page"') if match is not None and match.view_name in view_names else ""


@register.filter
def number(value: int) -> str:
    """A whole number with the thousands as the reader's language writes them."""
    return number_format(value, force_grouping=True)


@register.filter
def signed(value: int) -> str:
    """Points with their sign, with a true minus: it is as wide as the plus."""
    return f"{MINUS if value < 0 else '+'}{number(abs(value))}"


@register.filter
def card_number(value: str) -> str:
    """A member number as it is printed on a card: 4-4-4."""
    return " ".join(value[start : start + 4] for start in range(0, len(value), 4))


@register.filter
def day(value: date) -> str:
    """A day without its year where the year is this one."""
    pattern = "MONTH_DAY_FORMAT" if value.year == timezone.localdate().year else "DATE_FORMAT"
    return date_format(value, pattern)


@register.filter
def day_name(value: date) -> str:
    """A day as a heading: today and yesterday by name."""
    today = timezone.localdate()
    if value == today:
        return _("Today")
    return _("Yesterday") if value == today - timedelta(days=1) else day(value)


@register.filter
def local_day(moment: datetime) -> str:
    """The reader's day that a moment falls on."""
    return day(timezone.localtime(moment).date())


@register.filter
def when(moment: datetime) -> str:
    """A moment as people say it: today and yesterday by name and hour, the rest by day."""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    if local.date() == today:
        return _("Today, %(time)s") % {"time": time_format(local, "TIME_FORMAT")}
    if local.date() == today - timedelta(days=1):
        return _("Yesterday, %(time)s") % {"time": time_format(local, "TIME_FORMAT")}
    return day(local.date())


@register.filter
def material(rank: int) -> int:
    """Which of the four card materials a tier's rank gets; the highest ranks share the last."""
    return min(rank, 3) + 1


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a form field is one tick, whose label stands beside and not above it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def control(field: BoundField) -> SafeString:
    """A field's input without a placeholder: the label stands above it, and allauth would say the same twice."""
    field.field.widget.attrs.pop("placeholder", None)
    return field.as_widget()


@register.filter
def shy(name: str) -> str:
    """As much of a name as tells a friend from a stranger: Mei L., or the last character of a Chinese name."""
    return shy_name(name) or _("A member")


@register.filter
def initials(name: str) -> str:
    """One or two letters for an avatar; one character for a Chinese name, which has no words."""
    words = name.split()
    if not words:
        return "·"
    if words[0][0] > FIRST_CHINESE:
        return words[0][-1]
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()
