"""What a cashier gets to see: what a scan means, who holds up the card, and what a receipt was."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet

from members import member_numbers
from members.exceptions import MemberNotFound
from members.models import Member, Purchase, Return
from members.phones import find_phone
from members.selectors.members import find_by_email, find_by_phone
from members.selectors.points import PointsSummary, summary
from members.selectors.purchases import trace_of
from members.selectors.rulebook import Rulebook
from members.selectors.tiers import Progress, progress
from members.selectors.traces import sentences

Unknown = Literal["number", "typo", "phone", "email", "text"]
_TWELVE_DIGITS = re.compile(r"(?:[0-9][\s-]*){12}")


@dataclass(frozen=True, slots=True)
class Found:
    """What was scanned or typed: a card (``number``), a receipt of this store, or what kind of thing nobody has."""

    number: str = ""
    receipt: str = ""
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """Who stands at the counter. Without a live card there are no points to name and no tier to reach."""

    member: Member
    points: PointsSummary | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a receipt did: ``points`` are signed, ``why`` says it in sentences, ``returned`` is set for a return."""

    customer: Customer
    purchase: Purchase
    points: int
    why: list[str]
    returned: Return | None = None


def meaning_of(text: str, *, store_id: int) -> Found:
    """What a scan or typed words mean: a card, a member's phone or email, then a receipt of the store."""
    if number := member_numbers.parse(text):
        known = Member.objects.filter(number=number).exists()
        return Found(number=number) if known else Found(unknown="number")
    member = find_by_email(text) if "@" in text else find_by_phone(text)
    if member:
        return Found(number=member.number)
    if receipt := _receipt_number(text, store_id):
        return Found(receipt=receipt)
    return Found(unknown=_kind_of(text))


def _kind_of(text: str) -> Unknown:
    plain = unicodedata.normalize("NFKC", text).strip()
    if "@" in plain:
        return "email"
    if _TWELVE_DIGITS.fullmatch(plain):
        return "typo"
    return "phone" if find_phone(plain) else "text"


def _receipt_number(text: str, store_id: int) -> str:
    words = unicodedata.normalize("NFKC", text).strip()
    # As it is written, and as our own numbers are printed.
    numbers = Purchase.objects.filter(store_id=store_id, external_id__in={words, words.upper()})
    return numbers.order_by("external_id").values_list("external_id", flat=True).first() or ""


def customer_of(number: str, *, now: datetime, rulebook: Rulebook) -> Customer:
    """The holder of a card; of a merged card its own row, which names the card that took over. Raises MemberNotFound.

    At most six statements.
    """
    cards = Member.objects.select_related("tier", "account", "merged_into")
    member = cards.filter(number=number).first()
    if member is None:
        raise MemberNotFound(number=number)
    return with_figures(member, now=now, rulebook=rulebook)


def with_figures(member: Member, *, now: datetime, rulebook: Rulebook) -> Customer:
    """A member with points and the way to the next tier, where the card is in use."""
    if not member.is_live:
        return Customer(member)
    return Customer(
        member=member, points=summary(member.account, now), progress=progress(member, now, rulebook=rulebook)
    )


def purchase_at(*, store_id: int, receipt: str) -> Purchase | None:
    """A receipt of a store with its member, lines and returns, each in order; None where there is none."""
    number = _receipt_number(receipt, store_id)
    purchases = Purchase.objects.select_related("member__tier", "member__merged_into__tier")
    return purchases.filter(store_id=store_id, external_id=number).first() if number else None


def holder_of(purchase: Purchase) -> Member:
    """Whose points a purchase's are now: the member's, or those of the card that took over."""
    return purchase.member.merged_into or purchase.member


def purchase_outcome(purchase_id: int, *, now: datetime, rulebook: Rulebook) -> Outcome | None:
    """What a recorded purchase did; None when it is gone from here."""
    purchase = _with_holder().filter(pk=purchase_id).first()
    if purchase is None:
        return None
    return Outcome(
        customer=with_figures(holder_of(purchase), now=now, rulebook=rulebook),
        purchase=purchase,
        points=purchase.points_earned,
        why=sentences(trace_of(purchase), rulebook=rulebook),
    )


def return_outcome(return_id: int, *, now: datetime, rulebook: Rulebook) -> Outcome | None:
    """What a recorded return took back; None when it is gone from here."""
    returned = Return.objects.filter(pk=return_id).first()
    if returned is None:
        return None
    purchase = _with_holder().get(pk=returned.purchase_id)
    return Outcome(
        customer=with_figures(holder_of(purchase), now=now, rulebook=rulebook),
        purchase=purchase,
        points=-returned.points_clawed_back,
        why=[],
        returned=returned,
    )


def _with_holder() -> QuerySet[Purchase]:
    return Purchase.objects.select_related(
        "member__tier", "member__account", "member__merged_into__tier", "member__merged_into__account"
    )
