import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from members.models import AuditEntry, User
from tests.admin.staff_scenes import as_role, signed_in, superuser
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SET_UP = "/accounts/2fa/"
STAFF_PAGES = ["/admin/", "/admin/members/member/", "/admin/members/member/?q=lin", "/counter/", "/staff/components/"]


@pytest.fixture(autouse=True)
def _required(settings: pytest.FixtureRequest) -> None:
    settings.STAFF_MFA_REQUIRED = True  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_staff_without_a_second_factor_are_led_to_set_one_up(path: str) -> None:
    page = as_role("manager").get(path)

    assert page.status_code == 302
    assert page["Location"] == SET_UP


def test_the_page_to_set_one_up_says_why_and_opens() -> None:
    page = as_role("manager").get("/admin/", follow=True)

    assert page.redirect_chain == [(SET_UP, 302)]
    assert "Staff sign in with a second factor" in page.content.decode()


def test_nothing_happens_to_what_is_sent_without_one() -> None:
    client = signed_in(superuser())

    page = client.post("/admin/members/store/add/", {"code": "x", "name_en": "X", "channel": "shop"})

    assert page["Location"] == SET_UP
    assert not AuditEntry.objects.exists()


def test_with_an_authenticator_app_the_staff_pages_open() -> None:
    user = superuser()
    TOTP.activate(user, generate_totp_secret())

    assert signed_in(user).get("/admin/").status_code == 200


def test_staff_without_one_can_still_sign_out() -> None:
    client = as_role("manager")

    client.post("/admin/logout/")

    assert "_auth_user_id" not in client.session


def test_members_and_visitors_are_not_asked() -> None:
    assert Client().get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert signed_in(UserFactory.create()).get("/").status_code == 200


def test_it_can_be_turned_off(settings: pytest.FixtureRequest) -> None:
    settings.STAFF_MFA_REQUIRED = False  # type: ignore[attr-defined]

    assert as_role("manager").get("/admin/").status_code == 200


def test_who_was_made_on_the_command_line_gets_in_by_mail_and_an_authenticator_app() -> None:
    User.objects.create_superuser("ada@example.com", "correct horse battery")
    client = Client()

    client.post("/accounts/login/", {"login": "ada@example.com", "password": "correct horse battery"})
    code = re.search(r"^ {4}(\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code
    client.post("/accounts/confirm-email/", {"code": code[1]})
    assert client.get("/admin/")["Location"] == SET_UP
    # Something this dangerous asks for the password once more.
    client.post("/accounts/reauthenticate/", {"password": "correct horse battery"})

    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_a_lost_second_factor_is_reset_on_the_command_line_and_leaves_a_trace() -> None:
    user = superuser()
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)

    call_command("reset_second_factor", "Root@staff.example", verbosity=0)

    entry = AuditEntry.objects.get()
    assert entry.action == "user.second_factors_reset"
    assert entry.details == {"name": "root@staff.example", "removed": 2}
    assert signed_in(user).get("/admin/")["Location"] == SET_UP


def test_resetting_somebody_unknown_says_so() -> None:
    with pytest.raises(CommandError, match="Nobody signs in as"):
        call_command("reset_second_factor", "x@example.com")
