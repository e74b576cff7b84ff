"""How lists and pages of the admin show what is stored: one way for points, money, members, states."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.admin import display
from django.db.models import Model
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Account, Member, Tier
from members.templatetags.portal import card_number, day, signed

# Which states are good, want a look, or are bad; anything else is neutral.
TONES = {
    "active": "good",
    "done": "good",
    "posted": "good",
    "waiting": "warn",
    "running": "warn",
    "frozen": "warn",
    "failed": "bad",
    "refused": "bad",
}

SECOND = 1_000  # in milliseconds
MINUTE = 60  # in seconds


def badge(text: object, tone: str = "") -> SafeString:
    """A short state in a pill; ``tone`` is good, warn, bad or nothing."""
    return format_html('<span class="badge {}">{}</span>', f"badge--{tone}" if tone else "", text)


def state(row: Model, field: str = "status") -> SafeString:
    """A field with choices as a pill in the tone of its value."""
    label = getattr(row, f"get_{field}_display")()
    return badge(label, TONES.get(getattr(row, field), ""))


def figure(value: int) -> SafeString:
    """A whole number with its thousands, in figures that stand below each other."""
    return format_html('<span class="figure">{}</span>', number_format(value, force_grouping=True))


def signed_figure(value: int) -> SafeString:
    """A whole number with its sign; what comes in is green."""
    return format_html('<span class="figure {}">{}</span>', "figure--plus" if value > 0 else "", signed(value))


def money(text: str) -> SafeString:
    """An amount that is written already, in figures that stand below each other."""
    return format_html('<span class="figure">{}</span>', text)


def link(row: Model, text: object = None) -> SafeString:
    """A link to the admin page of a row."""
    meta = row._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, row if text is None else text)


def member_link(member: Member | None) -> SafeString | str:
    """Name and card of a member, leading to their page."""
    if member is None:
        return "—"
    number = card_number(member.number)
    name = format_html("{}<small>{}</small>", member.name, number) if member.name else number
    return format_html('<span class="whose">{}</span>', link(member, name))


def account_link(account: Account) -> SafeString | str:
    """Whose account it is: a member, or one of the programme's."""
    return member_link(account.member) if account.member else badge(account.get_kind_display())


def tier_badge(tier: Tier) -> SafeString:
    """A tier's name with its colour, which /theme.css knows by its code."""
    return format_html('<span class="tier-badge tier-{}">{}</span>', tier.code, tier.name)


def facts(values: Mapping[str, Any]) -> SafeString | str:
    """A small JSON object as names and values, nested ones flattened; a dash when there is nothing."""
    if not values:
        return "—"
    rows = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", _flat(values))
    return format_html('<dl class="json-facts">{}</dl>', rows)


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows += _flat(value, f"{name}.")
        elif isinstance(value, list):
            rows.append((name, ", ".join(map(str, value))))
        else:
            rows.append((name, _("none") if value is None else str(value)))
    return rows


def duration(milliseconds: int | None) -> str:
    """A duration as people say it: 850 ms, 3.2 s, 4 min 10 s."""
    if milliseconds is None:
        return "—"
    if milliseconds < SECOND:
        return _("%(count)s ms") % {"count": milliseconds}
    seconds = milliseconds / SECOND
    if seconds < MINUTE:
        return _("%(count)s s") % {"count": number_format(seconds, 1)}
    minutes, rest = divmod(round(seconds), MINUTE)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def points_in_words(count: int) -> str:
    """A number of points with its noun."""
    text = ngettext("%(count)s point", "%(count)s points", count)
    return text % {"count": number_format(count, force_grouping=True)}


def moment(value: datetime) -> str:
    """A moment in the reader's zone, as short as it is clear: the year only where it is another one."""
    local = localtime(value)
    return f"{day(local.date())} {date_format(local, 'H:i')}"


def stamped(name: str, label: Any) -> Callable[..., str]:
    """A list's column for a field with moments."""

    @display(description=label, ordering=name)
    def column(page: object, row: Model) -> str:
        value = getattr(row, name)
        return format_html('<span class="nowrap">{}</span>', moment(value)) if value else "—"

    return column
