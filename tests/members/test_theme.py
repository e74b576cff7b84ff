from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from config.checks import check_look
from members.models import Tier
from tests.factories import TierFactory

pytestmark = pytest.mark.django_db


def test_each_tier_brings_its_colours_into_the_stylesheet() -> None:
    TierFactory.create(rank=1, code="gold", colour="#c4973f")

    response = Client().get("/theme.css")

    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert ".tier-gold{--tier-from:#d6b679;--tier-to:#c4973f;--tier-on:#211808;" in response.content.decode()


def test_the_stylesheet_is_everybodys_and_is_sent_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = Client()
    first = client.get("/theme.css")

    with django_assert_num_queries(1):
        again = client.get("/theme.css", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert "public" in first["Cache-Control"]


def test_a_colour_that_is_none_leaves_the_others_alone() -> None:
    TierFactory.create(rank=1, code="gold", colour="red")

    styles = Client().get("/theme.css").content.decode()

    assert ".tier-regular{" in styles
    assert ".tier-gold{" not in styles


def test_a_tier_cannot_write_rules_of_its_own() -> None:
    Tier.objects.filter(rank=0).update(code="x{}body{display:none}")

    assert "display" not in Client().get("/theme.css").content.decode()


def test_without_a_programme_colour_the_accent_is_the_designs_own() -> None:
    assert "--accent" not in Client().get("/theme.css").content.decode()


def test_the_programmes_colour_replaces_the_accent_in_both_themes(settings: Settings) -> None:
    settings.PROGRAMME_COLOUR = "#00754a"

    styles = Client().get("/theme.css").content.decode()

    assert styles.startswith("@layer tokens{:root{--accent:light-dark(#00754a,#")
    assert "--on-accent:light-dark(#ffffff,#" in styles


def test_a_programme_colour_cannot_write_rules(settings: Settings) -> None:
    settings.PROGRAMME_COLOUR = "#00754a}body{display:none"

    assert "display" not in Client().get("/theme.css").content.decode()


def test_without_a_logo_the_projects_mark_stands_beside_the_name() -> None:
    page = Client().get("/").content.decode()

    assert "/static/img/mark.svg#mark" in page
    assert "brand__logo" not in page
    assert Client().get("/logo/").status_code == 404


def test_the_programmes_logo_stands_beside_the_name_and_comes_from_the_portal(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "logo.svg").write_text("<svg/>")
    settings.PROGRAMME_LOGO = str(tmp_path / "logo.svg")

    page = Client().get("/").content.decode()
    picture = Client().get("/logo/")

    assert '<img src="/logo/" alt="" height="36">' in page
    assert "brand__logo--plate" in page
    assert (picture["Content-Type"], picture.content) == ("image/svg+xml", b"<svg/>")
    assert "default-src 'self'" in picture["Content-Security-Policy"]


def test_dark_pages_may_have_a_logo_of_their_own(settings: Settings, tmp_path: Path) -> None:
    for name in ("light.png", "dark.png"):
        (tmp_path / name).write_bytes(name.encode())
    settings.PROGRAMME_LOGO, settings.PROGRAMME_LOGO_DARK = str(tmp_path / "light.png"), str(tmp_path / "dark.png")

    page = Client().get("/").content.decode()

    assert '<source media="(prefers-color-scheme: dark)" srcset="/logo/dark/">' in page
    assert "brand__logo--plate" not in page
    assert Client().get("/logo/dark/").content == b"dark.png"


def test_only_pictures_are_served_as_logos(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("secret")
    settings.PROGRAMME_LOGO = str(tmp_path / "secret_key")

    assert Client().get("/logo/").status_code == 404
    assert [error.id for error in check_look()] == ["look.E2"]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("PROGRAMME_COLOUR", "green", "look.E1"),
        ("PROGRAMME_LOGO", "/nowhere/logo.svg", "look.E3"),
        ("PROGRAMME_LOGO_DARK", "/nowhere/logo.gif", "look.E2"),
    ],
)
def test_what_was_mistyped_about_the_look_is_found_at_the_start(
    settings: Settings, name: str, value: str, error: str
) -> None:
    setattr(settings, name, value)

    assert [found.id for found in check_look()] == [error]
