"""What a member may narrow their points history down to."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from members import clock
from members.models import Transfer, TransferKind

KINDS = {
    "earned": (TransferKind.EARN, TransferKind.BONUS, TransferKind.OPENING, TransferKind.MERGE),
    "spent": (TransferKind.SPEND, TransferKind.REVERSAL),
    "expired": (TransferKind.EXPIRY, TransferKind.CLOSURE),
    "gifts": (TransferKind.GIFT,),
    "adjustments": (TransferKind.ADJUSTMENT, TransferKind.CLAWBACK),
}
DAYS = {"30d": 30, "90d": 90}


@dataclass(frozen=True, slots=True)
class Filters:
    """A kind and a period; the empty string stands for all. What the address says otherwise is ignored."""

    kind: str
    period: str
    kinds: list[tuple[str, str]]
    periods: list[tuple[str, str]]

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.kind or self.period)

    @property
    def title(self) -> str:
        """What the list shows, as its heading."""
        kind = dict(self.kinds)[self.kind]
        return f"{kind}, {dict(self.periods)[self.period]}" if self.period else kind

    def apply(self, transfers: QuerySet[Transfer], now: datetime) -> QuerySet[Transfer]:
        """Narrow a history down; days begin in the programme's zone."""
        if self.kind:
            transfers = transfers.filter(kind__in=KINDS[self.kind])
        if self.period in DAYS:
            since = clock.local_date(now) - timedelta(days=DAYS[self.period])
            transfers = transfers.filter(occurred_at__gte=clock.day_start(since))
        elif self.period:
            year = int(self.period)
            transfers = transfers.filter(
                occurred_at__gte=clock.day_start(date(year, 1, 1)),
                occurred_at__lt=clock.day_start(date(year + 1, 1, 1)),
            )
        return transfers


def filters(query: QueryDict, *, since: datetime, now: datetime) -> Filters:
    """Read the filters of an address; the years offered begin with the member's first."""
    kinds = [
        ("", _("Everything")),
        ("earned", _("Earned")),
        ("spent", _("Spent")),
        ("expired", _("Expired")),
        ("gifts", _("Gifts")),
        ("adjustments", _("Corrections")),
    ]
    periods = [("", _("All the time")), ("30d", _("last 30 days")), ("90d", _("last 90 days"))]
    first, last = clock.local_date(since).year, clock.local_date(now).year
    periods += [(str(year), str(year)) for year in range(last, first - 1, -1)]
    kind, period = query.get("kind", ""), query.get("period", "")
    return Filters(
        kind=kind if kind in KINDS else "",
        period=period if period in dict(periods) else "",
        kinds=kinds,
        periods=periods,
    )
