"""How the people of the demo programme shop: on which days, at what hour, and what is in the bag."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from members import clock
from members.demo.calendar import BOOK_DECEMBER, DECEMBER, HIGHEST, pull
from members.demo.people import Habit, Person, moment
from members.demo.programme import BAKERY, BEANS, BOOKS, COFFEE, SHOP_CODES, STATIONERY, WEB_CODE
from members.services.receipts import ReceiptLine

YEAR_DAYS = 365
FRIDAY = 4


class Article(NamedTuple):
    """Something on the shelf; the price in minor units."""

    sku: str
    price: int


SHELVES: dict[str, tuple[Article, ...]] = {
    COFFEE: (
        Article("COF-AMERICANO", 2_200), Article("COF-FLAT-WHITE", 2_800), Article("COF-LATTE", 3_000),
        Article("COF-OAT-LATTE", 3_400), Article("COF-POUR-OVER", 3_800), Article("COF-COLD-BREW", 3_200),
        Article("COF-OSMANTHUS", 3_600),
    ),
    BAKERY: (
        Article("BAK-CROISSANT", 1_800), Article("BAK-BAGEL", 1_600), Article("BAK-EGG-TART", 1_200),
        Article("BAK-CHEESECAKE", 3_200), Article("BAK-MATCHA-ROLL", 2_800), Article("BAK-SOURDOUGH", 3_800),
    ),
    BEANS: (
        Article("BEA-YUNNAN-250", 7_800), Article("BEA-ETHIOPIA-250", 9_800), Article("BEA-DECAF-250", 8_800),
        Article("BEA-HOUSE-500", 12_800), Article("BEA-DRIP-BAGS-10", 6_800),
    ),
    BOOKS: (
        Article("BOK-9787020002207", 5_970), Article("BOK-9787544291170", 4_550), Article("BOK-9787532731077", 3_900),
        Article("BOK-9787508647357", 6_800), Article("BOK-9787559620187", 8_800), Article("BOK-9780141036144", 7_200),
        Article("BOK-9787201094014", 4_200), Article("BOK-9787213089725", 12_800), Article("BOK-9789861755267", 9_600),
        Article("BOK-9787550013247", 3_500), Article("BOK-9780241988268", 10_500), Article("BOK-9787115546081", 9_980),
    ),
    STATIONERY: (
        Article("STA-NOTEBOOK-A5", 4_500), Article("STA-FOUNTAIN-PEN", 12_800), Article("STA-POSTCARDS", 1_500),
        Article("STA-CALENDAR", 6_800), Article("STA-TOTE", 5_900), Article("STA-BOOKMARK", 1_200),
    ),
}  # fmt: skip

MORNING, BROWSE, ONLINE = "morning", "browse", "online"
# How likely something of a category is in the bag.
BAGS: dict[str, tuple[tuple[str, float], ...]] = {
    MORNING: ((COFFEE, 0.97), (BAKERY, 0.42), (BOOKS, 0.03)),
    BROWSE: ((COFFEE, 0.72), (BAKERY, 0.3), (BOOKS, 0.38), (STATIONERY, 0.13), (BEANS, 0.07)),
    ONLINE: ((BOOKS, 0.66), (BEANS, 0.42), (STATIONERY, 0.22)),
}
MAIN_ARTICLE = {MORNING: COFFEE, BROWSE: COFFEE, ONLINE: BOOKS}
# Who buys a second one of the same.
TWICE = {COFFEE: 0.16, BAKERY: 0.14, BEANS: 0.08, BOOKS: 0.05, STATIONERY: 0.1}
ANOTHER_BOOK = 0.3


class Visit(NamedTuple):
    """Somebody buys something."""

    at: datetime
    person: Person
    store_code: str
    kind: str


def visits_of(person: Person, *, random: Random, last: date) -> Iterator[Visit]:
    """All visits of a person: mostly one on the day of joining, then by habit, season and change of heart."""
    joined = clock.local_date(person.enrolled_at)
    if person.is_main_character or random.random() < 0.8:
        kind = ONLINE if person.store_code == WEB_CODE else BROWSE
        yield Visit(person.enrolled_at + timedelta(minutes=random.randint(2, 25)), person, person.store_code, kind)
    days = _steady_days if person.is_main_character else _days
    for day in days(person, random=random, first=joined + timedelta(days=1), last=last):
        yield _visit(person, day, random)


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


def _steady_days(person: Person, *, random: Random, first: date, last: date) -> Iterator[date]:
    """Days without long pauses, so that the main characters are where their stories want them, whatever the seed."""
    between = YEAR_DAYS / (person.habit.visits * person.pace)
    passed, days = random.uniform(0, between), (last - first).days
    while passed <= days:
        yield first + timedelta(days=int(passed))
        passed += between * random.uniform(0.4, 1.6)


def _visit(person: Person, day: date, random: Random) -> Visit:
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
            lines.append(_line(category, random))
            if category == BOOKS and random.random() < ANOTHER_BOOK:
                lines.append(_line(category, random))
    return tuple(lines) or (_line(MAIN_ARTICLE[visit.kind], random),)


def _line(category: str, random: Random) -> ReceiptLine:
    article = random.choice(SHELVES[category])
    quantity = 2 if random.random() < TWICE[category] else 1
    return ReceiptLine(article.price * quantity, article.sku, category, quantity)
