import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

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
