import re
from typing import Any

import pytest
from django.test import Client

from members.models import AuditEntry, Member, Purchase, Return, Store
from members.services.closures import close_member
from members.services.ledger import spend_points
from members.services.merges import merge_members
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory
from tests.members.counter_scenes import DESK, cashier_browser, line, page, return_of, sale_of, store_named, told
from tests.members.identity_scenes import NOW, balance, drift
from tests.members.ledger_scenes import buy

pytestmark = pytest.mark.django_db

KEY = "0a1b2c3d-0000-4000-8000-000000000001"


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create()
    store: Store = StoreFactory.create(name="Riverside", name_en="Riverside")
    return store


@pytest.fixture
def till(shop: Store) -> Client:
    return cashier_browser()


@pytest.fixture
def mei(shop: Store) -> Member:
    member: Member = MemberFactory.create(name="Mei Tan")
    return member


@pytest.fixture
def receipt(till: Client, mei: Member) -> Purchase:
    """100.00 without lines."""
    till.post(sale_of(mei), told("100", receipt="R-1"))
    return Purchase.objects.get()


@pytest.fixture
def with_lines(till: Client, mei: Member) -> Purchase:
    """Three lattes for 90.00 and a book for 60.00."""
    till.post(
        sale_of(mei),
        {**told("", receipt="R-2"), **line(0, "90", sku="LATTE", quantity="3"), **line(1, "60", sku="BOOK")},
    )
    return Purchase.objects.get()


def send(till: Client, purchase: Purchase, **data: str) -> Any:
    return till.post(return_of(purchase), {"key": KEY, **data}, follow=True)


def test_the_page_shows_what_was_bought_and_that_somebody_looked(till: Client, with_lines: Purchase) -> None:
    text = page(till.get(return_of(with_lines)))

    assert "LATTE 3 of 3 left, ¥90" in text
    assert "BOOK 1 of 1 left, ¥60" in text
    assert "Points earned 150" in text
    entry = AuditEntry.objects.get(action="member.viewed")
    assert (entry.member_id, entry.details["receipt"]) == (with_lines.member_id, "R-2")


def test_it_says_what_it_takes_back_before_anything_happens(till: Client, receipt: Purchase, mei: Member) -> None:
    text = page(send(till, receipt, amount="25,50"))

    assert "This takes back 26 points" in text
    assert "Points left after 74" in text
    assert (Return.objects.count(), balance(mei)) == (0, (100, 0, 0))


def test_confirmed_it_takes_exactly_that(till: Client, receipt: Purchase, mei: Member) -> None:
    response = send(till, receipt, amount="25.50", confirmed="yes")

    assert response.redirect_chain == [(DESK, 302)]
    assert "Return recorded" in page(response)
    assert "−26 points" in page(response)
    assert balance(mei) == (74, 0, 0)
    assert AuditEntry.objects.get(action="counter.return").details["points"] == -26
    assert drift() == []


def test_what_the_confirmation_holds_is_what_is_recorded(till: Client, with_lines: Purchase) -> None:
    shown = send(till, with_lines, line_1="2")
    hidden = dict(re.findall(r'type="hidden" name="(line_\d|amount|key)" value="([^"]*)"', shown.content.decode()))

    assert "This takes back 60 points" in page(shown)
    send(till, with_lines, **{**hidden, "confirmed": "yes"})

    assert hidden == {"key": KEY, "line_1": "2"}
    assert list(with_lines.lines.order_by("position").values_list("returned_quantity", "returned_amount")) == [
        (2, 6_000),
        (0, 0),
    ]


@pytest.mark.parametrize("fixture", ["receipt", "with_lines"])
def test_everything_at_once(till: Client, mei: Member, fixture: str, request: pytest.FixtureRequest) -> None:
    purchase = request.getfixturevalue(fixture)

    send(till, purchase, all="1", confirmed="yes")

    assert balance(mei) == (0, 0, 0)
    assert "All of it came back before" in page(till.get(return_of(purchase)))


def test_earlier_returns_are_shown_and_count(till: Client, receipt: Purchase) -> None:
    send(till, receipt, amount="60", confirmed="yes")

    assert "Still with the customer ¥40" in page(till.get(return_of(receipt)))
    text = page(send(till, receipt, amount="50", key="0a1b2c3d-0000-4000-8000-000000000002", confirmed="yes"))
    assert "50.00 would come back, but only 40.00 of this purchase is left" in text
    assert Return.objects.count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"amount": "0"}, {"amount": "x"}, {"line_1": "4"}, {"line_1": "1", "amount": "5"}]
)
def test_what_cannot_come_back_is_refused(till: Client, with_lines: Purchase, data: dict[str, str]) -> None:
    response = send(till, with_lines, **{**data, "confirmed": "yes"})

    assert "Nothing was saved yet" in page(response)
    assert not Return.objects.exists()


@pytest.mark.parametrize("data", [{"amount": "60"}, {"all": "1"}, {"line_1": "3", "line_2": "1"}])
def test_sent_twice_it_is_taken_back_once(till: Client, with_lines: Purchase, data: dict[str, str]) -> None:
    send(till, with_lines, **{**data, "confirmed": "yes"})
    after = Member.objects.get().account.available

    response = send(till, with_lines, **{**data, "confirmed": "yes"})

    assert "Recorded before, and only once" in page(response)
    assert Return.objects.count() == 1
    assert Member.objects.get().account.available == after


def test_points_that_are_spent_are_owed_and_the_page_says_so_before(
    till: Client, receipt: Purchase, mei: Member
) -> None:
    spend_points(member_id=mei.pk, points=90, business_key="spent", now=receipt.recorded_at)

    text = page(send(till, receipt, amount="100"))

    assert "Owed after 90" in text
    assert "They are owed, and the next points settle them first" in text


def test_receipts_of_other_stores_are_not_found(till: Client, mei: Member, shop: Store) -> None:
    elsewhere = store_named("elsewhere")
    buy(mei, elsewhere, "E-1", at=NOW)
    Store.objects.filter(pk=elsewhere.pk).update(is_active=False)

    assert "Receipt E-1 was not recorded at this store" in page(till.get("/counter/return/?receipt=E-1"))


def test_a_merged_card_gives_back_from_the_one_that_took_over(till: Client, receipt: Purchase, mei: Member) -> None:
    heir = MemberFactory.create(name="Wei Lin")
    merge_members(keep_id=heir.pk, absorb_id=mei.pk, actor=None, reason="Lost card", now=receipt.recorded_at)

    assert "Customer Wei" in page(till.get(return_of(receipt)))
    send(till, receipt, all="1", confirmed="yes")

    assert balance(heir) == (0, 0, 0)


def test_goods_come_back_after_an_account_was_closed(till: Client, receipt: Purchase, mei: Member) -> None:
    close_member(member_id=mei.pk, actor=None, reason="Asked", points_may_be_lost=True, now=receipt.recorded_at)

    send(till, receipt, all="1", confirmed="yes")

    assert Return.objects.get().amount == 10_000


@pytest.mark.parametrize("address", ["/counter/return/", "/counter/return/?receipt=", "/counter/return/?receipt=nope"])
def test_without_a_receipt_it_asks_for_one(till: Client, address: str) -> None:
    assert "Receipt number" in page(till.get(address))
