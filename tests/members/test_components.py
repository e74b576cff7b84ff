"""The components of templates/ui/ and the page that shows them all."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from members.views.components import symbol_names
from tests.factories import TierFactory, UserFactory
from tests.members.page_scenes import member_who_signs_in, signed_in, text_of

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(settings: Settings) -> Client:
    """Somebody who works here."""
    settings.STAFF_MFA_REQUIRED = False
    client = Client()
    client.force_login(
        UserFactory.create(is_staff=True, name="Sofia"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def test_staff_see_every_component(staff: Client) -> None:
    page = text_of(staff.get("/staff/components/"))

    for mark in (
        "button--danger",
        'aria-busy="true"',
        'aria-invalid="true"',
        'class="offer"',
        "stat__change--bad",
        "bar--done",
        "tier-badge--card",
        "avatar--large",
        'aria-sort="descending"',
        'class="pager"',
        "data-tabs",
        "<dialog",
        "notice--warn",
        "toast--error",
        "empty__picture",
        "chart__bar",
        "chart__line",
    ):
        assert mark in page, mark


def test_the_page_shows_every_icon_and_drawing_there_is(staff: Client) -> None:
    page = text_of(staff.get("/staff/components/"))

    assert len(symbol_names()) > 50
    assert [name for name in symbol_names() if f"icons.svg#{name}" not in page] == []


def test_the_page_is_for_staff() -> None:
    assert Client().get("/staff/components/")["Location"] == "/accounts/login/?next=/staff/components/"
    assert signed_in(member_who_signs_in("Mei")).get("/staff/components/").status_code == 403


@pytest.mark.parametrize("tiers", [1, 3])
def test_the_page_takes_a_constant_number_of_queries(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, tiers: int
) -> None:
    # With Redis the session costs no query.
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    for rank in range(1, tiers):
        TierFactory.create(rank=rank, code=f"tier-{rank}")
    staff.get("/staff/components/")

    # The session, the user, the member they are not, two for what they may do, and the tiers.
    with django_assert_num_queries(6):
        staff.get("/staff/components/")


def test_every_icon_that_a_page_names_is_drawn() -> None:
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for names in re.findall(r'{% icon "([\w-]+)"|(?:icon|picture)="([\w-]+)"', path.read_text())
        for name in names
        if name
    }

    assert named - set(symbol_names()) == set()


def test_drawings_take_their_colours_from_the_page() -> None:
    """So that they follow the theme and the programme's colour."""
    sprite = (ROOT / "static/img/icons.svg").read_text()

    assert set(re.findall(r'fill="(.*?)"', sprite)) <= {"none", "currentColor"}
    assert "style" not in sprite
    assert "#" not in sprite


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_styles_or_scripts_in_it(path: Path) -> None:
    """The Content-Security-Policy would not run them, and nobody would notice but who needs them."""
    source = path.read_text()

    assert re.findall(r'\sstyle="|<style|\son\w+="|javascript:', source) == []
    assert [tag for tag in re.findall(r"<script\b[^>]*>", source) if "src=" not in tag and "json" not in tag] == []


def test_a_whole_card_is_one_link_with_a_picture_nobody_needs_to_hear() -> None:
    html = render_to_string("ui/card.html", {"title": "Any coffee", "href": "/points/", "picture": "picture-cup"})

    assert html.count("<a ") == 1
    assert 'aria-hidden="true"' in html


def test_tabs_that_are_pages_say_which_one_is_open() -> None:
    tabs = [{"href": "/a/", "title": "A", "is_current": True}, {"href": "/b/", "title": "B", "count": 3}]

    html = render_to_string("ui/tabs.html", {"tabs": tabs, "label": "Parts", "is_navigation": True})

    assert '<a href="/a/" aria-current="page">A</a>' in html
    assert '<a href="/b/">B<span class="tabs__count">3</span></a>' in html
    assert "data-tabs" not in html


@pytest.mark.parametrize(("given", "expected"), [({"value": 0}, 'value="0"'), ({"value": 68}, 'value="68"')])
def test_progress_shows_where_it_is(given: dict[str, int], expected: str) -> None:
    assert expected in render_to_string("ui/progress.html", {**given, "label": "Progress"})


def test_progress_without_a_value_says_only_that_it_goes_on() -> None:
    assert "value=" not in render_to_string("ui/progress.html", {"title": "Importing"})
