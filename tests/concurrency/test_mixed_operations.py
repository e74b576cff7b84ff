"""Everything at once, in bad order: whoever meets whom, the books are right and nobody waits for ever."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import pytest
from django.db import connection

from members import clock
from members.engines import postgresql
from members.exceptions import DomainError
from members.models import Account, Member, MemberStatus, Purchase, Store, Transfer, TransferKind
from members.services.activations import activate_points
from members.services.corrections import correct_purchase
from members.services.expiries import expire_points
from members.services.ledger import award_points, give_points, spend_points
from members.services.merges import merge_members
from members.services.purchases import record_purchases
from members.services.receipts import Receipt
from members.services.returns import record_return
from members.services.reversals import REVERSIBLE, reverse_transfer
from members.services.tier_reviews import review_tiers
from members.services.verifications import verify_ledger
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory
from tests.members.ledger_scenes import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THREADS = 8
CARDS = 6
ACTIONS = ("buy", "spend", "award", "give", "bring_back", "reverse", "adjust", "correct", "expire", "merge")
# Points live some days, so that there is always something to expire.
DAYS_A_SECOND = 3


class Crowd:
    """Threads that do one thing after the other to the same few members, until the time is over."""

    def __init__(self, *, seconds: float, shop: Store, cards: list[Member]) -> None:
        self.seconds = seconds
        self.shop = shop
        self.cards = cards
        self.numbers = count(1)
        self.began = time.monotonic()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.failures: list[BaseException] = []

    def now(self) -> datetime:
        return NOW + timedelta(days=(time.monotonic() - self.began) * DAYS_A_SECOND)

    def run(self) -> None:
        threads = [threading.Thread(target=self._work, args=[seed]) for seed in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def is_over(self) -> bool:
        """After its time, but on a slow machine not before each thing was done once; never ten times as long."""
        passed = time.monotonic() - self.began
        return passed > 10 * self.seconds or (passed > self.seconds and all(self.done[name] for name in ACTIONS))

    def _work(self, seed: int) -> None:
        dice = random.Random(seed)
        actions: list[Callable[[random.Random], None]] = [
            self.buy, self.buy, self.buy, self.spend, self.spend, self.award, self.give, self.bring_back,
            self.reverse, self.adjust, self.correct, self.expire, self.merge,
        ]  # fmt: skip
        try:
            while not self.is_over():
                action = dice.choice(actions)
                try:
                    action(dice)
                    self.done[action.__name__] += 1
                except DomainError as error:
                    self.refused[f"{action.__name__}: {error.code}"] += 1
        except Exception as error:  # noqa: BLE001 -- what nobody caught is what this test looks for
            self.failures.append(error)
        finally:
            connection.close()

    def card(self, dice: random.Random) -> Member:
        return dice.choice(self.cards)

    def key(self, what: str) -> str:
        return f"{what}:{next(self.numbers)}"

    def receipt(self, dice: random.Random) -> Receipt:
        # Few numbers, so that tills often tell the same receipt, with the same content or another.
        now, number = self.now(), dice.randrange(2_000)
        at = now - timedelta(days=dice.choice([0, 0, 0, 1, 9]))
        return Receipt(self.shop.pk, f"r-{number}", self.card(dice).number, at, dice.randrange(50_000), "CNY")

    def buy(self, dice: random.Random) -> None:
        record_purchases(receipts=[self.receipt(dice) for _ in range(dice.randint(1, 4))], now=self.now())

    def spend(self, dice: random.Random) -> None:
        points = dice.randint(1, 300)
        spend_points(member_id=self.card(dice).pk, points=points, business_key=self.key("spend"), now=self.now())

    def award(self, dice: random.Random) -> None:
        now = self.now()
        last_moment = clock.day_end(clock.local_date(now) + timedelta(days=dice.randint(0, 4)))
        award_points(
            member_id=self.card(dice).pk,
            points=dice.randint(1, 200),
            business_key=self.key("bonus"),
            now=now,
            available_at=now + timedelta(days=dice.choice([0, 0, 2])),
            expires_at=last_moment,
        )

    def give(self, dice: random.Random) -> None:
        sender, recipient = dice.sample(self.cards, 2)
        give_points(
            sender_id=sender.pk,
            recipient_id=recipient.pk,
            points=dice.randint(1, 100),
            business_key=self.key("gift"),
            now=self.now(),
        )

    def bring_back(self, dice: random.Random) -> None:
        purchase = Purchase.objects.filter(amount__gt=0).order_by("?").first()
        if purchase:
            record_return(
                store_id=self.shop.pk,
                purchase_external_id=purchase.external_id,
                external_id=self.key("back"),
                occurred_at=purchase.occurred_at,
                now=self.now(),
                amount=dice.randint(1, purchase.amount),
            )

    def reverse(self, dice: random.Random) -> None:
        transfer = Transfer.objects.filter(kind__in=REVERSIBLE).order_by("?").first()
        if transfer:
            reverse_transfer(transfer_id=transfer.pk, now=self.now())

    def adjust(self, dice: random.Random) -> None:
        change = award_points if dice.random() < 0.5 else partial(spend_points, to="adjustment")
        change(
            member_id=self.card(dice).pk,
            points=dice.randint(1, 100),
            kind=TransferKind.ADJUSTMENT,
            business_key=self.key("adjust"),
            now=self.now(),
        )

    def correct(self, dice: random.Random) -> None:
        correct_purchase(receipt=self.receipt(dice), reason="typo", now=self.now())

    def expire(self, dice: random.Random) -> None:
        now = self.now()
        today = clock.local_date(now)
        activate_points(for_date=today, chunk_size=4)
        expire_points(for_date=today, now=now, chunk_size=4)
        review_tiers(for_date=today, now=now)

    def merge(self, dice: random.Random) -> None:
        if dice.random() < 0.8:
            return
        place, other = dice.sample(range(CARDS), 2)
        absorbed = self.cards[place]
        merge_members(keep_id=self.cards[other].pk, absorb_id=absorbed.pk, actor=None, reason="twin", now=self.now())
        # A new customer takes the place; some who have looked already still use the card that is gone.
        self.cards[place] = MemberFactory.create()


@pytest.fixture
def programme(settings: object) -> Iterator[Store]:
    """Pending days, a tier that is soon reached and a bonus with caps: all that makes postings depend on others."""
    settings.PENDING_DAYS = 2  # type: ignore[attr-defined]
    EarningRuleVersionFactory.create()
    EarningRuleVersionFactory.create(kind="bonus_fixed", points=50, per_amount=0, cap_member_day=100, cap_total=20_000)
    TierFactory.create(threshold=200_000, multiplier_percent=150)
    return StoreFactory.create()


@pytest.mark.parametrize("seconds", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_everything_at_once_leaves_the_books_right(programme: Store, seconds: int) -> None:
    crowd = Crowd(seconds=seconds, shop=programme, cards=MemberFactory.create_batch(CARDS))

    crowd.run()

    assert crowd.failures == []
    busy = sum(times for what, times in crowd.refused.items() if what.endswith(": busy"))
    assert busy <= sum(crowd.done.values()) / 20
    assert [action for action in ACTIONS if not crowd.done[action]] == []
    assert [str(drift) for drift in verify_ledger(now=crowd.now(), is_exact=True).drifts] == []
    assert not Account.objects.filter(owed__gt=0, available__gt=0).exists()
    dead = Account.objects.filter(member__status=MemberStatus.MERGED)
    assert not dead.exclude(available=0, pending=0, owed=0).exists()


def test_canary_without_the_locks_the_books_do_not_survive_it(
    programme: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "for_update", lambda alias: "")
    crowd = Crowd(seconds=3, shop=programme, cards=MemberFactory.create_batch(CARDS))

    crowd.run()

    # Either a constraint stops what cannot be (an error that nobody expects), or the sums are wrong.
    assert crowd.failures or verify_ledger(now=crowd.now(), is_exact=True).drifts
