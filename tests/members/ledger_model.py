"""The ledger as points.md tells it, in plain Python: lists of lots, no database, nothing of the product's.

Only for a programme whose zone is eight hours ahead of UTC all year, that gives a point for each 1.00, keeps points
pending for PENDING_DAYS, and lets them live to the end of the month twelve months later.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import count

ZONE = timezone(timedelta(hours=8))
PENDING_DAYS = 14
GRACE_DAYS = 30
NEVER = datetime.max.replace(tzinfo=UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZONE)


def end_of_month_a_year_later(moment: datetime) -> datetime:
    months = moment.astimezone(ZONE).year * 12 + moment.astimezone(ZONE).month - 1 + 13
    return midnight(date(months // 12, months % 12 + 1, 1))


@dataclass(eq=False)
class ModelLot:
    left: int
    available_at: datetime
    expires_at: datetime
    age: int
    purchase: str = ""
    source: str = ""
    is_pending: bool = False


@dataclass(eq=False)
class ModelMember:
    lots: list[ModelLot] = field(default_factory=list)
    owed: int = 0

    def open(self) -> list[ModelLot]:
        """What is left, in the order in which a spend draws it."""
        return sorted((lot for lot in self.lots if lot.left), key=lambda lot: (lot.expires_at, lot.age))

    @property
    def available(self) -> int:
        return sum(lot.left for lot in self.lots if not lot.is_pending)

    @property
    def pending(self) -> int:
        return sum(lot.left for lot in self.lots if lot.is_pending)


@dataclass(eq=False)
class ModelPurchase:
    member: ModelMember
    at: datetime
    amount: int
    returned: int = 0
    clawed_back: int = 0

    @property
    def earned(self) -> int:
        return self.amount // 100


@dataclass(eq=False)
class ModelDebit:
    """A spend or an adjustment downwards that can be given back, with what it drew."""

    member: ModelMember
    drawn: list[tuple[ModelLot, int]]


@dataclass(eq=False)
class ModelCredit:
    """A bonus or an adjustment upwards that can be taken back."""

    member: ModelMember
    key: str
    points: int


class LedgerModel:
    def __init__(self) -> None:
        self.ages = count()
        self.now = NEVER
        self.purchases: dict[str, ModelPurchase] = {}
        self.heirs: dict[ModelMember, ModelMember] = {}

    def holder(self, member: ModelMember) -> ModelMember:
        """Who holds a member's points since cards were merged."""
        while member in self.heirs:
            member = self.heirs[member]
        return member

    def settle(self, members: Iterable[ModelMember]) -> None:
        for lot in (lot for member in members for lot in member.lots):
            if lot.available_at <= self.now:
                lot.is_pending = False
            if lot.expires_at <= self.now:
                lot.left = 0

    def _lot(
        self, points: int, available_at: datetime, expires_at: datetime, *, purchase: str = "", source: str = ""
    ) -> ModelLot:
        return ModelLot(
            points, available_at, expires_at, next(self.ages), purchase, source, is_pending=available_at > self.now
        )

    @staticmethod
    def _repay(member: ModelMember, lot: ModelLot) -> None:
        paid = min(member.owed, lot.left)
        member.owed -= paid
        lot.left -= paid

    def _credit(self, member: ModelMember, lot: ModelLot) -> None:
        member.lots.append(lot)
        self._repay(member, lot)

    @staticmethod
    def _debit(member: ModelMember, points: int, lots: Iterable[ModelLot]) -> list[tuple[ModelLot, int]]:
        """Draw lots in the order given; what they do not cover is owed."""
        drawn = []
        for lot in lots:
            taken = min(points, lot.left)
            if taken:
                lot.left -= taken
                points -= taken
                drawn.append((lot, taken))
        member.owed += points
        return drawn

    def buy(self, member: ModelMember, key: str, amount: int, at: datetime) -> None:
        purchase = self.purchases[key] = ModelPurchase(member, at, amount)
        if purchase.earned:
            free = midnight(at.astimezone(ZONE).date() + timedelta(days=PENDING_DAYS + 1))
            self._credit(member, self._lot(purchase.earned, free, end_of_month_a_year_later(at), purchase=key))

    def bring_back(self, key: str, amount: int) -> None:
        purchase = self.purchases[key]
        member = self.holder(purchase.member)
        purchase.returned += amount
        kept = purchase.earned * (purchase.amount - purchase.returned) // purchase.amount
        points = purchase.earned - kept - purchase.clawed_back
        purchase.clawed_back += points
        self._debit(member, points, sorted(member.open(), key=lambda lot: (not lot.is_pending, lot.purchase != key)))

    def award(self, member: ModelMember, key: str, points: int, wait: timedelta, expires_at: datetime) -> ModelCredit:
        self._credit(member, self._lot(points, self.now + wait, expires_at, source=key))
        return ModelCredit(member, key, points)

    def spend(self, member: ModelMember, points: int) -> ModelDebit:
        return ModelDebit(member, self._debit(member, points, [lot for lot in member.open() if not lot.is_pending]))

    def reverse_debit(self, debit: ModelDebit) -> None:
        """Points go back where they came from: reinstated ones first, each repaying debts, then living lots."""
        member = self.holder(debit.member)
        living = []
        for lot, points in sorted(debit.drawn, key=lambda each: each[0].age):
            if lot.expires_at <= self.now:
                grace = midnight(self.now.astimezone(ZONE).date() + timedelta(days=GRACE_DAYS + 1))
                self._credit(member, self._lot(points, self.now, grace, purchase=lot.purchase))
            elif lot not in member.lots:
                self._credit(member, self._lot(points, self.now, lot.expires_at, purchase=lot.purchase))
            else:
                living.append((lot, points))
        for lot, points in living:
            lot.left += points
            self._repay(member, lot)

    def reverse_credit(self, credit: ModelCredit) -> None:
        member = self.holder(credit.member)
        self._debit(member, credit.points, sorted(member.open(), key=lambda lot: lot.source != credit.key))

    def give(self, sender: ModelMember, recipient: ModelMember, points: int) -> None:
        """A gift keeps its last days: one lot for each."""
        by_expiry: dict[datetime, int] = {}
        for lot, taken in self.spend(sender, points).drawn:
            by_expiry[lot.expires_at] = by_expiry.get(lot.expires_at, 0) + taken
        for expires_at, taken in by_expiry.items():
            self._credit(recipient, self._lot(taken, self.now, expires_at))

    def merge(self, keep: ModelMember, absorb: ModelMember) -> None:
        for lot in absorb.open():
            self._credit(keep, self._lot(lot.left, lot.available_at, lot.expires_at, purchase=lot.purchase))
            lot.left = 0
        if absorb.owed:
            self._debit(keep, absorb.owed, keep.open())
            absorb.owed = 0
        self.heirs[absorb] = keep
