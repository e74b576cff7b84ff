"""What the main characters buy, so that each of their pages tells its story whatever the seed and the day.

Others shop as chance has it. These have a sum to spend in a stretch of days, and the tiers follow from the sums.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from members import clock
from members.demo.accounts import CHAN_KA_YAN, LEO, LI_JING, MEI, ZHOU_MING
from members.demo.articles import BAKERY, BEANS, BOOKS, COFFEE, SHELVES, STATIONERY
from members.demo.people import Person
from members.demo.programme import ONE_YUAN, WEB_CODE
from members.demo.shopping import BROWSE, Visit, fill_bag, line_of, visit_on
from members.services.receipts import ReceiptLine
from members.tier_windows import add_months, month_end

ONE_DAY = timedelta(days=1)
# What a visit comes to, on the whole.
A_VISIT = 66 * ONE_YUAN
IN_SHOPS, ONLINE_TOO = (COFFEE, BAKERY, BOOKS, STATIONERY, BEANS), (BOOKS, STATIONERY, BEANS)


class Stretch(NamedTuple):
    """So much to spend between two days, both included; ``total`` in minor units."""

    first: date
    last: date
    total: int


def persona_visits(person: Person, *, random: Random, last: date) -> Iterator[Visit]:
    """All visits of a main character, with what is bought."""
    joined = clock.local_date(person.enrolled_at)
    if person.email == LEO.email:
        yield _first_visit(person)
        return
    for stretch in STORIES[person.email or ""](joined, last):
        yield from _spend(person, stretch, random)


def _growing(joined: date, last: date) -> list[Stretch]:
    """Li Jing: Silver, 130 yuan and some short of Gold, which she never had."""
    return [Stretch(joined + ONE_DAY, last - ONE_DAY, 2_870 * ONE_YUAN)]


def _about_to_lapse(joined: date, last: date) -> list[Stretch]:
    """Mei: reached Gold in this month of last year, and holds it to the end of this month; 380 yuan more keep it."""
    reached = add_months(last.replace(day=1), -12)
    return [
        Stretch(joined + ONE_DAY, reached - ONE_DAY, 2_760 * ONE_YUAN),
        Stretch(reached, month_end(reached), 420 * ONE_YUAN),
        Stretch(month_end(reached) + ONE_DAY, last - ONE_DAY, 2_620 * ONE_YUAN),
    ]


def _diamond(joined: date, last: date) -> list[Stretch]:
    """Ka Yan: spends more than anybody, and a little more this year than last."""
    a_year_ago = last - timedelta(days=360)
    return [
        Stretch(joined + ONE_DAY, a_year_ago, 7_100 * ONE_YUAN),
        Stretch(a_year_ago + ONE_DAY, last - ONE_DAY, 9_800 * ONE_YUAN),
    ]


def _lapsed(joined: date, last: date) -> list[Stretch]:
    """Zhou Ming: was Silver, bought most in this month of last year, stopped nine months ago, lost Silver since."""
    first_to_expire, a_year_ago = add_months(last.replace(day=1), -12), add_months(last, -12)
    return [
        Stretch(joined + ONE_DAY, joined + timedelta(days=160), 1_150 * ONE_YUAN),
        Stretch(first_to_expire, a_year_ago, 480 * ONE_YUAN),
        Stretch(a_year_ago + timedelta(days=30), add_months(last, -9), 260 * ONE_YUAN),
    ]


STORIES = {
    LI_JING.email: _growing,
    MEI.email: _about_to_lapse,
    CHAN_KA_YAN.email: _diamond,
    ZHOU_MING.email: _lapsed,
}


def _first_visit(person: Person) -> Visit:
    """Leo: a coffee, something with it, and a book."""
    wanted = ((COFFEE, 1), (BAKERY, 0), (BOOKS, 3))
    lines = tuple(line_of(SHELVES[category][place], category) for category, place in wanted)
    return Visit(person.enrolled_at + timedelta(minutes=12), person, person.store_code, BROWSE, lines)


def _spend(person: Person, stretch: Stretch, random: Random) -> Iterator[Visit]:
    """Visits at an even pace with bags that come to the total, less what buys nothing; days before joining are out."""
    days = (stretch.last - stretch.first).days + 1
    count = max(min(round(stretch.total / A_VISIT), days), 1)
    spent = 0
    for number in range(count):
        place = (number + random.uniform(0.2, 0.8)) / count if number < count - 1 else (count - 0.1) / count
        day = stretch.first + timedelta(days=int(place * days))
        visit = _not_at_breakfast(visit_on(person, day, random), random)
        lines = _bag(visit, stretch.total * (number + 1) // count - spent, random)
        spent += sum(line.amount for line in lines)
        if lines and day > clock.local_date(person.enrolled_at):
            yield visit._replace(lines=lines)


def _not_at_breakfast(visit: Visit, random: Random) -> Visit:
    """Half of the early coffees become a longer stay: these people are here for the books, too."""
    return visit._replace(kind=BROWSE) if visit.store_code != WEB_CODE and random.random() < 0.5 else visit


def _bag(visit: Visit, budget: int, random: Random) -> tuple[ReceiptLine, ...]:
    """What somebody with a budget buys: what they would have, as far as it goes, and then whatever fits best."""
    lines: list[ReceiptLine] = []
    for line in fill_bag(visit, random):
        if line.amount <= budget:
            lines.append(line)
            budget -= line.amount
    shelves = ONLINE_TOO if visit.store_code == WEB_CODE else IN_SHOPS
    while fitting := _best(shelves, budget, taken={line.sku for line in lines}):
        lines.append(fitting)
        budget -= fitting.amount
    return tuple(lines)


def _best(shelves: tuple[str, ...], budget: int, *, taken: set[str]) -> ReceiptLine | None:
    """The dearest thing within a budget that is not in the bag yet."""
    within = [
        (article.price, article.sku, category)
        for category in shelves
        for article in SHELVES[category]
        if article.price <= budget and article.sku not in taken
    ]
    if not within:
        return None
    price, sku, category = max(within)
    return ReceiptLine(price, sku, category, 1)
