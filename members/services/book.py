"""The only module that writes transfers, lots, draws, debts and balances.

A Book holds the locked accounts of one transaction. Services post to it in memory, as many entries as they like,
and ``write`` stores everything in a constant number of statements. Invariants (points.md): available is the sum of
the open available lots, pending of the pending ones, owed of the debts; credits - debits = available + pending - owed.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Model

from members.engines import Row, Write, engine
from members.event_types import POINTS_EXPIRED
from members.locks import lock_open_lots
from members.models import Debt, Lot, Transfer, TransferKind
from members.services.events import INSERT_EVENTS, event_row
from members.services.postings import (
    FAR,
    INSERT_DEBTS,
    INSERT_DRAWS,
    INSERT_LOTS,
    INSERT_TRANSFERS,
    UPDATE_ACCOUNTS,
    UPDATE_DEBTS,
    UPDATE_LOTS,
    AccountState,
    OpenDebt,
    OpenLot,
    Posting,
    account_row,
    lot_row,
    open_lot,
    transfer_row,
)


class Book:
    """Locked accounts and what is about to be written about them. One book a transaction."""

    def __init__(self, *, accounts: Iterable[AccountState], programme: dict[str, int], now: datetime) -> None:
        """``accounts`` are locked members' accounts; ``programme`` maps codes to the programme's account ids."""
        self.now = now
        self.programme = programme
        self.accounts = {account.pk: account for account in accounts}
        self.lots: dict[int, list[OpenLot]] = {}
        self.debts: dict[int, list[OpenDebt]] = {}
        self.postings: list[Posting] = []
        self.new_lots: list[OpenLot] = []
        self.draws: list[tuple[Posting | int, OpenLot, int]] = []
        self.touched: set[int] = set()
        self.events: list[Row] = []
        self.spare_ids: dict[type[Model], list[int]] = {}
        self.revision: str | None = None
        self.duplicate_id: int | None = None

    def of_member(self, member_id: int) -> AccountState:
        """The account of a member of this book."""
        return next(state for state in self.accounts.values() if state.member_id == member_id)

    # -- reading ----------------------------------------------------------------------------------------------------

    def load_lots(self, account_ids: Iterable[int]) -> None:
        """Lock and load the open lots (and debts) of accounts whose lots are needed; once each, one query for all."""
        missing = {pk for pk in account_ids if pk not in self.lots}
        if not missing:
            return
        self.take_lots(missing, lock_open_lots(missing))

    def take_lots(self, account_ids: Iterable[int], rows: Iterable[Row]) -> None:
        """All open lots of accounts, locked just now: LOT_COLUMNS."""
        for pk in account_ids:
            self.lots[pk] = [lot for lot in self.new_lots if lot.account_id == pk]
        for row in rows:
            lot = OpenLot(*row)
            # SQLite tells truth by numbers.
            lot.is_pending = bool(lot.is_pending)
            self.lots[lot.account_id].append(lot)

    def _load_debts(self, account_id: int) -> list[OpenDebt]:
        if account_id not in self.debts:
            self.debts[account_id] = [
                OpenDebt(debt.points, debt.remaining, transfer_id=debt.transfer_id, id=debt.pk)
                for debt in Debt.objects.filter(account_id=account_id, remaining__gt=0).order_by("pk")
            ]
        return self.debts[account_id]

    def absorb(self, other: "Book") -> None:
        """Take over another book of the same transaction (accounts that turned out to be needed as well)."""
        self.accounts.update(other.accounts)
        self.lots.update(other.lots)
        self.debts.update(other.debts)
        self.postings.extend(other.postings)
        self.draws.extend(other.draws)
        self.touched.update(other.touched)
        self.events.extend(other.events)

    def open_lots(self, account_id: int, *, pending: bool | None = None) -> list[OpenLot]:
        """The open lots of an account in the order in which a debit draws them."""
        self.load_lots([account_id])
        lots = [lot for lot in self.lots[account_id] if lot.remaining and pending in (None, lot.is_pending)]
        return sorted(lots, key=lambda lot: lot.draw_order)

    def clawback_lots(self, account_id: int, purchase_id: int) -> list[OpenLot]:
        """The lots a return draws: pending ones first, then those the purchase made, then by earliest expiry."""
        lots = self.open_lots(account_id)
        return sorted(lots, key=lambda lot: (not lot.is_pending, lot.purchase_id != purchase_id, lot.draw_order))

    # -- settling ---------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Make due pending lots available and take expired ones to breakage, so that late jobs change nothing."""
        due = [
            pk for pk, account in self.accounts.items() if account.settle_due_at and account.settle_due_at <= self.now
        ]
        self.load_lots(due)
        for pk in due:
            self.touched.add(pk)
            expired: list[tuple[datetime, int]] = []
            for lot in self.open_lots(pk):
                if lot.is_pending and lot.available_at <= self.now:
                    self._activate(lot)
                if lot.expires_at and lot.expires_at <= self.now:
                    expired.append((lot.expires_at, lot.remaining))
                    self._expire(lot)
            self._tell_expired(pk, expired)

    def _tell_expired(self, account_id: int, expired: list[tuple[datetime, int]]) -> None:
        """One event an account, as the nightly job writes it."""
        if expired:
            expired_at = max(moment for moment, _ in expired)
            payload = {
                "points": sum(points for _, points in expired),
                "lots": len(expired),
                "expired_at": expired_at.isoformat(),
            }
            member_id = self.accounts[account_id].member_id
            self.events.append(
                event_row(
                    type=POINTS_EXPIRED, member_id=member_id, payload=payload, occurred_at=expired_at, now=self.now
                )
            )

    def _activate(self, lot: OpenLot) -> None:
        account = self.accounts[lot.account_id]
        account.pending -= lot.remaining
        account.available += lot.remaining
        lot.is_pending, lot.is_changed = False, True

    def _expire(self, lot: OpenLot) -> None:
        if lot.expires_at is None:
            return
        self.debit(
            Posting(
                kind=TransferKind.EXPIRY,
                debit_account_id=lot.account_id,
                credit_account_id=self.programme["breakage"],
                points=lot.remaining,
                business_key=f"expire:lot:{lot.id}",
                occurred_at=lot.expires_at,
            ),
            [lot],
        )

    # -- posting ----------------------------------------------------------------------------------------------------

    def _post(self, posting: Posting) -> None:
        # Between two members the same posting is debited on one side and credited on the other.
        if not posting.is_posted:
            posting.is_posted = True
            self.postings.append(posting)

    def credit(self, posting: Posting, lots: list[OpenLot]) -> None:
        """Give a member points, as the lots given; what the member owes is repaid from them first."""
        self._post(posting)
        account = self.accounts[posting.credit_account_id]
        self.touched.add(account.pk)
        for lot in lots:
            lot.posting = posting
            lot.is_pending = lot.available_at > self.now
            self.new_lots.append(lot)
            if account.pk in self.lots:
                self.lots[account.pk].append(lot)
            if lot.is_pending:
                account.pending += lot.remaining
            else:
                account.available += lot.remaining
            due = min(lot.available_at if lot.is_pending else FAR, lot.expires_at or FAR)
            if due < (account.settle_due_at or FAR):
                account.settle_due_at = due
            if account.owed:
                self._repay(account, lot)

    def _repay(self, account: AccountState, lot: OpenLot) -> None:
        for debt in self._load_debts(account.pk):
            paid = min(debt.remaining, lot.remaining)
            if paid:
                debt.remaining -= paid
                debt.is_changed = True
                account.owed -= paid
                self._draw(debt.posting or debt.transfer_id, lot, paid)

    def debit(self, posting: Posting, lots: Iterable[OpenLot], *, may_owe: bool = False) -> int:
        """Take points from a member's lots in the order given; returns what they could not cover.

        The rest becomes a debt where the member may owe; otherwise asking for more than the lots hold is a
        programming error, since services check the balance under the lock first.
        """
        self._post(posting)
        self.touched.add(posting.debit_account_id)
        rest = posting.points
        for lot in lots:
            taken = min(rest, lot.remaining)
            if taken:
                self._draw(posting, lot, taken)
                rest -= taken
            if not rest:
                return 0
        if rest:
            if not may_owe:
                raise ValueError(f"{posting.business_key}: {rest} points more than the lots hold")
            self._owe(posting, rest)
        return rest

    def _draw(self, source: Posting | int, lot: OpenLot, points: int) -> None:
        account = self.accounts[lot.account_id]
        lot.remaining -= points
        lot.is_changed = True
        if lot.is_pending:
            account.pending -= points
        else:
            account.available -= points
        self.draws.append((source, lot, points))

    def _owe(self, posting: Posting, points: int) -> None:
        account = self.accounts[posting.debit_account_id]
        debts = self._load_debts(account.pk)
        debts.append(OpenDebt(points, points, posting=posting, is_changed=True))
        account.owed += points

    def restore(self, posting: Posting, given_back: list[tuple[OpenLot, int]], reinstated: list[OpenLot]) -> None:
        """Give points back to the living lots they came from, and the rest as reinstated lots; repays debts too."""
        account = self.accounts[posting.credit_account_id]
        self.credit(posting, reinstated)
        for lot, points in given_back:
            self._draw(posting, lot, -points)
            if account.owed:
                self._repay(account, lot)

    def adopt(self, lot: Lot) -> OpenLot:
        """The book's own view of a stored lot that may be drawn down to nothing (a reversal fills it again)."""
        self.load_lots([lot.account_id])
        lots = self.lots[lot.account_id]
        known = next((each for each in lots if each.id == lot.pk), None)
        if known is None:
            known = open_lot(lot)
            lots.append(known)
        return known

    def extend(self, lot: OpenLot, expires_at: datetime) -> None:
        """Let a lot live longer (terms extended by activity, or a better policy); never shorter."""
        if lot.expires_at and expires_at > lot.expires_at:
            lot.expires_at, lot.is_changed = expires_at, True
            self.touched.add(lot.account_id)

    # -- writing ----------------------------------------------------------------------------------------------------

    def _with_next_due(self, account_id: int) -> AccountState:
        account = self.accounts[account_id]
        account.settle_due_at = self._next_due(account_id)
        return account

    def _next_due(self, account_id: int) -> datetime | None:
        """The next settlement, exact where all lots are in hand, else the earlier of the known and the new."""
        if account_id not in self.lots:
            return self.accounts[account_id].settle_due_at
        due = FAR
        for lot in self.lots[account_id]:
            if lot.remaining:
                due = min(due, lot.expires_at or FAR, lot.available_at if lot.is_pending else FAR)
        return None if due == FAR else due

    def reserve(self, *wanted: tuple[type[Model], int]) -> None:
        """Fetch ids ahead, in one statement, for a service that knows how many rows it is about to make."""
        for (model, _), ids in zip(wanted, engine().reserve_ids(wanted), strict=True):
            self.spare_ids[model] = ids

    def take_ids(self, *wanted: tuple[type[Model], int]) -> list[list[int]]:
        """Ids for new rows: reserved ones first, the shortage from the database."""
        spare = [self.spare_ids.pop(model, []) for model, _ in wanted]
        shortage = [(model, max(0, count - len(ids))) for (model, count), ids in zip(wanted, spare, strict=True)]
        fresh = engine().reserve_ids(shortage) if any(count for _, count in shortage) else [[] for _ in wanted]
        return [(ids + more)[:count] for ids, more, (_, count) in zip(spare, fresh, wanted, strict=True)]

    def rows(self) -> list[tuple[Write, list[Row]]]:
        """Everything the book has to store, ids reserved: what ``write`` sends, for services that add their own."""
        transfer_ids, lot_ids = self.take_ids((Transfer, len(self.postings)), (Lot, len(self.new_lots)))
        for posting, transfer_id in zip(self.postings, transfer_ids, strict=True):
            posting.id = transfer_id
        for lot, lot_id in zip(self.new_lots, lot_ids, strict=True):
            lot.id = lot_id
            lot.transfer_id = lot.posting.id if lot.posting else 0
        return [
            (INSERT_TRANSFERS, [transfer_row(posting, self.now) for posting in self.postings]),
            (INSERT_LOTS, [lot_row(lot) for lot in self.new_lots]),
            (UPDATE_LOTS, self._changed_lots()),
            (INSERT_DRAWS, [(s.id if isinstance(s, Posting) else s, lot.id, points) for s, lot, points in self.draws]),
            *self._debt_rows(),
            (INSERT_EVENTS, self.events),
            (UPDATE_ACCOUNTS, [account_row(self._with_next_due(pk)) for pk in sorted(self.touched)]),
        ]

    def _changed_lots(self) -> list[Row]:
        new = set(map(id, self.new_lots))
        return [
            (lot.id, lot.remaining, lot.is_pending, lot.expires_at)
            for lots in self.lots.values()
            for lot in lots
            if lot.is_changed and id(lot) not in new
        ]

    def _debt_rows(self) -> list[tuple[Write, list[Row]]]:
        changed = [(pk, debt) for pk, debts in self.debts.items() for debt in debts if debt.is_changed]
        return [
            (INSERT_DEBTS, [(pk, d.posting.id, d.points, d.remaining) for pk, d in changed if d.posting]),
            (UPDATE_DEBTS, [(d.id, d.remaining) for _, d in changed if d.id]),
        ]

    def write(self, *more: tuple[Write, list[Row]]) -> None:
        """Store the book, and rows of other nouns with it, in one go; the book can then be posted to again."""
        engine().write([*more, *self.rows()])
        for lots in self.lots.values():
            for lot in lots:
                lot.is_changed = False
        self.postings, self.new_lots, self.draws = [], [], []
        self.debts, self.touched, self.events = {}, set(), []
