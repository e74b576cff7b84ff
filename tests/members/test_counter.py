from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from members.models import AuditEntry, Member, MemberStatus, Store
from members.services.closures import close_member, freeze_member
from members.services.merges import merge_members
from tests.admin.staff_scenes import signed_in as sign_in
from tests.factories import PASSWORD, EarningRuleVersionFactory, MemberFactory, StoreFactory, UserFactory
from tests.members.counter_scenes import DESK, cashier_browser, page, sale_of, store_named, told
from tests.members.identity_scenes import NOW, give, staff
from tests.members.ledger_scenes import buy

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
    member: Member = MemberFactory.create(name="Mei Tan", phone="+8613800138000", email="mei@example.com")
    return member


def find(till: Client, text: str) -> Any:
    return till.post("/counter/find/", {"text": text})


# The store


def test_the_only_store_is_not_asked_for(till: Client) -> None:
    assert "Riverside" in page(till.get(DESK))


def test_a_store_is_chosen_once_and_outlives_who_signed_in(till: Client, shop: Store) -> None:
    store_named("harbour")
    assert till.get(DESK)["Location"] == "/counter/store/"

    till.post("/counter/store/", {"store": shop.pk})
    till.post("/accounts/logout/")
    till.force_login(staff("cashier", "Lin"), backend="django.contrib.auth.backends.ModelBackend")

    assert "Riverside" in page(till.get(DESK))


def test_a_store_that_is_closed_is_not_offered_and_not_kept(till: Client, shop: Store) -> None:
    harbour, _corner = store_named("harbour"), store_named("corner")
    store_named("attic", is_active=False)
    till.post("/counter/store/", {"store": harbour.pk})
    Store.objects.filter(pk=harbour.pk).update(is_active=False)

    response = till.get(DESK, follow=True)

    assert response.redirect_chain == [("/counter/store/", 302)]
    assert "Harbour" not in page(response)
    assert "Attic" not in page(response)
    assert till.post("/counter/store/", {"store": harbour.pk}).status_code == 200


def test_a_store_cannot_be_made_up(till: Client, shop: Store) -> None:
    store_named("harbour")
    till.cookies["counter_store"] = str(shop.pk)

    assert till.get(DESK)["Location"] == "/counter/store/"


# Who may


def test_a_member_is_refused_and_a_visitor_signs_in_first(shop: Store) -> None:
    visitor = Client()

    assert visitor.get(DESK)["Location"] == "/accounts/login/?next=/counter/"
    assert sign_in(UserFactory.create()).get(DESK).status_code == 403


@pytest.mark.parametrize(
    ("role", "status"), [("service", 200), ("manager", 200), ("marketing", 403), ("analysis", 403)]
)
def test_other_roles(shop: Store, role: str, status: int) -> None:
    assert cashier_browser(role).get(DESK).status_code == status


def test_a_cashier_lands_at_the_counter_after_signing_in(shop: Store) -> None:
    cashier = staff("cashier", "Kai")
    EmailAddress.objects.create(user=cashier, email=cashier.email, verified=True, primary=True)

    response = Client().post("/accounts/login/", {"login": cashier.email, "password": PASSWORD})

    assert response["Location"] == DESK


# Finding


@pytest.mark.parametrize("text", ["{number}", "{grouped}", "+86 138 0013 8000", "13800138000", "MEI@example.com "])
def test_a_customer_is_found_by_card_phone_and_email(till: Client, mei: Member, text: str) -> None:
    grouped = f"{mei.number[:4]} {mei.number[4:8]}-{mei.number[8:]}"

    response = find(till, text.format(number=mei.number, grouped=grouped))

    assert response["Location"].startswith(f"/counter/card/{mei.number}/")


def test_full_width_digits_of_an_input_method_are_digits(till: Client, mei: Member) -> None:
    wide = mei.number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    assert find(till, wide)["Location"].startswith(f"/counter/card/{mei.number}/")


def test_each_scan_starts_a_form_of_its_own(till: Client, mei: Member) -> None:
    assert find(till, mei.number)["Location"] != find(till, mei.number)["Location"]


def test_a_receipt_of_this_store_is_found_and_one_of_another_is_not(till: Client, mei: Member, shop: Store) -> None:
    buy(mei, shop, "R-17", at=NOW)
    buy(mei, store_named("web", is_active=True), "W-1", at=NOW)
    Store.objects.filter(code="web").update(is_active=False)

    assert find(till, "r-17")["Location"] == "/counter/return/?receipt=R-17"
    assert "is no card, phone, email or receipt" in page(find(till, "W-1"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("482109375519", "No card has the number"),
        ("482109375510", "a digit is wrong"),
        ("hello", "is no card, phone, email or receipt"),
        ("<b>x</b>", "is no card, phone, email or receipt"),
    ],
)
def test_a_scan_that_leads_nowhere_says_why(till: Client, mei: Member, text: str, words: str) -> None:
    response = find(till, text)

    assert words in page(response)
    assert b"<b>x</b>" not in response.content
    assert "Enrol this customer" not in page(response)


# Greeting


def test_the_page_greets_by_first_name_and_masks_the_rest(till: Client, mei: Member) -> None:
    give(mei, 1_240)

    text = page(till.get(sale_of(mei)))

    assert "Hello, Mei" in text
    assert "1,240 points" in text
    assert "•••• 8000 · m•••@example.com" in text
    assert "Tan" not in text
    assert "13800138000" not in text


def test_a_chinese_name_stays_whole(till: Client, mei: Member) -> None:
    Member.objects.filter(pk=mei.pk).update(name="李静")

    assert "Hello, 李静" in page(till.get(sale_of(mei)))


def test_each_look_is_in_the_audit_log(till: Client, mei: Member, shop: Store) -> None:
    till.get(sale_of(mei))

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.member_id, entry.actor_label) == ("member.viewed", mei.pk, "kai@staff.example")
    assert entry.details == {"counter": shop.code}


def test_a_frozen_card_earns_and_says_that_it_cannot_spend(till: Client, mei: Member) -> None:
    freeze_member(member_id=mei.pk, reason="Asked", actor=staff("manager", "Grace"), now=NOW)

    assert "This account is frozen" in page(till.get(sale_of(mei)))
    assert till.post(sale_of(mei), told("64")).status_code == 302
    assert Member.objects.get(pk=mei.pk).account.available == 64


def test_a_merged_card_leads_to_the_one_that_took_over(till: Client, mei: Member) -> None:
    old = MemberFactory.create(name="Mei Tan")
    merge_members(keep_id=mei.pk, absorb_id=old.pk, actor=None, reason="Lost card", now=NOW)

    response = till.get(sale_of(old), follow=True)

    assert response.redirect_chain[0][0].startswith(f"/counter/card/{mei.number}/")
    assert f"Card {old.number[:4]} {old.number[4:8]} {old.number[8:]} was merged" in page(response)


def test_a_closed_card_takes_nothing(till: Client, mei: Member) -> None:
    close_member(member_id=mei.pk, actor=None, reason="Asked", points_may_be_lost=True, now=NOW)
    assert Member.objects.get(pk=mei.pk).status == MemberStatus.CLOSED

    assert "This account is closed" in page(till.get(sale_of(mei)))
    response = till.post(sale_of(mei), told("64"))

    assert "This account is closed" in page(response)
    assert not mei.purchases.exists()


def test_a_card_that_never_was_leads_back(till: Client, mei: Member) -> None:
    nobody = MemberFactory.build(number="482109375519")

    for response in (till.get(sale_of(nobody)), till.post(sale_of(nobody), told("64"))):
        assert response["Location"] == DESK


# Enrolling


def test_an_unknown_phone_offers_to_enrol_in_one_step(till: Client, shop: Store) -> None:
    assert "Enrol this customer" in page(find(till, "139 0013 9000"))

    response = till.post("/counter/enrol/", {"reach": "139 0013 9000", "language": "zh-hans"})

    member = Member.objects.get(phone="+8613900139000")
    assert response["Location"].startswith(f"/counter/card/{member.number}/")
    assert (member.language, member.enrolled_store_id, member.enrolled_channel) == ("zh-hans", shop.pk, "shop")
    assert list(AuditEntry.objects.values_list("action", "member_id")) == [("counter.enrolled", member.pk)]


def test_an_email_enrols_too(till: Client) -> None:
    till.post("/counter/enrol/", {"reach": "New@Example.com", "language": "en"})

    assert Member.objects.get().email == "new@example.com"


def test_enrolling_twice_leads_to_the_one_card(till: Client) -> None:
    data = {"reach": "13900139000", "language": "en"}

    addresses = {till.post("/counter/enrol/", data)["Location"].split("/")[3] for _ in range(2)}

    assert addresses == {Member.objects.get().number}
    assert AuditEntry.objects.count() == 1


def test_a_phone_that_does_not_work_enrols_nobody(till: Client) -> None:
    response = till.post("/counter/enrol/", {"reach": "123", "language": "en"})

    assert "is not a phone number that works" in page(response)
    assert not Member.objects.exists()


# Numbers of queries


def test_the_greeting_takes_a_constant_number_of_queries(
    till: Client, mei: Member, shop: Store, django_assert_max_num_queries: Any
) -> None:
    till.get(DESK)
    for count in (1, 3):
        for number in range(count):
            buy(mei, shop, f"r-{count}-{number}", at=NOW)
        with django_assert_max_num_queries(14):
            till.get(sale_of(mei))
