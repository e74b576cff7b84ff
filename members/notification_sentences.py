"""What a notification says, in the active language: a headline, and a line that says what it means or what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.clock import last_day
from members.models import NotificationKind
from members.money import display_amount
from members.tier_sentences import day_text


@dataclass(frozen=True, slots=True)
class Telling:
    """What the sentences need beside the payload; names are in the reader's language, empty where unknown."""

    today: date
    store: str = ""
    tier: str = ""
    tier_before: str = ""
    person: str = ""
    message: str = ""


class Tell(Protocol):
    """Says one kind of notification: headline and line."""

    def __call__(self, payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]: ...


def told(kind: str, payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    """Headline and line of a notification; the line may be empty."""
    return _SENTENCES[NotificationKind(kind)](payload, telling)


def _number(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"number": number_format(abs(int(payload["points"])), force_grouping=True)}


def _purchase(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points = int(payload["points"])
    headline = ngettext("You earned %(number)s point", "You earned %(number)s points", points) % _number(payload)
    amount = display_amount(int(payload["amount"]))
    if not telling.store:
        return headline, _("For your purchase of %(amount)s.") % {"amount": amount}
    return headline, _("%(amount)s at %(store)s") % {"amount": amount, "store": telling.store}


def _bonus(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points = int(payload["points"])
    headline = ngettext("%(number)s bonus point for you", "%(number)s bonus points for you", points)
    return headline % _number(payload), _("Open to see what they are for.")


def _return(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points = int(payload["points"])
    headline = ngettext("%(number)s point was taken back", "%(number)s points were taken back", points)
    line = _("You returned something for %(amount)s, and what it had earned went with it.")
    return headline % _number(payload), line % {"amount": display_amount(int(payload["amount"]))}


def _gift_received(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points, named = int(payload["points"]), {**_number(payload), "person": telling.person}
    if telling.person:
        headline = ngettext("%(person)s gave you %(number)s point", "%(person)s gave you %(number)s points", points)
    else:
        headline = ngettext(
            "Another member gave you %(number)s point", "Another member gave you %(number)s points", points
        )
    return headline % named, _message(telling) or _("Yours to spend from now on.")


def _gift_given(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points, named = int(payload["points"]), {**_number(payload), "person": telling.person}
    if telling.person:
        headline = ngettext("You gave %(person)s %(number)s point", "You gave %(person)s %(number)s points", points)
    else:
        headline = ngettext("You gave away %(number)s point", "You gave away %(number)s points", points)
    return headline % named, _message(telling) or _("If that was not you, write to us at once.")


def _message(telling: Telling) -> str:
    return _("“%(message)s”") % {"message": telling.message} if telling.message else ""


def _adjustment(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points = int(payload["points"])
    if int(payload.get("change", points)) > 0:
        headline = ngettext("Our staff added %(number)s point", "Our staff added %(number)s points", points)
    else:
        headline = ngettext("Our staff took off %(number)s point", "Our staff took off %(number)s points", points)
    return headline % _number(payload), _("Open to see why.")


def _tier_up(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    if not telling.tier:
        return _("You have a higher tier"), _("See what it brings.")
    headline = _("Welcome to %(tier)s") % {"tier": telling.tier}
    if not payload.get("held_until"):
        return headline, _("See what it brings.")
    until = day_text(date.fromisoformat(payload["held_until"]), telling.today)
    return headline, _("It is yours until %(day)s. See what it brings.") % {"day": until}


def _tier_down(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    if not (telling.tier and telling.tier_before):
        return _("Your tier has changed"), _("See what yours brings.")
    named = {"tier": telling.tier, "before": telling.tier_before}
    return _("Your tier is now %(tier)s") % named, _("It was %(before)s. See what brings you back there.") % named


def _expiring(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points, last = int(payload["points"]), date.fromisoformat(payload["last_day"])
    named = {**_number(payload), "day": day_text(last, telling.today)}
    headline = ngettext("Use %(number)s point by %(day)s", "Use %(number)s points by %(day)s", points) % named
    left = (last - telling.today).days
    if left < 0:
        return headline, _("That day has passed.")
    if left == 0:
        return headline, _("Today is the last day.")
    line = ngettext("%(number)s day is left.", "%(number)s days are left.", left)
    return headline, line % {"number": number_format(left)}


def _expired(payload: Mapping[str, Any], telling: Telling) -> tuple[str, str]:
    points = int(payload["points"])
    headline = ngettext("%(number)s point expired", "%(number)s points expired", points) % _number(payload)
    day = day_text(last_day(datetime.fromisoformat(payload["expired_at"])), telling.today)
    return headline, _("The last day was %(day)s.") % {"day": day}


_SENTENCES: dict[NotificationKind, Tell] = {
    NotificationKind.PURCHASE: _purchase,
    NotificationKind.BONUS: _bonus,
    NotificationKind.RETURN: _return,
    NotificationKind.GIFT_RECEIVED: _gift_received,
    NotificationKind.GIFT_GIVEN: _gift_given,
    NotificationKind.ADJUSTMENT: _adjustment,
    NotificationKind.TIER_UP: _tier_up,
    NotificationKind.TIER_DOWN: _tier_down,
    NotificationKind.EXPIRING: _expiring,
    NotificationKind.EXPIRED: _expired,
}
