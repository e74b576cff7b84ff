"""The demo's sign-in page names its people; no other page does, and nobody's but theirs is filled in."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from pytest_django import Settings

from members.demo.accounts import DEMO_PASSWORD, MEI, PERSONAS
from members.pictures import picture_names
from tests.factories import UserFactory
from tests.members.page_scenes import text_of

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"


@pytest.fixture
def demo(settings: Settings) -> None:
    """A portal that lets people look around as Mei."""
    settings.DEMO_SIGN_INS = True
    settings.ACCOUNT_FORMS = {"login": "members.demo.sign_in_form.DemoLoginForm"}
    mei = UserFactory.create(email=MEI.email, name=MEI.name, password=DEMO_PASSWORD)
    EmailAddress.objects.create(user=mei, email=mei.email, verified=True, primary=True)


@pytest.mark.usefixtures("demo")
def test_the_page_lists_who_is_there_and_no_password() -> None:
    page = text_of(Client().get(SIGN_IN))

    assert page.count('name="persona"') == 1
    assert 'value="gold"' in page
    assert str(MEI.story) in page
    assert DEMO_PASSWORD not in page


@pytest.mark.usefixtures("demo")
def test_choosing_somebody_fills_the_form_in_and_the_form_signs_in() -> None:
    client = Client()

    page = text_of(client.get(SIGN_IN, {"persona": "gold", "next": "/points/"}))

    assert f'value="{MEI.email}"' in page
    assert f'value="{DEMO_PASSWORD}"' in page
    assert f"filled in for {MEI.name}" in page
    assert 'name="next" value="/points/"' in page
    form = {"login": MEI.email, "password": DEMO_PASSWORD, "next": "/points/"}
    assert client.post(SIGN_IN, form)["Location"] == "/points/"


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("persona", ["manager", "nobody", '"><script>'])
def test_who_is_not_there_fills_nothing_in(persona: str) -> None:
    page = text_of(Client().get(SIGN_IN, {"persona": persona}))

    assert DEMO_PASSWORD not in page
    assert "<script>" not in page


@pytest.mark.usefixtures("demo")
def test_a_wrong_password_is_not_shown_again() -> None:
    page = text_of(Client().post(f"{SIGN_IN}?persona=gold", {"login": MEI.email, "password": "not that one"}))

    assert "not that one" not in page
    assert DEMO_PASSWORD not in page


def test_a_programme_of_ones_own_shows_nothing_even_with_the_setting(settings: Settings) -> None:
    settings.DEMO_SIGN_INS = True
    settings.ACCOUNT_FORMS = {"login": "members.demo.sign_in_form.DemoLoginForm"}

    page = text_of(Client().get(SIGN_IN, {"persona": "gold"}))

    assert 'class="persona' not in page
    assert DEMO_PASSWORD not in page


def test_without_the_setting_the_demos_people_are_not_named() -> None:
    UserFactory.create(email=MEI.email, name=MEI.name, password=DEMO_PASSWORD)

    page = text_of(Client().get(SIGN_IN, {"persona": "gold"}))

    assert MEI.email not in page
    assert 'class="persona' not in page
    assert DEMO_PASSWORD not in page


def test_everybody_on_the_page_has_a_portrait() -> None:
    assert {persona.role for persona in PERSONAS} <= set(picture_names("personas"))
