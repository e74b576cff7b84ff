"""Shops that visitors are shown."""

import pytest
from django.test import Client
from django.utils import translation

from members.models import Channel
from members.selectors.stores import shops_to_visit
from tests.factories import StoreFactory
from tests.members.page_scenes import text_of

pytestmark = pytest.mark.django_db


def test_open_shops_with_an_address_are_shown() -> None:
    shown = StoreFactory.create(address_en="1 Harbour Road")
    StoreFactory.create()
    StoreFactory.create(address_en="closed", is_active=False)
    StoreFactory.create(address_en="https://shop.example", channel=Channel.WEB)

    assert shops_to_visit() == [shown]


def test_an_address_in_another_language_stands_in() -> None:
    StoreFactory.create(address_en="1 Harbour Road")

    with translation.override("zh-hant"):
        assert [shop.address for shop in shops_to_visit()] == ["1 Harbour Road"]


def test_the_landing_page_says_where_they_are() -> None:
    assert 'id="shops"' not in text_of(Client().get("/"))
    StoreFactory.create(name_en="Harbour", address_en="1 Harbour Road", picture="shekou")

    page = text_of(Client().get("/"))

    assert 'id="shops"' in page
    assert "1 Harbour Road" in page
    assert "img/stores/shekou" in page
