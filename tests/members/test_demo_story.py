"""Telling the demo's story: from a seed, into an empty programme only."""

from calendar import monthrange
from datetime import date, timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from members import clock
from members.demo.accounts import CHAN_KA_YAN, LEO, LI_JING, MEI, ZHOU_MING, DemoAccount
from members.demo.calendar import pull
from members.demo.people import LOYAL, People
from members.demo.personas import persona_visits
from members.demo.shopping import visits_of
from members.demo.story import Story
from members.models import Account, Member, Purchase
from members.phones import normalise_phone
from members.tier_windows import add_months
from tests.factories import MemberFactory, StoreFactory

FIRST, LAST = date(2024, 3, 1), date(2026, 3, 1)
Holdings = list[tuple[str, int, str]]


def holdings_after(*, seed: int) -> Holdings:
    """What each member has at the end of a small story, of which nothing is kept."""
    with transaction.atomic():
        for _ in Story(seed=seed, members=12, months=7, until=clock.day_start(LAST)).tell():
            pass
        rows = Account.objects.filter(member__isnull=False).order_by("member__number")
        found = list(rows.values_list("member__number", "available", "member__tier__code"))
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    story = holdings_after(seed=1)

    assert len(story) == 12
    assert holdings_after(seed=1) == story
    assert holdings_after(seed=2) != story


@pytest.mark.django_db
def test_an_interrupted_fill_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("members.demo.story.record_purchases", interrupted)

    with pytest.raises(KeyboardInterrupt):
        call_command("fill_demo", members=5, until=LAST)
    assert not Member.objects.exists()
    assert not Purchase.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [MemberFactory, StoreFactory])
def test_a_programme_with_data_of_its_own_is_left_alone(factory: type[MemberFactory]) -> None:
    factory.create()

    with pytest.raises(CommandError, match="empty ones only"):
        call_command("fill_demo")


def test_people_can_all_be_told_apart() -> None:
    people = People(random=Random(7), first=FIRST, last=LAST).draw(2_000)
    phones = [person.phone for person in people if person.phone]
    emails = [person.email for person in people if person.email]

    assert len(set(phones)) == len(phones)
    assert len(set(emails)) == len(emails)
    assert all(normalise_phone(phone) == phone for phone in phones[:50])
    assert all(person.phone or person.email for person in people)


def test_nobody_shops_before_joining_or_after_the_end() -> None:
    random = Random(7)
    people = People(random=random, first=FIRST, last=LAST).draw(200)

    visits = [visit for person in people for visit in visits_of(person, random=random, last=LAST)]

    assert all(visit.at > visit.person.enrolled_at and visit.at.date() <= LAST for visit in visits)


def test_loyal_people_come_about_as_often_as_their_habit_says() -> None:
    random = Random(7)
    people = [person for person in People(random=random, first=FIRST, last=LAST).draw(600) if person.habit is LOYAL]
    for person in people:
        person.enrolled_at, person.slows_on = clock.day_start(FIRST), None

    visits = sum(1 for person in people for _ in visits_of(person, random=random, last=LAST))

    assert 0.9 < visits / sum(2 * LOYAL.visits * person.pace for person in people) < 1.4


def test_people_shop_on_weekends_and_for_sales_and_stay_home_at_new_year() -> None:
    assert pull(date(2025, 11, 11), is_web=True) > 3 * pull(date(2025, 11, 18), is_web=True)
    assert pull(date(2025, 8, 16), is_web=False) > pull(date(2025, 8, 13), is_web=False)
    assert pull(date(2025, 1, 29), is_web=False) < pull(date(2025, 1, 20), is_web=False) / 3
    assert pull(date(2025, 12, 10), is_web=False) > pull(date(2025, 10, 8), is_web=False)


@pytest.mark.parametrize("last", [date(2026, 3, 1), date(2026, 3, 31), date(2028, 2, 29), date(2026, 12, 24)])
@pytest.mark.parametrize("seed", [1, 2])
def test_main_characters_spend_what_their_story_needs_on_any_day_of_the_year(last: date, seed: int) -> None:
    people = {
        person.email: person
        for person in People(random=Random(seed), first=add_months(last, -24), last=last).draw(5)
        if person.is_main_character
    }

    def spent(account: DemoAccount, first: date, until: date) -> int:
        visits = persona_visits(people[account.email], random=Random(seed), last=last)
        return sum(line.amount for visit in visits for line in visit.lines if first <= visit.at.date() <= until)

    month_end = last.replace(day=monthrange(last.year, last.month)[1])
    next_year_window = add_months(month_end, -12) + timedelta(days=1)
    assert 2_600_00 <= spent(MEI, next_year_window, last) <= 2_620_00
    assert 2_840_00 <= spent(LI_JING, add_months(last, -12), last) <= 2_870_00
    assert spent(CHAN_KA_YAN, add_months(last, -12) + timedelta(days=1), last) >= 9_000_00
    assert spent(ZHOU_MING, add_months(last, -9) + timedelta(days=1), last) == 0
    assert spent(LEO, last - timedelta(days=7), last) > 0
