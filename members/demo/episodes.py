"""What happens in the demo programme besides shopping: returns, gifts, help from the staff, cards that end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from members.demo.accounts import APPROVER, CHAN_KA_YAN, LI_JING, MANAGER, MEI, SERVICE
from members.demo.agenda import Agenda
from members.demo.articles import BEANS, BOOKS, STATIONERY
from members.demo.people import Person, moment
from members.demo.phones import prove_phone
from members.demo.redemptions import COFFEE, REWARDS, redeem
from members.demo.stamp_cards import import_stamp_cards
from members.exceptions import NotEnoughPoints
from members.models import AdjustmentReason, Tier, User
from members.services.adjustments import approve_adjustment, refuse_adjustment, request_adjustment
from members.services.claims import join_online
from members.services.closures import close_member, freeze_member
from members.services.corrections import correct_purchase
from members.services.gifts import give_gift
from members.services.merges import merge_members
from members.services.receipts import Receipt
from members.services.returns import ReturnedLine, record_return
from members.services.tiers import assign_tier

RETURN_SHARE = 0.018
RETURNABLE = {BOOKS, STATIONERY, BEANS}
RETURN_DAYS = (1, 12)
GIFT_EVERY_DAYS, HELP_EVERY_DAYS, TREAT_EVERY_DAYS, MISTAKE_EVERY_DAYS, PHONE_EVERY_DAYS = 9, 12, 75, 70, 40
STAMPS_DAY = 40
TREATED = {LI_JING.email, MEI.email, CHAN_KA_YAN.email}
# How many days ago Ka Yan had what.
KA_YANS_REWARDS = ((500, 4), (330, 3), (240, 4), (150, 4), (80, 2), (25, 3))
GIFTS = {
    "en": ("Happy birthday! Have a coffee on me.", "Thank you for the lift.", "For your first week at work"),
    "zh-hans": ("生日快乐，请你喝咖啡！", "谢谢你的帮忙", "新年快乐"),
    "zh-hant": ("生日快樂，請你喝咖啡！", "謝謝你的幫忙", "新年快樂"),
}
HELP = (
    (40, AdjustmentReason.GOODWILL, "Waited twenty minutes for a flat white; apologised."),
    (120, AdjustmentReason.MISSING_PURCHASE, "Paper receipt shown; the till had been offline."),
    (200, AdjustmentReason.GOODWILL, "The book arrived with a torn cover; kept it."),
    (-60, AdjustmentReason.MISTAKE, "Colleague's purchase had been rung up on this card."),
    (80, AdjustmentReason.OTHER, "Found a wallet in the shop and brought it to us."),
)
BIG_HELP = (
    (1_200, AdjustmentReason.MISSING_PURCHASE, "Office order of March paid by bank transfer, never rung up."),
    (800, AdjustmentReason.GOODWILL, "Wedding cake delivered a day late."),
)


class Episodes:
    """Notes in the agenda what befalls whom."""

    def __init__(
        self,
        *,
        people: Sequence[Person],
        staff: dict[str, User],
        user_ids: dict[str, int],
        agenda: Agenda,
        random: Random,
        days: tuple[date, date],
        draw_phone: Callable[[], str],
    ) -> None:
        """``days``: the story's first and last."""
        self.draw_phone = draw_phone
        self.people = people
        self.by_email = {person.email: person for person in people if person.email}
        self.staff = staff
        self.user_ids = user_ids
        self.agenda = agenda
        self.random = random
        self.first, self.last = days
        self.next_is_wrong = False

    def plan(self) -> None:
        """Note everything that is certain to happen."""
        for person in self.people:
            if person.claims_after:
                self.agenda.add(person.enrolled_at + person.claims_after, partial(self._claim, person))
        stamps = partial(import_stamp_cards, self.people, self.random, self.staff[MANAGER.email])
        self.agenda.add(moment(self.first + timedelta(days=STAMPS_DAY), time(10, 40)), stamps)
        for at in self._every(GIFT_EVERY_DAYS, time(19, 40)):
            self.agenda.add(at, self._gift)
        for at in self._every(HELP_EVERY_DAYS, time(16, 5)):
            self.agenda.add(at, self._help)
        for at in self._every(TREAT_EVERY_DAYS, time(13, 10)):
            self.agenda.add(at, self._treat)
        for at in self._every(MISTAKE_EVERY_DAYS, time(11, 30)):
            self.agenda.add(at, self._press_twice)
        for number, days in enumerate((400, 250)):
            self.agenda.add(self._ago(days, 11), partial(self._ask_for_approval, BIG_HELP[number], approve_adjustment))
        doubtful = (2_000, AdjustmentReason.OTHER, "Says that an older stamp card was full; has none to show.")
        self.agenda.add(self._ago(160, 14), partial(self._ask_for_approval, doubtful, refuse_adjustment))
        waiting = (650, AdjustmentReason.MISSING_PURCHASE, "Two book orders under a maiden name, receipts attached.")
        self.agenda.add(self._ago(1, 17), partial(self._ask_for_approval, waiting, None))
        for at in self._every(PHONE_EVERY_DAYS, time(20, 15)):
            self.agenda.add(at, self._prove_phone)
        self.agenda.add(self._ago(210, 15), self._honour)
        self.agenda.add(self._ago(45, 12), self._merge)
        self.agenda.add(self._ago(33, 10), self._close)
        self.agenda.add(self._ago(20, 9), self._freeze)
        for days, reward in KA_YANS_REWARDS:
            self.agenda.add(self._ago(days, 16), partial(redeem, self.by_email[CHAN_KA_YAN.email], REWARDS[reward]))
        self.agenda.add(self._ago(66, 20), partial(self._give, LI_JING.email, MEI.email, 120))
        self.agenda.add(self._ago(12, 18), partial(self._give, MEI.email, CHAN_KA_YAN.email, 200))

    def follow(self, person: Person, receipt: Receipt) -> None:
        """Note what will come of a purchase: mostly nothing, and of the main characters' never."""
        if person.is_main_character:
            return
        chance = self.random.random()
        positions = [at for at, line in enumerate(receipt.lines, 1) if line.category in RETURNABLE]
        if positions and chance < RETURN_SHARE:
            day = receipt.occurred_at + timedelta(days=self.random.randint(*RETURN_DAYS))
            at = moment(day.date(), time(self.random.randint(10, 20), self.random.randrange(60)))
            self.agenda.add(at, partial(self._return, person, receipt, self.random.choice(positions)))
        elif self.next_is_wrong and len(receipt.lines) > 1:
            self.next_is_wrong = False
            at = moment(receipt.occurred_at.date() + timedelta(days=1), time(9, 25))
            self.agenda.add(at, partial(self._correct, person, receipt))

    def _every(self, days: int, at: time) -> list[datetime]:
        length = (self.last - self.first).days
        return [moment(self.first + timedelta(days=day), at) for day in range(30, length + 1, days)]

    def _ago(self, days: int, hour: int) -> datetime:
        """A moment so long before the end; in a short story, on a day in proportion."""
        length = (self.last - self.first).days
        return moment(self.last - timedelta(days=min(days, length * days // 730 + 1)), time(hour, 20))

    def _somebody(self, suits: Callable[[Person], bool]) -> Person | None:
        """A member that something can happen to; the main characters have lives of their own."""
        able = [
            person
            for person in self.people
            if person.number and not person.has_left and not person.is_main_character and suits(person)
        ]
        return self.random.choice(able) if able else None

    def _claim(self, person: Person, now: datetime) -> None:
        if not person.has_left:
            join_online(user_id=self.user_ids[person.email or ""], now=now)

    def _prove_phone(self, now: datetime) -> None:
        """Somebody who joined online brings their phone along, by the code that it is sent."""
        if person := self._somebody(lambda person: person.has_sign_in and not (person.phone or person.claims_after)):
            prove_phone(person, self.user_ids[person.email or ""], self.draw_phone(), now)

    def _return(self, person: Person, receipt: Receipt, position: int, now: datetime) -> None:
        if not person.has_left:
            record_return(
                store_id=receipt.store_id,
                purchase_external_id=receipt.external_id,
                external_id=f"R-{receipt.external_id}",
                occurred_at=now,
                lines=[ReturnedLine(position=position)],
                now=now,
            )

    def _press_twice(self, _now: datetime) -> None:
        self.next_is_wrong = True

    def _correct(self, person: Person, receipt: Receipt, now: datetime) -> None:
        """The till had rung something up twice."""
        if not person.has_left:
            lines = receipt.lines[:-1]
            mended = replace(receipt, lines=lines, amount=sum(line.amount for line in lines))
            correct_purchase(receipt=mended, reason="Rung up twice", now=now)

    def _gift(self, now: datetime) -> None:
        giver = self._somebody(lambda person: person.available > 150 and person.may_spend)
        friend = giver and self._somebody(lambda person: person is not giver and person.language == giver.language)
        if giver and friend:
            self._transfer(giver, friend, self.random.choice((50, 100, 150)), now)

    def _treat(self, now: datetime) -> None:
        """Main characters have a coffee and keep the rest, so that some points are always about to expire."""
        for person in self.people:
            if person.email in TREATED and person.available >= COFFEE.points:
                redeem(person, COFFEE, now)

    def _give(self, giver: str, friend: str, points: int, now: datetime) -> None:
        self._transfer(self.by_email[giver], self.by_email[friend], points, now)

    def _transfer(self, giver: Person, friend: Person, points: int, now: datetime) -> None:
        try:
            give_gift(
                sender_id=giver.member_id,
                recipient_number=friend.number,
                points=points,
                key=f"demo-{now.timestamp():.0f}",
                message=self.random.choice(GIFTS[giver.language]),
                now=now,
            )
        except NotEnoughPoints as refusal:
            giver.available = refusal.params["available"]
        else:
            giver.available -= points

    def _help(self, now: datetime) -> None:
        points, reason, note = self.random.choice(HELP)
        if person := self._somebody(lambda person: person.available > -points):
            self._adjust(person, points, reason, note, now)

    def _adjust(self, person: Person, points: int, reason: str, note: str, now: datetime) -> int | None:
        try:
            adjustment = request_adjustment(
                member_id=person.member_id,
                points=points,
                reason=reason,
                note=note,
                requested_by=self.staff[SERVICE.email],
                now=now,
            )
        except NotEnoughPoints as refusal:
            person.available = refusal.params["available"]
            return None
        return adjustment.pk

    def _ask_for_approval(
        self, wish: tuple[int, str, str], decide: Callable[..., object] | None, now: datetime
    ) -> None:
        """Service asks, and the next morning a manager decides, unless the story ends before that."""
        if person := self._somebody(lambda person: person.available > 0):
            adjustment_id = self._adjust(person, *wish, now)
            if decide and adjustment_id:
                manager = self.staff[MANAGER.email]
                morning = moment(now.date() + timedelta(days=1), time(9, 5))
                self.agenda.add(morning, lambda at: decide(adjustment_id=adjustment_id, decided_by=manager, now=at))

    def _honour(self, now: datetime) -> None:
        """An author who reads in the shops is a guest of the house for a year."""
        if person := self._somebody(lambda person: person.available < 500):
            assign_tier(
                member_id=person.member_id,
                tier_id=Tier.objects.values_list("pk", flat=True).get(code="gold"),
                note="Reads from her new book in all three shops",
                until_date=self.last + timedelta(days=155),
                actor=self.staff[MANAGER.email],
                now=now,
            )

    def _merge(self, now: datetime) -> None:
        """Somebody had two cards."""
        second = self.people[-1]
        if second.first_card:
            merge_members(
                keep_id=second.first_card.member_id,
                absorb_id=second.member_id,
                reason="Same person: had forgotten their card and was given a second one",
                actor=self.staff[MANAGER.email],
                now=now,
            )
            second.has_left = True

    def _close(self, now: datetime) -> None:
        if person := self._somebody(lambda person: person.available > 0):
            close_member(
                member_id=person.member_id,
                reason="Moves abroad and asked to close the account",
                points_may_be_lost=True,
                actor=self.staff[MANAGER.email],
                now=now,
            )
            person.has_left = True

    def _freeze(self, now: datetime) -> None:
        if person := self._somebody(lambda person: person.available > 0):
            freeze_member(
                member_id=person.member_id,
                reason="Points from six new cards arrived within an hour; to be looked into",
                actor=self.staff[APPROVER.email],
                now=now,
            )
            person.is_frozen = True
