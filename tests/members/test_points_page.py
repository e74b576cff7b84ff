from datetime import timedelta

import pytest
from django.test import Client

from members.services.ledger import spend_points
from tests.members.identity_scenes import give
from tests.members.page_scenes import NOW, member_who_signs_in, purchases, shop_with_rate, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]


@pytest.fixture
def mei() -> Client:
    """Mei bought something a year ago and twice today, was given points, and spent some."""
    member, shop = member_who_signs_in("Mei"), shop_with_rate()
    purchases(member, shop, 1, at=NOW - timedelta(days=365))
    give(member, 50, now=NOW)
    spend_points(member_id=member.pk, points=30, business_key="spend:a-coffee", now=NOW)
    return signed_in(member)


@pytest.mark.parametrize(
    ("query", "heading", "entries"),
    [
        ("", "Everything", "3 entries"),
        ("?kind=earned", "Earned", "2 entries"),
        ("?kind=spent", "Spent", "1 entry"),
        ("?kind=gifts", "Gifts", "0 entries"),
        ("?period=2025", "Everything, 2025", "1 entry"),
        ("?kind=earned&period=30d", "Earned, last 30 days", "1 entry"),
        ("?kind=nonsense&period=1066&page=99", "Everything", "3 entries"),
    ],
)
def test_the_history_is_narrowed_down_by_kind_and_time(mei: Client, query: str, heading: str, entries: str) -> None:
    page = text_of(mei.get(f"/points/{query}"))

    assert f'data-announce="{heading}: {entries}"' in page


def test_without_scripts_the_filters_are_a_plain_form(mei: Client) -> None:
    page = text_of(mei.get("/points/?kind=spent"))

    assert '<form class="filters" method="get" action="/points/"' in page
    assert 'value="spent" id="kind-spent" checked' in page
    assert "<html" in page


def test_a_script_gets_the_list_alone(mei: Client) -> None:
    response = mei.get("/points/?kind=spent", headers={"HX-Request": "true"})

    page = text_of(response)
    assert page.startswith('<section class="results"')
    assert "<html" not in page
    assert "HX-Request" in response["Vary"]


def test_the_back_button_of_a_script_gets_the_whole_page(mei: Client) -> None:
    response = mei.get("/points/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert "<html" in text_of(response)


def test_long_histories_are_paged_and_keep_their_filters() -> None:
    member = member_who_signs_in()
    purchases(member, shop_with_rate(), 21)
    client = signed_in(member)

    first = text_of(client.get("/points/?kind=earned"))
    second = text_of(client.get("/points/?kind=earned&page=2"))

    assert first.count('<details class="entry">') == 20
    assert 'href="?kind=earned&amp;page=2"' in first
    assert second.count('<details class="entry">') == 1
    assert "Page 2 of 2" in second


def test_each_entry_opens_into_why(mei: Client) -> None:
    page = text_of(mei.get("/points/?kind=spent"))

    assert "Points that expire first were taken first." in page


def test_nothing_found_says_so_and_offers_everything(mei: Client) -> None:
    page = text_of(mei.get("/points/?kind=gifts"))

    assert "Nothing of that kind" in page
    assert "Show everything" in page


def test_months_are_headings(mei: Client) -> None:
    page = text_of(mei.get("/points/"))

    assert "<h3>June 2026</h3>" in page
    assert "<h3>June 2025</h3>" in page
