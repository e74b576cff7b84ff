"""The parts of which sentences about earning rules are made, each a phrase that a translator sees with its context."""

from collections.abc import Iterable
from datetime import time
from decimal import Decimal

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from members.category_names import category_name
from members.models import Channel
from members.rule_terms import VersionTerms
from members.selectors.rulebook import Rulebook

# More than these make a sentence that nobody reads; the rest is counted.
LISTED = 5
EVERY = {
    1: pgettext_lazy("days of a rule", "Mondays"),
    2: pgettext_lazy("days of a rule", "Tuesdays"),
    3: pgettext_lazy("days of a rule", "Wednesdays"),
    4: pgettext_lazy("days of a rule", "Thursdays"),
    5: pgettext_lazy("days of a rule", "Fridays"),
    6: pgettext_lazy("days of a rule", "Saturdays"),
    7: pgettext_lazy("days of a rule", "Sundays"),
}
CHANNELS = {
    Channel.SHOP.value: pgettext_lazy("where a rule holds", "in shops"),
    Channel.WEB.value: pgettext_lazy("where a rule holds", "in the web shop"),
    Channel.APP.value: pgettext_lazy("where a rule holds", "in the app"),
    Channel.PARTNER.value: pgettext_lazy("where a rule holds", "at partners"),
}
ONE_CAP = {
    "d": pgettext_lazy("cap of a rule", "at most %(points)s points a day"),
    "m": pgettext_lazy("cap of a rule", "at most %(points)s points a month"),
    "t": pgettext_lazy("cap of a rule", "at most %(points)s points in all"),
}


def number(value: int) -> str:
    """A whole number as the reader's language writes it."""
    return number_format(value, force_grouping=True)


def factor(percent: int) -> str:
    """A multiplier: 150 is "1.5"."""
    return number_format(Decimal(percent).scaleb(-2).normalize(), use_l10n=True)


def points_text(points: int) -> str:
    """Points with their unit."""
    return ngettext("%(points)s point", "%(points)s points", points) % {"points": number(points)}


def _separated(items: list[str]) -> str:
    return pgettext("between the items of a list", ", ").join(items)


def all_of(items: Iterable[str]) -> str:
    """A list that ends in "and"; long ones are cut and counted."""
    *first, last = [*items] or [""]
    if len(first) > LISTED:
        more = len(first) + 1 - LISTED
        return ngettext("%(items)s and %(count)s more", "%(items)s and %(count)s more", more) % {
            "items": _separated(first[:LISTED]),
            "count": more,
        }
    return pgettext("list", "%(items)s and %(last)s") % {"items": _separated(first), "last": last} if first else last


def one_of(items: Iterable[str]) -> str:
    """A list that ends in "or"."""
    *first, last = [*items] or [""]
    return pgettext("list", "%(items)s or %(last)s") % {"items": _separated(first), "last": last} if first else last


def categories_of(version: VersionTerms) -> str:
    """The categories that a rule looks at; empty where it looks at all."""
    return all_of([category_name(category) for category in sorted(version.categories)])


def goods(version: VersionTerms) -> str:
    """The categories and articles that a rule looks at; empty where it looks at all."""
    categories = categories_of(version)
    if not version.skus:
        return categories
    articles = ngettext("article %(skus)s", "articles %(skus)s", len(version.skus)) % {
        "skus": all_of(sorted(version.skus))
    }
    if not categories:
        return articles
    return pgettext("articles of some categories", "%(articles)s in %(categories)s") % {
        "articles": articles,
        "categories": categories,
    }


def days(version: VersionTerms) -> str:
    """The weekdays on which a rule holds; empty for all."""
    wanted = sorted(version.weekdays)
    if len(wanted) in {0, 7}:
        return ""
    if wanted == [6, 7]:
        return pgettext("days of a rule", "weekends")
    if wanted == [1, 2, 3, 4, 5]:
        return pgettext("days of a rule", "weekdays")
    return all_of(str(EVERY[day]) for day in wanted)


def weekday_names(version: VersionTerms) -> str:
    """The weekdays in the singular: "Saturday or Sunday"."""
    return one_of(str(WEEKDAYS[day - 1]) for day in sorted(version.weekdays))


def time_of_day(version: VersionTerms) -> str:
    """The time of day at which a rule holds; empty for any."""
    begin, end = version.time_from, version.time_until
    if begin is None and end is None:
        return ""
    # Midnight at the end of a day is 24:00.
    until = "" if end is None else "24:00" if end == time.min else f"{end:%H:%M}"
    if begin is None:
        return pgettext("time of day of a rule", "until %(until)s") % {"until": until}
    if end is None:
        return pgettext("time of day of a rule", "from %(from)s") % {"from": f"{begin:%H:%M}"}
    return pgettext("time of day of a rule", "%(from)s to %(until)s") % {"from": f"{begin:%H:%M}", "until": until}


def tiers(version: VersionTerms, rulebook: Rulebook) -> str:
    """The tier from which a rule holds; empty for everybody."""
    if version.minimum_tier_id is None:
        return ""
    tier = rulebook.tier(version.minimum_tier_id)
    if tier.rank == rulebook.tiers[0].rank:
        return ""
    if tier.rank == rulebook.tiers[-1].rank:
        return str(tier.names)
    return _("%(tier)s and above") % {"tier": tier.names}


def stores(version: VersionTerms, rulebook: Rulebook) -> str:
    """The stores at which a rule holds; empty for all."""
    names = sorted(str(rulebook.stores[pk].names) for pk in version.stores if pk in rulebook.stores)
    return all_of(names)


def channels(version: VersionTerms) -> str:
    """The channels in which a rule holds; empty for all."""
    if len(version.channels) == len(CHANNELS):
        return ""
    return one_of(str(CHANNELS[channel]) for channel in CHANNELS if channel in version.channels)


def caps_of(version: VersionTerms) -> dict[str, int]:
    """A version's caps by period: "d", "m" and "t"."""
    caps = {"d": version.cap_member_day, "m": version.cap_member_month, "t": version.cap_total}
    return {period: cap for period, cap in caps.items() if cap is not None}


def cap_phrase(version: VersionTerms, period: str) -> str:
    """One of a version's caps: "at most 200 points a day"."""
    return str(ONE_CAP[period]) % {"points": number(caps_of(version).get(period, 0))}
