"""Why a rule did not apply, as a sentence; the codes are those of the trace (members/scoring.py)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from members.models import RuleKind
from members.money import display_amount
from members.rule_terms import VersionTerms
from members.selectors import rule_phrases as phrases
from members.selectors.rulebook import Rulebook

# Translated one at a time: a history shows fifty of these, and a dozen translations for each took a third of its page.
PATTERNS = {
    "store": gettext_noop("“%(rule)s” did not apply: it holds at %(stores)s."),
    "channel": gettext_noop("“%(rule)s” did not apply: it holds %(channels)s."),
    "weekday": gettext_noop("“%(rule)s” did not apply: it was not a %(weekday)s."),
    "time": gettext_noop("“%(rule)s” did not apply: it holds at another time of day (%(time)s)."),
    "tier": gettext_noop("“%(rule)s” did not apply: it is for %(tier)s."),
    "first": gettext_noop("“%(rule)s” did not apply: it was not the first purchase."),
    "minimum": gettext_noop("“%(rule)s” did not apply: the purchase was below %(amount)s."),
    "category": gettext_noop("“%(rule)s” did not apply: there was nothing of %(goods)s."),
    "sku": gettext_noop("“%(rule)s” did not apply: there was nothing of %(goods)s."),
    "capped": gettext_noop("“%(rule)s” did not apply: its limit was reached (%(cap)s)."),
    "not_best": gettext_noop("“%(rule)s” did not apply: another rate gave as much or more."),
}
OTHERWISE = gettext_noop("“%(rule)s” did not apply.")


def refusal(code: str, version: VersionTerms, rulebook: Rulebook, *, capped_by: str | None = None) -> str:
    """One sentence for the condition that failed."""
    named = {"rule": rulebook.rule_names.get(version.rule_id, ""), **_placeholders(code, version, rulebook, capped_by)}
    return _pattern(code, version) % named


def _placeholders(code: str, version: VersionTerms, rulebook: Rulebook, capped_by: str | None) -> dict[str, str]:
    found = {
        "store": lambda: {"stores": phrases.stores(version, rulebook)},
        "channel": lambda: {"channels": phrases.channels(version)},
        "weekday": lambda: {"weekday": phrases.weekday_names(version)},
        "time": lambda: {"time": phrases.time_of_day(version)},
        "tier": lambda: {"tier": phrases.tiers(version, rulebook)},
        "minimum": lambda: {"amount": display_amount(version.minimum_amount), "goods": phrases.goods(version)},
        "category": lambda: {"goods": phrases.categories_of(version)},
        "sku": lambda: {"goods": phrases.goods(version)},
        "capped": lambda: {"cap": phrases.cap_phrase(version, capped_by or "t")},
    }.get(code)
    return found() if found else {}


def _pattern(code: str, version: VersionTerms) -> str:
    if code == "minimum" and version.has_line_conditions:
        return _("“%(rule)s” did not apply: less than %(amount)s went on %(goods)s.")
    if code == "not_best" and version.kind == RuleKind.MULTIPLIER:
        return _("“%(rule)s” did not apply: another multiplier gave as much or more.")
    return _(PATTERNS.get(code, OTHERWISE))
