"""Passkeys, codes from an app and recovery codes, in the project's look and words."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import get_user_model
from django.test import Client

from tests.factories import PASSWORD
from tests.members.page_scenes import member_who_signs_in, signed_in, text_of

pytestmark = pytest.mark.django_db

PASSKEY = {"name": "My phone", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}


@pytest.fixture
def client() -> Client:
    """Mei, who said her password a moment ago."""
    client = signed_in(member_who_signs_in("Mei"))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def user() -> object:
    return get_user_model().objects.get()


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_the_page_of_ways_in_says_what_each_is_for(client: Client) -> None:
    page = text_of(client.get("/accounts/2fa/"))

    assert "Keep your account yours" in page
    assert 'href="/accounts/2fa/webauthn/add/"' in page
    assert 'href="/accounts/2fa/totp/activate/"' in page
    assert "Two-Factor" not in page


def test_an_app_is_set_up_with_a_picture_a_key_and_a_code(client: Client) -> None:
    page = text_of(client.get("/accounts/2fa/totp/activate/"))

    assert "Scan this with the app" in page
    assert client.session["mfa.totp.secret"] in page
    wrong = text_of(client.post("/accounts/2fa/totp/activate/", {"code": "000"}))
    assert 'aria-invalid="true"' in wrong
    assert Authenticator.objects.count() == 0

    client.post("/accounts/2fa/totp/activate/", {"code": code_of(client.session["mfa.totp.secret"])})

    assert Authenticator.objects.filter(type="totp").exists()
    index = text_of(client.get("/accounts/2fa/"))
    assert "Your account is protected by a second step." in index
    assert "10 left" in index


def test_the_second_step_asks_for_the_code() -> None:
    member = member_who_signs_in("Mei")
    assert member.user is not None
    EmailAddress.objects.create(user=member.user, email=member.user.email, verified=True, primary=True)
    secret = generate_totp_secret()
    TOTP.activate(member.user, secret)
    client = Client()

    asked = text_of(client.post("/accounts/login/", {"login": member.user.email, "password": PASSWORD}, follow=True))
    wrong = text_of(client.post("/accounts/2fa/authenticate/", {"code": "000"}))
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert "One more step" in asked
    assert 'autocomplete="one-time-code"' in asked
    assert 'aria-invalid="true"' in wrong
    assert "Good" in text_of(client.get("/"))


def test_recovery_codes_are_shown_in_a_list_and_made_anew_only_when_asked(client: Client) -> None:
    TOTP.activate(user(), generate_totp_secret())
    codes = RecoveryCodes.activate(user()).get_unused_codes()

    page = text_of(client.get("/accounts/2fa/recovery-codes/"))

    assert all(f"<code>{code}</code>" in page for code in codes)
    assert "10 of 10 are left" in page
    assert "The codes you have now stop working." in text_of(client.get("/accounts/2fa/recovery-codes/generate/"))


def test_passkeys_are_listed_with_when_they_were_used(client: Client) -> None:
    empty = text_of(client.get("/accounts/2fa/webauthn/"))
    key = Authenticator.objects.create(user=user(), type="webauthn", data=PASSKEY)

    page = text_of(client.get("/accounts/2fa/webauthn/"))

    assert "No passkey yet" in empty
    assert "<b>My phone</b>" in page
    assert "not used yet" in page
    assert "Remove “My phone”?" in text_of(client.get(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/"))
    assert 'value="My phone"' in text_of(client.get(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/"))


def test_a_passkey_is_set_up_on_a_page_that_says_when_it_cannot(client: Client) -> None:
    page = text_of(client.get("/accounts/2fa/webauthn/add/"))

    assert 'id="mfa_webauthn_add"' in page
    assert 'id="id_passwordless"' in page
    assert "<noscript>" in page
    assert 'id="passkey-problem" role="alert" hidden' in page
    failed = text_of(client.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": ""}))
    assert "nothing was set up" in failed


def test_nobody_manages_anothers_passkey(client: Client) -> None:
    other = member_who_signs_in("Bartholomew")
    key = Authenticator.objects.create(user=other.user, type="webauthn", data=PASSKEY)

    assert client.get(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/").status_code == 404
    assert client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_the_sign_in_page_offers_passkeys_and_short_words() -> None:
    page = text_of(Client().get("/accounts/login/"))

    assert "Sign in with a passkey" in page
    assert "Stay signed in here" in page
    assert 'data-reveal="id_password"' in page


def test_joining_says_how_long_a_password_must_be_and_no_more() -> None:
    page = text_of(Client().get("/accounts/signup/"))

    assert "At least 10 characters." in page
    assert "entirely numeric" not in page
    short = text_of(Client().post("/accounts/signup/", {"name": "Mei", "email": "m@example.com", "password1": "x"}))
    assert 'aria-invalid="true"' in short
