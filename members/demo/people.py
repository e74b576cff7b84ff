"""Who the members of the demo programme are: made up, in three languages, the same for the same seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from members import clock
from members.demo.accounts import CHAN_KA_YAN, LEO, LI_JING, MEI, ZHOU_MING, DemoAccount
from members.demo.names import Name, draw_name
from members.demo.programme import SHOP_CODES, WEB_CODE
from members.models import Channel

LANGUAGES = ("zh-hans", "en", "zh-hant")
LANGUAGE_SHARES = (54, 26, 20)
MAIL_HOSTS = ("mail.example", "post.example", "letters.example")
# Numbers as Chinese mobile phones have, from ranges of zeros, which nobody is likely to hold.
PHONE_PREFIXES = ("+8613800", "+8613900", "+8615800", "+8618600", "+8619900")
BIRTH_YEARS = (1952, 2007)
# How long the programme's opening weeks, in which the neighbourhood joins, last.
OPENING_DAYS = 42
JOINED_AT_OPENING = 0.22


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody shops. ``visits`` a year; the shares are of one."""

    code: str
    visits: float
    web: float
    morning: float
    """Of visits on working days, those on the way to work."""
    seasonal: float = 1.0
    """How much feasts and sales move them."""


LOYAL = Habit("loyal", visits=56, web=0.12, morning=0.55)
REGULAR = Habit("regular", visits=15, web=0.18, morning=0.35)
OCCASIONAL = Habit("occasional", visits=4.5, web=0.2, morning=0.15)
GIFT_GIVER = Habit("gifts", visits=3.5, web=0.55, morning=0.05, seasonal=2.2)
VISITOR = Habit("visitor", visits=1.2, web=0.1, morning=0.1)
HABITS = (LOYAL, REGULAR, OCCASIONAL, GIFT_GIVER, VISITOR)
HABIT_SHARES = (8, 25, 42, 14, 11)


@dataclass(slots=True)
class Person:
    """Somebody who will join, and how they shop; ``number``, ``member_id`` and ``available`` follow once they have."""

    name: str
    language: str
    phone: str | None
    email: str | None
    birthday: tuple[int | None, int | None, int | None]
    store_code: str
    enrolled_at: datetime
    habit: Habit
    pace: float
    """Times the visits of their habit."""
    slows_on: date | None = None
    slower: float = 0.0
    """What is left of their pace from that day on; 0: they stop coming."""
    has_sign_in: bool = False
    claims_after: timedelta | None = None
    """How long after joining at a till they find their card online."""
    is_main_character: bool = False
    first_card: "Person | None" = None
    """The same person's other card, if this is their second."""
    number: str = ""
    member_id: int = 0
    available: int = 0
    """Points to spend after the last purchase."""
    has_left: bool = False
    """The card was closed or merged."""
    is_frozen: bool = False

    @property
    def may_spend(self) -> bool:
        """Whether a till would let them."""
        return not (self.has_left or self.is_frozen)

    @property
    def channel(self) -> str:
        """Where they joined."""
        return Channel.WEB if self.store_code == WEB_CODE else Channel.SHOP


class People:
    """Draws people whose phones and emails are all different."""

    def __init__(self, *, random: Random, first: date, last: date) -> None:
        self.random = random
        self.first = first
        self.last = last
        self.serials = {prefix: random.sample(range(1_000_000), 10_000) for prefix in PHONE_PREFIXES}
        self.mailboxes: dict[str, Iterator[int]] = {}

    def draw(self, members: int) -> list[Person]:
        """Those to sign in as, and others."""
        people = [self._mei(), self._li_jing(), self._chan_ka_yan(), self._leo(), self._zhou_ming()]
        people += [self._anybody() for _ in range(members - len(people) - 1)]
        return [*people, self._second_card(people)][:members]

    def day_ago(self, days: int) -> date:
        """A day so long before the story's last one, but never before its first."""
        return max(self.last - timedelta(days=days), self.first)

    def _mei(self) -> Person:
        person = self._lead(MEI, joined=705, shop=SHOP_CODES[0], birthday=(11, 27, 1991), habit=LOYAL, pace=1.1)
        person.claims_after = timedelta(days=3, hours=11)
        return person

    def _li_jing(self) -> Person:
        return self._lead(LI_JING, joined=330, shop=WEB_CODE, birthday=(2, 29, 1996), habit=REGULAR, pace=1.3)

    def _chan_ka_yan(self) -> Person:
        return self._lead(CHAN_KA_YAN, joined=690, shop=SHOP_CODES[2], birthday=(8, 15, None), habit=LOYAL, pace=2.0)

    def _leo(self) -> Person:
        return self._lead(LEO, joined=3, shop=SHOP_CODES[1], birthday=(None, None, None), habit=OCCASIONAL, pace=1.0)

    def _zhou_ming(self) -> Person:
        return self._lead(ZHOU_MING, joined=640, shop=SHOP_CODES[0], birthday=(5, 4, 1988), habit=REGULAR, pace=1.0)

    def _lead(
        self,
        account: DemoAccount,
        *,
        joined: int,
        shop: str,
        birthday: tuple[int | None, int | None, int | None],
        habit: Habit,
        pace: float,
    ) -> Person:
        return Person(
            name=account.name,
            language=account.language,
            phone=self.draw_phone(),
            email=account.email,
            birthday=birthday,
            store_code=shop,
            enrolled_at=moment(self.day_ago(joined), time(9, 12)),
            habit=habit,
            pace=pace,
            has_sign_in=True,
            is_main_character=True,
        )

    def _second_card(self, people: Sequence[Person]) -> Person:
        """Somebody who signs in since long ago, and forgot that at a till."""
        first_card = min(people[1:], key=lambda person: (not person.has_sign_in, person.enrolled_at))
        return Person(
            name=first_card.name,
            language=first_card.language,
            phone=self.draw_phone(),
            email=None,
            birthday=(None, None, None),
            store_code=SHOP_CODES[1],
            enrolled_at=moment(self.day_ago(200), time(12, 31)),
            habit=REGULAR,
            pace=1.0,
            first_card=first_card,
        )

    def _anybody(self) -> Person:
        random = self.random
        [language] = random.choices(LANGUAGES, LANGUAGE_SHARES)
        name = draw_name(random, language)
        [habit] = random.choices(HABITS, HABIT_SHARES)
        is_online = random.random() < max(habit.web, 0.25)
        joined = self._joins_on()
        has_email = is_online or random.random() < 0.45
        person = Person(
            name=name.shown,
            language=language,
            phone=self.draw_phone() if not is_online or random.random() < 0.6 else None,
            email=self._email(name) if has_email else None,
            birthday=self._birthday(),
            store_code=WEB_CODE if is_online else random.choices(SHOP_CODES, (5, 4, 3))[0],
            enrolled_at=moment(joined, time(random.randint(9, 20), random.randint(0, 59), random.randint(0, 59))),
            habit=habit,
            pace=random.lognormvariate(0, 0.35),
        )
        self._change_of_heart(person, joined)
        if has_email and is_online:
            person.has_sign_in = True
        elif has_email and random.random() < 0.15:
            person.has_sign_in, person.claims_after = True, timedelta(hours=random.uniform(4, 24 * 60))
        return person

    def _joins_on(self) -> date:
        days = (self.last - self.first).days
        if self.random.random() < JOINED_AT_OPENING:
            return self.first + timedelta(days=self.random.randint(0, min(OPENING_DAYS, days)))
        return self.first + timedelta(days=self.random.randint(0, days))

    def _change_of_heart(self, person: Person, joined: date) -> None:
        """A third come less and less, or not at all, from some day on."""
        if self.random.random() < 0.35:
            person.slows_on = joined + timedelta(days=int(self.random.expovariate(1 / 200)) + 30)
            person.slower = self.random.choice((0.0, 0.0, 0.2, 0.4))

    def draw_phone(self) -> str:
        """A phone number that nobody else has."""
        prefix = self.random.choice(PHONE_PREFIXES)
        return f"{prefix}{self.serials[prefix].pop():06d}"

    def _email(self, name: Name) -> str:
        serial = next(self.mailboxes.setdefault(name.mailbox, count()))
        return f"{name.mailbox}{serial or ''}@{self.random.choice(MAIL_HOSTS)}"

    def _birthday(self) -> tuple[int | None, int | None, int | None]:
        if self.random.random() < 0.3:
            return None, None, None
        born = date(self.random.randint(*BIRTH_YEARS), 1, 1) + timedelta(days=self.random.randrange(365))
        if self.random.random() < 0.01:
            born = date(self.random.choice((1988, 1992, 1996, 2000)), 2, 29)
        return born.month, born.day, born.year if self.random.random() < 0.6 else None


def moment(day: date, at: time) -> datetime:
    """A time of day of the programme."""
    return datetime.combine(day, at, tzinfo=clock.programme_zone())
