"""Expired points as one line a day: several purchases of a month expire together, and nobody reads five lines of it."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members.models import TransferKind
from members.selectors.rule_phrases import number
from members.views.entries import ICONS, Entry


def together(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with neighbours that expired on one day made one, whose why names each part."""
    merged: list[Entry] = []
    for (is_expiry, _moment), found in groupby(entries, key=lambda entry: (_is_expiry(entry), entry.occurred_at)):
        same_day = list(found)
        merged += [_one_of(same_day)] if is_expiry and len(same_day) > 1 else same_day
    return merged


def _is_expiry(entry: Entry) -> bool:
    return entry.icon == ICONS[TransferKind.EXPIRY]


def _one_of(entries: list[Entry]) -> Entry:
    parts = pgettext("between the items of a list", ", ").join(number(-entry.points) for entry in entries)
    why = _("They came from several purchases: %(parts)s points.") % {"parts": parts}
    return replace(entries[0], points=sum(entry.points for entry in entries), sentences=[*entries[0].sentences, why])
