"""The design language as a living page: each component in all its states, in the programme's own colours and tiers."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django import forms
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from members.charts import Chart, bar_chart, line_chart
from members.models import Tier
from members.views.access import signed_in

SYMBOL = re.compile(r'<symbol id="([\w-]+)"')
# Tokens that are shown as swatches: what is stood on, what is written, what speaks.
GROUNDS = ("paper", "surface", "sunken", "accent-wash", "good-wash", "warn-wash", "bad-wash")
INKS = ("ink", "ink-soft", "line-strong", "line")
SIGNALS = ("accent", "accent-strong", "good", "warn", "bad", "chart-1", "chart-2", "chart-3", "chart-4")
SIZES = ("hero", "3xl", "2xl", "xl", "l", "m", "s", "xs")


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of a page that shows by itself."""

    id: str
    title: str
    count: int | None = None


class SampleForm(forms.Form):
    """A field of each kind; it keeps nothing."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As we should greet you."), max_length=60)
    email = forms.EmailField(label=gettext_lazy("Email"))
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agrees = forms.BooleanField(label=gettext_lazy("Tell me about offers by email"), required=False)


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Every component, for whoever works here."""
    if not getattr(request.user, "is_staff", False):
        raise PermissionDenied
    wrong = SampleForm({"name": "", "email": "mei@", "language": "en"})
    wrong.is_valid()
    locked = SampleForm(initial={"name": "Mei Tan", "email": "mei@lantern.example"}, prefix="locked")
    for field in locked.fields.values():
        field.disabled = True
    names = symbol_names()
    context = {
        "tiers": Tier.objects.order_by("rank"),
        "fresh": SampleForm(prefix="fresh"),
        "wrong": wrong,
        "locked": locked,
        "page": _page(request),
        "tabs": [Tab("earned", _("Earned"), 12), Tab("spent", _("Spent"), 3), Tab("expired", _("Expired"))],
        "icons": [name for name in names if not name.startswith("picture-")],
        "pictures": [name for name in names if name.startswith("picture-")],
        "bars": _bars(),
        "line": _line(),
        "swatches": (GROUNDS, INKS, SIGNALS),
        "sizes": SIZES,
    }
    return render(request, "staff/components.html", context)


@cache
def symbol_names() -> tuple[str, ...]:
    """The names of the project's icons and drawings, as the sprite has them."""
    found = finders.find("img/icons.svg")
    return tuple(SYMBOL.findall(Path(str(found)).read_text())) if found else ()


def _page(request: HttpRequest) -> Page[int]:
    return Paginator(range(60), 12).get_page(request.GET.get("page", 2))


def _bars() -> Chart:
    return bar_chart(
        title=_("Points on each day of the week"),
        heading=_("Day"),
        labels=[str(WEEKDAYS_ABBR[day]) for day in range(7)],
        figures={
            _("Earned"): (1_480, 3_920, 1_610, 1_735, 2_240, 3_105, 2_660),
            _("Spent"): (450, 900, 300, 1_350, 900, 2_250, 1_800),
        },
    )


def _line() -> Chart:
    return line_chart(
        title=_("New members in each month"),
        heading=_("Month"),
        labels=[capfirst(MONTHS_3[month]) for month in range(1, 13)],
        figures={_("Members"): (112, 98, 131, 124, 139, 152, 148, 166, 171, 159, 188, 204)},
    )
