from datetime import UTC, date, datetime

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import resolve
from django.utils import timezone, translation

from members.templatetags import portal

NOON_IN_SHANGHAI = datetime(2026, 11, 21, 4, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load portal %}" + source).render(Context(context))


def test_points_carry_their_sign_and_a_true_minus() -> None:
    assert [portal.signed(96), portal.signed(-1450), portal.signed(0)] == ["+96", "−1,450", "+0"]


def test_a_member_number_is_read_in_groups_of_four() -> None:
    assert portal.card_number("482109375516") == "4821 0937 5516"


@pytest.mark.parametrize(("language", "shown"), [("en", "2,480"), ("zh-hans", "2,480"), ("zh-hant", "2,480")])
def test_thousands_are_grouped_in_each_language(language: str, shown: str) -> None:
    with translation.override(language):
        assert portal.number(2480) == shown


@pytest.mark.parametrize(
    ("language", "this_year", "another"),
    [("en", "March 1", "March 1, 2027"), ("zh-hans", "3月1日", "2027年3月1日"), ("zh-hant", "3月1日", "2027年3月1日")],
)
@time_machine.travel(NOON_IN_SHANGHAI, tick=False)
def test_a_day_names_its_year_only_when_it_is_another_one(language: str, this_year: str, another: str) -> None:
    with translation.override(language):
        assert portal.day(date(2026, 3, 1)) == this_year
        assert portal.day(date(2027, 3, 1)) == another


@time_machine.travel(NOON_IN_SHANGHAI, tick=False)
def test_today_and_yesterday_follow_the_readers_midnight() -> None:
    half_past_midnight = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)

    with timezone.override("Asia/Shanghai"):
        assert portal.when(half_past_midnight) == "Today, 12:30 a.m."
        assert portal.when(datetime(2026, 11, 20, 15, 30, tzinfo=UTC)) == "Yesterday, 11:30 p.m."
        assert portal.when(datetime(2026, 11, 14, 4, tzinfo=UTC)) == "November 14"
    with timezone.override("America/New_York"):
        assert portal.when(half_past_midnight) == "Today, 11:30 a.m."


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mei", "M"), ("Mei Lin", "ML"), ("anna maria de souza", "AS"), ("李梅", "梅"), ("", "·"), ("  ", "·")],
)
def test_an_avatar_shows_the_letters_people_expect(name: str, letters: str) -> None:
    assert portal.initials(name) == letters


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant")])
def test_a_page_names_its_language_as_browsers_know_it(language: str, tag: str) -> None:
    with translation.override(language):
        assert portal.html_lang() == tag


def test_each_language_is_offered_in_its_own_words() -> None:
    with translation.override("zh-hant"):
        offered = [(choice["name"], choice["is_current"]) for choice in portal.languages()]

    assert offered == [("English", False), ("简体中文", False), ("繁體中文", True)]


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert render('{% icon "gift" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/img/icons.svg#gift"/></svg>'
    )


def test_a_component_wraps_what_is_inside_and_escapes_it() -> None:
    html = render('{% ui "notice" tone="warn" %}<p>{{ name }}</p>{% endui %}', name="<b>")

    assert 'class="notice notice--warn"' in html
    assert "<p>&lt;b&gt;</p>" in html


def test_the_link_of_the_page_being_read_says_so() -> None:
    request = RequestFactory().get("/points/")
    request.resolver_match = resolve("/points/")
    source = '<a {% current "members:points" %}></a><a {% current "members:tiers" %}></a>'

    assert render(source, request=request) == '<a aria-current="page"></a><a ></a>'
