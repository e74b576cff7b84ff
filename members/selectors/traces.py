"""Why points came or went, in sentences for the person whose points they are.

Names come from the rulebook, which the caller takes once for a whole page (current_rulebook): no query a line.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.clock import last_day
from members.models import AdjustmentReason, Transfer, TransferKind
from members.money import display_amount
from members.selectors import purchase_traces
from members.selectors.rule_phrases import number, points_text
from members.selectors.rulebook import Rulebook


class Explain(Protocol):
    """Says what one kind of transfer was; ``gained``: whether the reader got the points."""

    def __call__(self, explanation: Mapping[str, Any], *, gained: bool) -> list[str]: ...


def sentences(trace: Mapping[str, Any], *, rulebook: Rulebook) -> list[str]:
    """What a purchase earned and why; empty for what is not a purchase's trace."""
    return purchase_traces.sentences(trace, rulebook=rulebook)


def explain(transfer: Transfer, *, rulebook: Rulebook) -> list[str]:
    """A transfer on a member's history; ``signed_points``, where annotated, tells which side the member is on."""
    points = getattr(transfer, "signed_points", transfer.points)
    return explanation_sentences(
        transfer.explanation,
        kind=transfer.kind,
        gained=points > 0,
        occurred_at=transfer.occurred_at,
        rulebook=rulebook,
    )


def explanation_sentences(
    explanation: Mapping[str, Any], *, kind: str, gained: bool, occurred_at: datetime, rulebook: Rulebook
) -> list[str]:
    """Any transfer's explanation; what it does not know it leaves out."""
    if "rules" in explanation:
        return [*_rescored(explanation), *purchase_traces.sentences(explanation, rulebook=rulebook)]
    if kind == TransferKind.EXPIRY:
        # The moment of an expiry is the one after the last day.
        day = date_format(last_day(occurred_at), "DATE_FORMAT")
        return [_("Not used by %(day)s, their last day.") % {"day": day}]
    return [line for line in EXPLAIN.get(kind, _reason)(explanation, gained=gained) if line]


def _rescored(explanation: Mapping[str, Any]) -> list[str]:
    because = explanation.get("because")
    if because is None:
        return []
    named = {"before": points_text(int(explanation.get("before", 0))), "points": points_text(int(explanation["total"]))}
    patterns = {
        "late_receipt": _(
            "An earlier receipt came in late, so this purchase was reckoned anew: %(points)s instead of %(before)s."
        ),
        "correction": _("A purchase was corrected, so this one was reckoned anew: %(points)s instead of %(before)s."),
        "return": _("Something was returned, so this purchase was reckoned anew: %(points)s instead of %(before)s."),
        "merge": _("Cards were merged, so this purchase was reckoned anew: %(points)s instead of %(before)s."),
    }
    other = _("This purchase was reckoned anew: %(points)s instead of %(before)s.")
    return [patterns.get(because, other) % named]


def _clawback(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    if explanation.get("because") == "other_member":
        return [_("The purchase was another member's, so its points moved to them.")]
    if "returned" not in explanation:
        return [_("Something of this purchase was returned.")]
    kept, earned = int(explanation["kept"]), int(explanation["earned"])
    kept_amount, amount = int(explanation["kept_amount"]), int(explanation["amount"])
    named = {
        "returned": display_amount(int(explanation["returned"])),
        "amount": display_amount(amount),
        "kept_amount": display_amount(kept_amount),
        "kept": number(kept),
        "earned": points_text(earned),
    }
    lines = [_("%(returned)s of this purchase of %(amount)s came back.") % named]
    if not kept_amount:
        lines.append(_("Nothing of it is kept, so its %(earned)s go back.") % named)
    elif earned * kept_amount % amount:
        lines.append(_("%(kept_amount)s is kept, and with it %(kept)s of %(earned)s, rounded down.") % named)
    else:
        lines.append(_("%(kept_amount)s is kept, and with it %(kept)s of %(earned)s.") % named)
    return lines


def _reversal(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    if not gained:
        return [_("Points that were given before were taken back.")]
    if explanation.get("reverses") == TransferKind.SPEND:
        return [_("What the points were spent on was cancelled: they came back where they came from.")]
    return [_("Points that were taken before came back.")]


def _gift(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    lines = [_("A gift from another member.") if gained else _("A gift to another member.")]
    return [*lines, _("Gifts keep their last day."), *_reason(explanation, gained=gained)]


def _adjustment(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    reason = explanation.get("reason", "")
    text = _("Put right by our staff: %(reason)s.") if gained else _("Taken by our staff: %(reason)s.")
    if reason in AdjustmentReason.values and reason != AdjustmentReason.OTHER:
        return [text % {"reason": AdjustmentReason(reason).label}]
    return [_("Put right by our staff.") if gained else _("Taken by our staff.")]


def _opening(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    return [_("Brought over from our earlier programme.")]


def _merge(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    if explanation.get("owed"):
        return [_("Two cards became one: what one of them owed moved with it.")]
    return [_("Two cards became one: their points moved together, each with its last day.")]


def _closure(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    return [_("The account was closed.")]


def _spend(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    return [_("Points that expire first were taken first."), *_reason(explanation, gained=gained)]


def _reason(explanation: Mapping[str, Any], *, gained: bool) -> list[str]:
    reason = explanation.get("reason")
    return [str(reason)] if isinstance(reason, str) and " " in reason else []


EXPLAIN: dict[str, Explain] = {
    TransferKind.CLAWBACK: _clawback,
    TransferKind.REVERSAL: _reversal,
    TransferKind.GIFT: _gift,
    TransferKind.ADJUSTMENT: _adjustment,
    TransferKind.OPENING: _opening,
    TransferKind.MERGE: _merge,
    TransferKind.CLOSURE: _closure,
    TransferKind.SPEND: _spend,
}
