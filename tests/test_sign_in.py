import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.urls import reverse

from members.models import User

PASSWORD = "lantern and paper"

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    user = User.objects.create_user("li.na@example.com", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client: Client, email: str, password: str, address: str = "192.0.2.1") -> int:
    form = {"login": email, "password": password}
    return client.post(reverse("account_login"), form, REMOTE_ADDR=address).status_code


def test_the_right_password_signs_in(client: Client, user: User) -> None:
    assert sign_in(client, "Li.Na@Example.com", PASSWORD) == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_too_many_wrong_passwords_lock_the_door_for_whoever_tried(client: Client, user: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert sign_in(client, user.email, "wrong") == 200

    assert sign_in(client, "LI.NA@example.com", "wrong") == 429
    assert sign_in(client, user.email, PASSWORD) != 302
    assert "_auth_user_id" not in client.session


def test_a_stranger_cannot_lock_a_member_out(client: Client, user: User) -> None:
    for _ in range(2 * settings.AXES_FAILURE_LIMIT):
        sign_in(Client(), user.email, "wrong", address="198.51.100.9")

    assert sign_in(client, user.email, PASSWORD) == 302


def test_staff_sign_in_through_the_same_door(client: Client) -> None:
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_a_member_is_refused_at_the_staff_door(client: Client, user: User) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    response = client.get(reverse("admin:index"), follow=True)

    assert response.status_code == 403
