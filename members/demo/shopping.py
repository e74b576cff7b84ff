"""How the people of the demo programme shop: on which days, at what hour, and what is in the bag."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from members import clock
from members.demo.articles import BAKERY, BEANS, BOOKS, COFFEE, SHELVES, STATIONERY, TEA, Article
from members.demo.calendar import BOOK_DECEMBER, DECEMBER, HIGHEST, pull
from members.demo.people import Habit, Person, moment
from members.demo.programme import SHOP_CODES, WEB_CODE
from members.services.receipts import ReceiptLine

YEAR_DAYS = 365
FRIDAY = 4


MORNING, BROWSE, ONLINE = "morning", "browse", "online"
# How likely something of a category is in the bag.
BAGS: dict[str, tuple[tuple[str, float], ...]] = {
    MORNING: ((COFFEE, 0.9), (TEA, 0.07), (BAKERY, 0.42), (BOOKS, 0.03)),
    BROWSE: ((COFFEE, 0.55), (TEA, 0.17), (BAKERY, 0.3), (BOOKS, 0.38), (STATIONERY, 0.13), (BEANS, 0.07)),
    ONLINE: ((BOOKS, 0.66), (BEANS, 0.42), (STATIONERY, 0.22)),
}
MAIN_ARTICLE = {MORNING: COFFEE, BROWSE: COFFEE, ONLINE: BOOKS}
# Who buys a second one of the same.
TWICE = {COFFEE: 0.16, TEA: 0.16, BAKERY: 0.14, BEANS: 0.08, BOOKS: 0.05, STATIONERY: 0.1}
ANOTHER_BOOK = 0.3


class Visit(NamedTuple):
    """Somebody buys something."""

    at: datetime
    person: Person
    store_code: str
    kind: str
    lines: tuple[ReceiptLine, ...] = ()
    """What is bought, where the story wants it so; otherwise what ``fill_bag`` finds."""


def visits_of(person: Person, *, random: Random, last: date) -> Iterator[Visit]:
    """All visits of a person: mostly one on the day of joining, then by habit, season and change of heart."""
    joined = clock.local_date(person.enrolled_at)
    if random.random() < 0.8:
        kind = ONLINE if person.store_code == WEB_CODE else BROWSE
        yield Visit(person.enrolled_at + timedelta(minutes=random.randint(2, 25)), person, person.store_code, kind)
    for day in _days(person, random=random, first=joined + timedelta(days=1), last=last):
        yield visit_on(person, day, random)


def _days(person: Person, *, random: Random, first: date, last: date) -> Iterator[date]:
    """Days at which the pull of the season, in proportion, brings somebody (a thinned Poisson process)."""
    habit = person.habit
    a_day = habit.visits * person.pace / YEAR_DAYS
    highest = a_day * HIGHEST * habit.seasonal
    passed, days = random.expovariate(highest), (last - first).days
    while passed <= days:
        day = first + timedelta(days=int(passed))
        season = pull(day, is_web=habit.web > random.random())
        if habit.seasonal > 1 < season:
            season *= habit.seasonal
        slower = person.slower if person.slows_on and day >= person.slows_on else 1.0
        if random.random() * highest < a_day * season * slower:
            yield day
        passed += random.expovariate(highest)


def visit_on(person: Person, day: date, random: Random) -> Visit:
    """When and where somebody comes by on a day."""
    habit = person.habit
    if random.random() < _web_share(habit, day):
        return Visit(moment(day, _time(random, 10, 23)), person, WEB_CODE, ONLINE)
    usual = person.store_code if person.store_code != WEB_CODE else SHOP_CODES[len(person.name) % len(SHOP_CODES)]
    store_code = usual if random.random() < 0.9 else random.choice(SHOP_CODES)
    if day.weekday() <= FRIDAY and random.random() < habit.morning:
        return Visit(moment(day, _time(random, 7, 9)), person, store_code, MORNING)
    return Visit(moment(day, _time(random, 10, 21)), person, store_code, BROWSE)


def _web_share(habit: Habit, day: date) -> float:
    """More of them on the days of the online sales."""
    return min(habit.web * max(pull(day, is_web=True) / pull(day, is_web=False), 1.0), 0.95)


def _time(random: Random, first_hour: int, last_hour: int) -> time:
    return time(random.randint(first_hour, last_hour), random.randrange(60), random.randrange(60))


def fill_bag(visit: Visit, random: Random) -> tuple[ReceiptLine, ...]:
    """What somebody buys on a visit."""
    more_books = BOOK_DECEMBER if visit.at.month == DECEMBER else 1.0
    lines = []
    for category, chance in BAGS[visit.kind]:
        if random.random() < chance * (more_books if category == BOOKS else 1.0):
            lines.append(_anything(category, random))
            if category == BOOKS and random.random() < ANOTHER_BOOK:
                lines.append(_anything(category, random))
    return tuple(lines) or (_anything(MAIN_ARTICLE[visit.kind], random),)


def _anything(category: str, random: Random) -> ReceiptLine:
    article = random.choice(SHELVES[category])
    return line_of(article, category, 2 if random.random() < TWICE[category] else 1)


def line_of(article: Article, category: str, quantity: int = 1) -> ReceiptLine:
    """A line of a receipt."""
    return ReceiptLine(article.price * quantity, article.sku, category, quantity)
