"""Everything about one member, for the staff's page of them: a constant number of statements, each list bounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from members.models import (
    Account,
    Adjustment,
    AuditEntry,
    Debt,
    ExternalMember,
    Lot,
    Member,
    Purchase,
    TierPeriod,
    Transfer,
)
from members.selectors import points, transfers

# The newest so many of each; the lists of the admin have the rest.
NEWEST = 12
LOOKS = ("member.viewed", "member.history_viewed", "member.listed")


@dataclass(frozen=True, slots=True)
class Dossier:
    """One member's file. ``transfers`` carry ``signed_points``; lists are newest first, lots by their last day."""

    member: Member
    account: Account
    points: points.PointsSummary
    periods: Sequence[TierPeriod]
    lots: Sequence[Lot]
    debts: Sequence[Debt]
    transfers: Sequence[Transfer]
    purchases: Sequence[Purchase]
    adjustments: Sequence[Adjustment]
    audit: Sequence[AuditEntry]
    absorbed: Sequence[Member]
    outside_numbers: Sequence[ExternalMember]


def load_dossier(*, member_id: int, now: datetime) -> Dossier:
    """Read a member's file. Raises Member.DoesNotExist."""
    member = Member.objects.select_related("account", "tier", "user", "enrolled_store", "merged_into").get(pk=member_id)
    account = member.account
    newest = slice(NEWEST)
    lots = Lot.objects.filter(account=account, remaining__gt=0).order_by(F("expires_at").asc(nulls_last=True), "pk")
    purchases = Purchase.objects.filter(member=member).select_related("store").prefetch_related("returns")
    adjustments = Adjustment.objects.filter(member=member).select_related("requested_by", "decided_by")
    periods = TierPeriod.objects.filter(member=member).select_related("tier").order_by("-started_at", "-pk")
    # Looks are on record too, in the audit log; here they would crowd out what was done.
    changes = AuditEntry.objects.filter(member=member).exclude(action__in=LOOKS)
    return Dossier(
        member=member,
        account=account,
        points=points.summary(account, now),
        periods=list(periods[newest]),
        lots=list(lots[newest]),
        debts=list(Debt.objects.filter(account=account, remaining__gt=0).order_by("pk")[newest]),
        transfers=list(transfers.for_account(account)[newest]),
        purchases=list(purchases.order_by("-business_date", "-pk")[newest]),
        adjustments=list(adjustments.order_by("-requested_at", "-pk")[newest]),
        audit=list(changes.order_by("-at", "-pk")[newest]),
        absorbed=list(Member.objects.filter(merged_into=member).order_by("pk")),
        outside_numbers=list(ExternalMember.objects.filter(member=member).order_by("pk")[newest]),
    )
