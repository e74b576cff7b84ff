from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client

from members.counter_forms import own_number
from members.models import AuditEntry, Member, Purchase, RuleKind, Store, Transfer
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, TierFactory
from tests.members.counter_scenes import DESK, KEY, cashier_browser, line, page, sale_of, told
from tests.members.identity_scenes import drift, give

pytestmark = pytest.mark.django_db


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


def bought(member: Member) -> list[tuple[str, int, int]]:
    return list(member.purchases.order_by("pk").values_list("external_id", "amount", "points_earned"))


def test_a_purchase_earns_at_once_and_the_first_page_says_so(till: Client, mei: Member) -> None:
    TierFactory.create(rank=1, code="gold", name="Gold", name_en="Gold", threshold=44_400)
    give(mei, 1_176)

    response = till.post(sale_of(mei), told("64,00", receipt="R-1"), follow=True)

    assert response.redirect_chain == [(DESK, 302)]
    text = page(response)
    assert "+64 points" in text
    assert "1,240 in all" in text
    assert "¥380 more to Gold" in text
    assert bought(mei) == [("R-1", 6_400, 64)]
    assert drift() == []


def test_a_tier_reached_is_said(till: Client, mei: Member) -> None:
    TierFactory.create(rank=1, code="gold", name="Gold", name_en="Gold", threshold=6_400)

    assert "Congratulations: Gold from now on" in page(till.post(sale_of(mei), told("64"), follow=True))


def test_it_is_in_the_audit_log_with_who_did_it(till: Client, mei: Member) -> None:
    till.post(sale_of(mei), told("64", receipt="R-1"))

    entry = AuditEntry.objects.get(action="counter.purchase")
    assert (entry.actor_label, entry.member_id) == ("kai@staff.example", mei.pk)
    assert entry.details == {"receipt": "R-1", "amount": 6_400, "points": 64}


def test_a_receipt_without_a_number_gets_one_from_its_form(till: Client, mei: Member) -> None:
    till.post(sale_of(mei), told("64"))

    assert bought(mei) == [(own_number("C", KEY), 6_400, 64)]


def test_lines_earn_by_their_category(till: Client, mei: Member) -> None:
    EarningRuleVersionFactory.create(kind=RuleKind.BONUS_RATE, categories=["books"])

    till.post(sale_of(mei), {**told(""), **line(0, "40", category="books", quantity="2"), **line(1, "24")})

    assert bought(mei)[0][1:] == (6_400, 104)
    assert list(mei.purchases.get().lines.values_list("category", "quantity", "amount")) == [
        ("books", 2, 4_000),
        ("", 1, 2_400),
    ]


def test_lines_that_do_not_add_up_are_refused(till: Client, mei: Member) -> None:
    response = till.post(sale_of(mei), {**told("65"), **line(0, "64")})

    assert "The lines add up to 64.00, but the amount is 65.00" in page(response)
    assert bought(mei) == []


# Once, however often


@pytest.mark.parametrize("receipt", ["", "R-1"])
def test_a_form_sent_twice_records_once(till: Client, mei: Member, receipt: str) -> None:
    for _ in range(2):
        response = till.post(sale_of(mei), told("64", receipt=receipt), follow=True)

    assert "+64 points" in page(response)
    assert "Nothing was recorded twice" in page(response)
    assert len(bought(mei)) == 1


@pytest.mark.parametrize("receipt", ["", "R-1"])
def test_a_form_sent_again_a_minute_later_from_a_browser_that_forgot_records_once(
    shop: Store, mei: Member, receipt: str
) -> None:
    first, second = cashier_browser(), cashier_browser(name="Lin")
    first.post(sale_of(mei), told("64", receipt=receipt))

    with time_machine.travel(Purchase.objects.get().occurred_at + timedelta(minutes=1)):
        response = second.post(sale_of(mei), told("64", receipt=receipt), follow=True)

    assert "Recorded before, and only once" in page(response)
    assert (Purchase.objects.count(), Transfer.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="counter.purchase").count() == 1


def test_a_step_back_after_recording_leads_forward(till: Client, mei: Member) -> None:
    till.post(sale_of(mei), told("64"))

    assert till.get(sale_of(mei))["Location"] == DESK
    till.post(sale_of(mei), told("99", receipt="R-2"))

    assert len(bought(mei)) == 1


def test_the_next_visit_records_anew(till: Client, mei: Member) -> None:
    for key in (KEY, uuid4()):
        till.post(sale_of(mei, key), told("64"))

    assert len(bought(mei)) == 2


def test_a_known_number_with_another_amount_is_refused_and_nothing_is_lost(till: Client, mei: Member) -> None:
    till.post(sale_of(mei), told("64", receipt="R-1"))

    response = till.post(sale_of(mei, UUID(int=5, version=4)), told("65", receipt="R-1"))

    text = page(response)
    assert "Receipt R-1 was recorded before with other content" in text
    assert 'value="65"' in response.content.decode()
    assert len(bought(mei)) == 1


def test_a_number_of_somebody_else_is_refused(till: Client, mei: Member) -> None:
    other = MemberFactory.create()
    till.post(sale_of(mei), told("64", receipt="R-1"))

    till.post(sale_of(other, uuid4()), told("64", receipt="R-1"))

    assert bought(other) == []


# The preview


def preview(till: Client, member: Member, **headers: str) -> Any:
    return till.post(sale_of(member), {**told("64.50"), "preview": "1"}, headers=headers)


def test_a_preview_says_what_it_would_earn_and_records_nothing(till: Client, mei: Member) -> None:
    fragment = preview(till, mei, **{"HX-Request": "true"})

    assert page(fragment) == "+64 points for ¥64.50"
    assert bought(mei) == []
    assert not AuditEntry.objects.exists()


def test_without_scripts_a_button_shows_the_same_in_the_page(till: Client, mei: Member) -> None:
    response = preview(till, mei)

    assert "+64 points for ¥64.50" in page(response)
    assert 'value="64.50"' in response.content.decode()
    assert bought(mei) == []


def test_a_preview_says_why_it_cannot(till: Client, mei: Member) -> None:
    data = {**told("6x"), "preview": "1"}

    assert "is not an amount" in page(till.post(sale_of(mei), data, headers={"HX-Request": "true"}))


def test_an_empty_form_previews_nothing(till: Client, mei: Member) -> None:
    data = {**told(""), "preview": "1"}

    assert "Type an amount" in page(till.post(sale_of(mei), data, headers={"HX-Request": "true"}))


# The screen


def test_the_last_receipt_leaves_the_screen(till: Client, mei: Member) -> None:
    till.post(sale_of(mei), told("64"))
    recorded = Purchase.objects.get().recorded_at

    with time_machine.travel(recorded + timedelta(minutes=4)):
        assert "+64 points" in page(till.get(DESK))
    with time_machine.travel(recorded + timedelta(minutes=6)):
        assert "+64 points" not in page(till.get(DESK))


def test_the_next_customer_clears_the_screen(till: Client, mei: Member) -> None:
    till.post(sale_of(mei), told("64"))

    assert "+64 points" not in page(till.get(f"{DESK}?new=1", follow=True))


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.250", "abc", "482109375519"])
def test_an_amount_that_cannot_be_read_records_nothing_and_stays_to_be_mended(
    till: Client, mei: Member, amount: str
) -> None:
    response = till.post(sale_of(mei), told(amount))

    assert "Nothing was saved yet" in page(response)
    assert bought(mei) == []
