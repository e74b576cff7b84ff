"""What was bought, where a member reads why it gave points."""

from datetime import timedelta

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from members.models import Member, Purchase, Store
from members.selectors.receipt_lines import receipt_lines
from members.services.products import ProductEntry, save_products
from members.services.purchases import record_purchases
from members.services.receipts import Receipt, ReceiptLine
from members.services.returns import ReturnedLine, record_return
from tests.members.page_scenes import NOW, member_who_signs_in, shop_with_rate, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon")]
LINES = (
    ReceiptLine(6_000, "COF-LATTE", "Coffee", 2),
    ReceiptLine(4_500, "BOK-1", "Books", 1),
    ReceiptLine(1_000, "", "Odds and ends", 1),
)


@pytest.fixture
def shop() -> Store:
    """A shop whose lattes are known."""
    save_products(entries=[ProductEntry("COF-LATTE", {"en": "Latte", "zh-hans": "拿铁"}, "Coffee", "latte")])
    return shop_with_rate()


def buy(member: Member, shop: Store, number: str = "r-1") -> Purchase:
    """A purchase with three lines."""
    receipt = Receipt(
        store_id=shop.pk,
        external_id=number,
        member_number=member.number,
        occurred_at=NOW - timedelta(days=2),
        amount=sum(line.amount for line in LINES),
        currency="CNY",
        lines=LINES,
    )
    record_purchases(receipts=[receipt], now=NOW)
    return Purchase.objects.get(external_id=number)


def test_lines_are_called_as_the_shop_calls_them_or_as_the_till_does(shop: Store) -> None:
    purchase = buy(member_who_signs_in(), shop)

    lines = receipt_lines([purchase.pk])[purchase.pk]

    assert [line.name for line in lines] == ["Latte", "BOK-1", "Odds and ends"]
    assert [line.picture for line in lines] == ["latte", "", ""]
    assert [(line.quantity, line.amount) for line in lines] == [(2, 6_000), (1, 4_500), (1, 1_000)]


def test_names_are_in_the_readers_language_or_the_next_best(shop: Store) -> None:
    purchase = buy(member_who_signs_in(), shop)
    found = {}

    for language in ("en", "zh-hans", "zh-hant"):
        with translation.override(language):
            found[language] = receipt_lines([purchase.pk])[purchase.pk][0].name

    assert found["en"] == "Latte"
    assert found["zh-hans"] == "拿铁"
    assert found["zh-hant"] in {"拿铁", "Latte"}


def test_one_receipt_or_three_cost_one_query_and_none_costs_none(
    shop: Store, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    member = member_who_signs_in()
    purchases = [buy(member, shop, f"r-{number}").pk for number in range(3)]

    with django_assert_num_queries(0):
        assert receipt_lines([]) == {}
    with django_assert_num_queries(1):
        receipt_lines(purchases[:1])
    with django_assert_num_queries(1):
        assert len(receipt_lines(purchases)) == 3


def test_the_history_shows_picture_name_quantity_and_amount(shop: Store) -> None:
    member = member_who_signs_in()
    buy(member, shop)

    page = text_of(signed_in(member).get("/points/"))

    assert page.count('class="receipt__line"') == 3
    assert "img/products/latte" in page
    assert "2 pieces" in page
    assert "¥60</span>" in page


def test_what_was_brought_back_is_marked_with_its_purchase(shop: Store) -> None:
    member = member_who_signs_in()
    purchase = buy(member, shop)
    record_return(
        store_id=shop.pk,
        purchase_external_id=purchase.external_id,
        external_id="back-1",
        occurred_at=NOW,
        lines=[ReturnedLine(position=1, quantity=1), ReturnedLine(position=2)],
        now=NOW,
    )

    page = text_of(signed_in(member).get("/points/?kind=earned"))

    assert "2 pieces · 1 returned" in page
    assert page.count("receipt__amount--returned") == 1
