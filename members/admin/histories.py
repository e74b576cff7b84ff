"""What a row said before: who changed what from what to what, and when, in words that staff read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db.models import ForeignKey, Model
from django.utils.text import capfirst
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from members import money
from members.admin.display import moment
from members.models import EarningRule, EarningRuleVersion, Tier, TierMeasure
from members.models.history import BEFORE
from members.templatetags.portal import day

# The newest so many changes; nobody reads further back on a page.
NEWEST = 200
AMOUNTS = frozenset({"per_amount", "minimum_amount"})
FACTORS = frozenset({"percent", "multiplier_percent"})
SKIPPED = frozenset({"id", "rule"})


@dataclass(frozen=True, slots=True)
class Change:
    """One field."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Event:
    """One save: ``kind`` is "+" made, "~" changed, "-" deleted, or "before" for what was there before records began."""

    at: datetime
    who: str
    kind: str
    subject: str
    changes: Sequence[Change]


def has_history(model: type[Model]) -> bool:
    """Whether earlier versions of the rows are kept."""
    return hasattr(model._meta, "simple_history_manager_attribute")


def history_of(row: Any) -> list[Event]:
    """Everything that was recorded about a row, newest first; of an earning rule its versions too."""
    events = _events(row.history.filter(id=row.pk), "")
    if isinstance(row, EarningRule):
        records = EarningRuleVersion.history.filter(rule_id=row.pk)  # type: ignore[attr-defined]
        for version in set(records.values_list("id", flat=True)):
            events += _events(records.filter(id=version), _("Version"))
    return sorted(events, key=lambda event: event.at, reverse=True)[:NEWEST]


def _events(records: Any, subject: str) -> list[Event]:
    found = list(records.select_related("history_user").order_by("-history_date", "-history_id")[: NEWEST + 1])
    events = [_event(new, old, subject) for new, old in pairwise([*found, None]) if new is not None]
    return events[:NEWEST]


def _event(new: Any, old: Any, subject: str) -> Event:
    kind = BEFORE if new.history_change_reason == BEFORE else new.history_type
    before = old if kind == "~" else None
    changes = [] if kind in {BEFORE, "-"} else _changes(new, before)
    who = new.history_user.get_full_name() if new.history_user else ""
    return Event(new.history_date, who, kind, subject, changes)


def _changes(new: Any, old: Any) -> list[Change]:
    changes = []
    for field in new.tracked_fields:
        value, former = getattr(new, field.attname), getattr(old, field.attname) if old else None
        if field.name in SKIPPED or value == former or (old is None and value in (None, "", [], False)):
            continue
        changes.append(Change(field_label(field), _words(field, former, old) if old else "", _words(field, value, new)))
    return changes


def field_label(field: Any) -> str:
    """What a field is called; of a text in several languages, with the language in its own words."""
    label = capfirst(str(field.verbose_name))
    for code, _name in settings.LANGUAGES:
        translated = getattr(field, "translated_field", None)
        if translated is not None and field.name == build_localized_fieldname(translated.name, code):
            return f"{capfirst(str(translated.verbose_name))} · {get_language_info(code)['name_local']}"
    return label


def _words(field: Any, value: Any, record: Any) -> str:
    if value is None or value in ("", []):
        return "—"
    if isinstance(field, ForeignKey):
        return str(field.remote_field.model._default_manager.filter(pk=value).first() or f"#{value}")
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if field.name in AMOUNTS or (field.name == "threshold" and _is_spend(record)):
        return money.display_amount(value)
    if field.name in FACTORS:
        return f"×{value / 100:g}"
    return _plain(value)


def _is_spend(record: Any) -> bool:
    return record.instance_type is Tier and record.measure == TierMeasure.SPEND


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list):
        return pgettext("between the items of a list", ", ").join(map(str, value))
    return str(value)
