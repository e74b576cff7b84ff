"""What the page of one member shows, made from their file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format

from members import clock
from members.admin.steps import Step
from members.admin.told import told
from members.models import Lot, Member, Transfer
from members.selectors import traces
from members.selectors.dossiers import Dossier
from members.selectors.rulebook import Rulebook, current_rulebook
from members.selectors.tiers import progress

# So many steps are buttons; the others are in a menu.
MAIN_STEPS = 2


@dataclass(frozen=True, slots=True)
class OpenLot:
    """Points that are left of one credit, with the last day on which they can be used."""

    lot: Lot
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A transfer with its why, in sentences."""

    transfer: Transfer
    title: str
    points: int
    sentences: Sequence[str]


def page_context(dossier: Dossier, request: HttpRequest, steps: Sequence[Step], now: datetime) -> dict[str, Any]:
    """Context of the page; only the steps that this person may take and that make sense now."""
    member, rulebook = dossier.member, current_rulebook()
    offered = [step for step in steps if request.user.has_perm(step.permission) and step.applies(member)]
    return {
        "file": dossier,
        "member": member,
        "account": dossier.account,
        "lots": [OpenLot(lot, clock.last_day(lot.expires_at) if lot.expires_at else None) for lot in dossier.lots],
        "entries": [_entry(transfer, rulebook) for transfer in dossier.transfers],
        "main_steps": offered[:MAIN_STEPS],
        "more_steps": offered[MAIN_STEPS:],
        "birthday": _birthday(member),
        "all_transfers": _list_of("transfer", member.number),
        "all_lots": _list_of("lot", member.number),
        "progress": progress(member, now, rulebook=rulebook) if member.is_live else None,
        "all_purchases": _list_of("purchase", member.number),
        "told": told(member, rulebook),
        "all_audit": _list_of("auditentry", member.number),
    }


def _entry(transfer: Any, rulebook: Rulebook) -> Entry:
    """A transfer as the selector annotates it: with its sign for this member, and the store of its purchase."""
    title = str(rulebook.stores[transfer.store_id].names) if transfer.store_id else transfer.get_kind_display()
    return Entry(transfer, title, transfer.signed_points, traces.explain(transfer, rulebook=rulebook))


def _birthday(member: Member) -> str:
    """Day and month, and the year of those who gave it."""
    if not member.birth_month or not member.birth_day:
        return ""
    # Any leap year will do where the year is not shown.
    on = date(member.birth_year or 2000, member.birth_month, member.birth_day)
    return date_format(on, "DATE_FORMAT" if member.birth_year else "MONTH_DAY_FORMAT")


def _list_of(model: str, number: str) -> str:
    return f"{reverse(f'admin:members_{model}_changelist')}?q={number}"
