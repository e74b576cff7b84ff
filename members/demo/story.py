"""The demo programme, told day by day through the services that real tills, members and staff use."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from django.conf import settings

from members import clock
from members.demo.accounts import MANAGER
from members.demo.agenda import Agenda
from members.demo.episodes import Episodes
from members.demo.inboxes import fill_inboxes
from members.demo.people import People, Person, moment
from members.demo.personas import persona_visits
from members.demo.programme import open_programme, planned_changes
from members.demo.redemptions import LOWEST_PRICE, consider_reward
from members.demo.shopping import Visit, fill_bag, visits_of
from members.demo.sign_ins import make_users
from members.demo.webhooks import make_webhooks
from members.models import User
from members.services.enrolment_drafts import Enrolment
from members.services.enrolments import enrol_members
from members.services.jobs import replay_days, run_verification
from members.services.purchases import record_purchases
from members.services.receipts import Receipt
from members.tier_windows import add_months

MONTHS = 24
OPENING_TIME = time(6, 30)
# Tills send what was bought in the course of a day when it is over.
CLOSING = timedelta(seconds=1)
# Receipts of a till that was cut off come days later.
LATE_SHARE = 0.006
LATE_DAYS = (2, 9)


class Story:
    """What happens in the demo programme up to a moment; the same for the same seed, size and moment."""

    def __init__(self, *, seed: int, members: int, until: datetime, months: int = MONTHS) -> None:
        """Invent the people; nothing is stored before ``tell``."""
        self.random = Random(f"story {seed}")
        self.until = until
        self.last = clock.local_date(until)
        self.first = add_months(self.last, -months)
        self.draw_number = Random(f"numbers {seed}").randrange
        self.people_draw = People(random=Random(f"people {seed}"), first=self.first, last=self.last)
        self.people = self.people_draw.draw(members)
        self.agenda = Agenda()
        self.late: dict[date, list[tuple[Person, Receipt]]] = defaultdict(list)
        self.receipt_numbers: Counter[tuple[str, date]] = Counter()
        self.stores: dict[str, int] = {}
        self.staff: dict[str, User] = {}
        self.user_ids: dict[str, int] = {}

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def tell(self) -> Iterator[date]:
        """Let it happen; yields each day when it is over. One transaction around it keeps all or nothing."""
        self.stores = open_programme()
        make_webhooks(opened_at=clock.day_start(self.first))
        self.staff, self.user_ids = make_users(people=self.people, opened_at=clock.day_start(self.first))
        episodes = Episodes(
            people=self.people,
            staff=self.staff,
            user_ids=self.user_ids,
            agenda=self.agenda,
            random=self.random,
            days=(self.first, self.last),
            draw_phone=self.people_draw.draw_phone,
        )
        episodes.plan()
        changes = planned_changes(self.first, self.last)
        newcomers = self._by_day(self.people)
        visits = self._visits()
        for day in replay_days(first=self.first, last=self.last):
            for change in changes:
                if change.day == day:
                    change.carry_out(moment(day, OPENING_TIME), self.staff[MANAGER.email])
            self._enrol(newcomers.get(day, []), day)
            self._shop(visits.pop(day, []), day, episodes)
            yield day
        run_verification(now=self.until)
        fill_inboxes(until=self.until)

    def _by_day(self, people: list[Person]) -> dict[date, list[Person]]:
        days: dict[date, list[Person]] = {}
        for person in sorted(people, key=lambda person: person.enrolled_at):
            if person.enrolled_at <= self.until:
                days.setdefault(clock.local_date(person.enrolled_at), []).append(person)
        return days

    def _visits_of(self, person: Person) -> Iterator[Visit]:
        tell = persona_visits if person.is_main_character else visits_of
        return tell(person, random=self.random, last=self.last)

    def _visits(self) -> dict[date, list[Visit]]:
        visits = sorted(
            (visit for person in self.people for visit in self._visits_of(person) if visit.at <= self.until),
            key=lambda visit: visit.at,
        )
        days: dict[date, list[Visit]] = {}
        for visit in visits:
            days.setdefault(visit.at.date(), []).append(visit)
        return days

    def _closing(self, day: date) -> datetime:
        return min(clock.day_end(day) - CLOSING, self.until)

    def _enrol(self, people: list[Person], day: date) -> None:
        if not people:
            return
        enrolments = [self._enrolment(person) for person in people]
        results = enrol_members(enrolments=enrolments, now=self._closing(day), draw=self.draw_number)
        for person, result in zip(people, results, strict=True):
            if result.error:
                raise result.error
            person.number, person.member_id = result.number, result.member_id or 0

    def _enrolment(self, person: Person) -> Enrolment:
        month, day, year = person.birthday
        return Enrolment(
            channel=person.channel,
            phone=person.phone,
            email=person.email,
            name=person.name,
            language=person.language,
            store_id=self.stores[person.store_code],
            birth_month=month,
            birth_day=day,
            birth_year=year,
            user_id=self.user_ids.get(person.email or "") if person.claims_after is None else None,
            enrolled_at=person.enrolled_at,
        )

    def _shop(self, visits: list[Visit], day: date, episodes: Episodes) -> None:
        """A day: what people do with their points as it goes, and at its end what the tills recorded."""
        bought = [(person, receipt) for person, receipt in self.late.pop(day, []) if not person.has_left]
        for visit in visits:
            if visit.person.number and not visit.person.has_left:
                receipt = self._receipt(visit)
                if self._is_late(visit):
                    self.late[day + timedelta(days=self.random.randint(*LATE_DAYS))].append((visit.person, receipt))
                else:
                    bought.append((visit.person, receipt))
                    episodes.follow(visit.person, receipt)
                if visit.person.available >= LOWEST_PRICE:
                    self.agenda.add(visit.at, partial(consider_reward, visit.person, self.random))
        self.agenda.carry_out(until=self._closing(day))
        self._record(bought, now=self._closing(day))

    def _receipt(self, visit: Visit) -> Receipt:
        lines = visit.lines or fill_bag(visit, self.random)
        store, day = visit.store_code, visit.at.date()
        self.receipt_numbers[store, day] += 1
        return Receipt(
            store_id=self.stores[store],
            external_id=f"{store[:2].upper()}-{day:%y%m%d}-{self.receipt_numbers[store, day]:03d}",
            member_number=visit.person.number,
            occurred_at=visit.at,
            amount=sum(line.amount for line in lines),
            currency=settings.PROGRAMME_CURRENCY,
            lines=lines,
        )

    def _is_late(self, visit: Visit) -> bool:
        return visit.kind != "online" and not visit.person.is_main_character and self.random.random() < LATE_SHARE

    def _record(self, bought: list[tuple[Person, Receipt]], *, now: datetime) -> None:
        if not bought:
            return
        results = record_purchases(receipts=[receipt for _, receipt in bought], now=now)
        for (person, _), result in zip(bought, results, strict=True):
            if result.error:
                raise result.error
            person.available = result.available
