import re

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from members.models import Member, User
from tests.factories import PASSWORD, UserFactory
from tests.members.page_scenes import member_who_signs_in, signed_in, text_of

pytestmark = pytest.mark.django_db

ENTRANCES = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
JOINING = {"name": "Mei", "email": "mei@example.com", "password1": PASSWORD}


def code_in_mail() -> str:
    found = re.search(r"^ {4}(\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None
    return found[1]


def test_somebody_joins_with_three_fields_and_a_code_and_has_a_card() -> None:
    client = Client()

    asked = text_of(client.post("/accounts/signup/", JOINING, follow=True))
    home = text_of(client.post("/accounts/confirm-email/", {"code": code_in_mail()}, follow=True))

    assert "Enter the code from our email" in asked
    assert "mei@example.com" in asked
    member = Member.objects.get(email="mei@example.com")
    assert f"{member.number[:4]} {member.number[4:8]} {member.number[8:]}" in home
    assert "Your first points start here" in home


def test_the_code_arrives_in_the_subject_and_in_plain_words() -> None:
    Client().post("/accounts/signup/", JOINING)

    assert mail.outbox[0].subject == f"{code_in_mail()} is your code for Regulars"
    assert "If you did not join, you need not do anything" in mail.outbox[0].body


def test_a_wrong_code_says_so_and_may_be_typed_again() -> None:
    client = Client()
    client.post("/accounts/signup/", JOINING)

    page = text_of(client.post("/accounts/confirm-email/", {"code": "wrong"}, follow=True))

    assert 'aria-invalid="true"' in page
    assert Member.objects.count() == 0


@pytest.mark.parametrize("path", ENTRANCES)
def test_the_entrances_look_like_the_rest_and_label_each_field(path: str) -> None:
    page = text_of(Client().get(path))

    assert 'class="entrance__form"' in page
    fields = re.findall(r'<input type="(?:text|email|password)"[^>]* id="(\w+)"', page)
    assert fields
    assert all(f'<label class="field__label" for="{field}">' in page for field in fields)
    assert "placeholder=" not in page


def test_a_wrong_password_is_explained_beside_the_form() -> None:
    page = text_of(Client().post("/accounts/login/", {"login": "mei@example.com", "password": "wrong"}))

    assert 'role="alert"' in page
    assert "not correct" in page


def test_after_many_wrong_passwords_sign_in_is_paused_in_kind_words() -> None:
    user = UserFactory.create()
    client = Client()

    for _ in range(11):
        response = client.post("/accounts/login/", {"login": user.email, "password": "wrong"})

    assert response.status_code == 429
    assert "paused for a while" in text_of(response)


def test_a_forgotten_password_is_replaced_by_mail() -> None:
    member = member_who_signs_in()
    assert member.user is not None
    client = Client()

    client.post("/accounts/password/reset/", {"email": member.user.email})
    link = re.search(r"https?://testserver(/\S+)", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    new = {"password1": "quite another one", "password2": "quite another one"}
    page = text_of(client.post(form, new, follow=True))

    assert mail.outbox[0].subject == "A new password for Regulars"
    assert "Your password is changed" in page
    assert User.objects.get(pk=member.user.pk).check_password("quite another one")


def test_a_used_up_link_offers_a_new_one() -> None:
    page = text_of(Client().get("/accounts/password/reset/key/1-nonsense/"))

    assert "This link no longer works" in page
    assert "Send me a new link" in page


@pytest.mark.parametrize(
    "path", ["/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"]
)
def test_account_pages_have_the_members_navigation(path: str) -> None:
    page = text_of(signed_in(member_who_signs_in()).get(path))

    assert 'class="nav nav--bottom"' in page
    assert " style=" not in page


def test_an_unknown_address_is_told_kindly() -> None:
    response = Client().get("/no/such/page/")

    assert response.status_code == 404
    assert "There is nothing at this address" in text_of(response)


def test_a_form_without_its_token_is_refused_in_plain_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/language/", {"language": "en"})

    assert response.status_code == 403
    assert "That form was too old to be safe" in text_of(response)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_an_error_page_needs_no_request_and_no_database(name: str) -> None:
    with translation.override("en"):
        page = render_to_string(f"{name}.html")

    assert "<h1>" in page
    assert 'href="/"' in page
