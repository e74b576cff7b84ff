"""One form sent by several requests at once: one purchase, one return, one card, and for everybody the same way on."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from members.models import AuditEntry, Member, Purchase, Return, Store, Transfer
from members.services import counter
from members.services.purchases import record_purchase
from tests.concurrency.racing import meeting_after, race
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory
from tests.members.counter_scenes import DESK, KEY, cashier_browser, return_of, sale_of, told

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8


@pytest.fixture
def shop() -> Store:
    EarningRuleVersionFactory.create()
    store: Store = StoreFactory.create()
    return store


@pytest.fixture
def mei(shop: Store) -> Member:
    member: Member = MemberFactory.create(name="Mei")
    return member


@pytest.fixture
def tills(shop: Store) -> list[Client]:
    """Each with a session of its own, so that nothing but the database keeps them apart."""
    return [cashier_browser(name=f"Kai{number}") for number in range(AT_ONCE)]


def sent(client: Client, address: str, data: dict[str, str]) -> Any:
    response = client.post(address, data)
    connection.close()
    return response


def at_once(tills: list[Client], address: str, data: dict[str, str]) -> set[Any]:
    responses = race(*[partial(sent, till, address, data) for till in tills])
    return {getattr(response, "headers", {}).get("Location", response) for response in responses}


@pytest.mark.parametrize("receipt", ["", "R-1"])
def test_a_purchase_sent_by_everybody_at_once_is_recorded_once(tills: list[Client], mei: Member, receipt: str) -> None:
    assert at_once(tills, sale_of(mei), told("64", receipt=receipt)) == {DESK}

    assert (Purchase.objects.count(), Transfer.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="counter.purchase").count() == 1


def test_a_double_click_in_one_browser_records_once(tills: list[Client], mei: Member) -> None:
    twin = Client()
    twin.cookies = tills[0].cookies

    assert at_once([tills[0], twin], sale_of(mei), told("64")) == {DESK}

    assert Purchase.objects.count() == 1


def test_without_a_key_of_the_form_it_would_be_recorded_twice(tills: list[Client], mei: Member) -> None:
    race(*[partial(sent, till, sale_of(mei, uuid4()), told("64")) for till in tills[:2]])

    assert Purchase.objects.count() == 2


def test_two_that_tell_a_receipt_at_different_moments_agree_on_the_first(
    tills: list[Client], mei: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "record_purchase", meeting_after(record_purchase))

    assert at_once(tills[:2], sale_of(mei), told("64")) == {DESK}

    assert Purchase.objects.count() == 1


@pytest.mark.parametrize("data", [{"amount": "60"}, {"all": "1"}])
def test_a_return_sent_by_everybody_at_once_is_taken_back_once(
    tills: list[Client], mei: Member, data: dict[str, str]
) -> None:
    tills[0].post(sale_of(mei), told("100", receipt="R-1"))
    receipt = Purchase.objects.get()

    assert at_once(tills, return_of(receipt), {**data, "key": str(KEY), "confirmed": "yes"}) == {DESK}

    assert Return.objects.count() == 1
    assert AuditEntry.objects.filter(action="counter.return").count() == 1


def test_two_returns_at_once_never_take_back_more_than_was_bought(tills: list[Client], mei: Member) -> None:
    tills[0].post(sale_of(mei), told("100", receipt="R-1"))
    address = return_of(Purchase.objects.get())

    race(
        *[partial(sent, till, address, {"amount": "60", "key": str(uuid4()), "confirmed": "yes"}) for till in tills[:4]]
    )

    assert (Return.objects.count(), Member.objects.get().account.available) == (1, 40)


def test_two_cashiers_enrol_one_phone_at_once_as_one_card(tills: list[Client], shop: Store) -> None:
    places = at_once(tills, "/counter/enrol/", {"reach": "13900139000", "language": "en"})

    number = Member.objects.get().number
    assert {place.split("/")[3] for place in places} == {number}
