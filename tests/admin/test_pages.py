"""Every list and every form of the admin, for whoever may open it and for whoever may not."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from members.models import AuditEntry, JobRun, JobStatus
from members.roles import PERMISSIONS, Role
from tests.admin.staff_scenes import NOW, as_role, one_of_each, signed_in, superuser
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

OURS = sorted(model._meta.model_name or "" for model in admin.site._registry if model._meta.app_label == "members")
FORMS = ["store", "storekey", "tier", "earningrule", "expirypolicy", "importrun", "user", "webhookendpoint"]
READ_ONLY = ["account", "transfer", "lot", "draw", "debt", "purchase", "tierperiod", "auditentry", "jobrun"]


def address(model: str, page: str, *args: object) -> str:
    return reverse(f"admin:members_{model}_{page}", args=args)


def permission_exists(role: Role, model: str) -> bool:
    return f"view_{model}" in PERMISSIONS[role]


def test_everybody_with_work_here_sees_every_list_of_theirs_and_is_refused_the_others() -> None:
    one_of_each()
    for role in Role:
        client = as_role(role.value)
        for model in OURS:
            expected = 200 if permission_exists(role, model) else 403

            assert client.get(address(model, "changelist")).status_code == expected, (role, model)


@pytest.mark.parametrize("model", OURS)
def test_every_row_has_a_page(model: str) -> None:
    one_of_each()
    client = signed_in(superuser())
    row = apps.get_model("members", model).objects.order_by("pk").first()

    assert row is not None
    assert client.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", FORMS)
def test_every_form_opens_empty(model: str) -> None:
    assert signed_in(superuser()).get(address(model, "add")).status_code == 200


@pytest.mark.parametrize("model", FORMS)
def test_a_form_is_refused_to_whoever_may_only_look(model: str) -> None:
    client = as_role("marketing")

    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "add"), {"code": "x", "name_en": "x"}).status_code == 403


@pytest.mark.parametrize("model", READ_ONLY)
def test_the_ledger_cannot_be_changed_even_by_a_superuser(model: str) -> None:
    one_of_each()
    client, rows = signed_in(superuser()), apps.get_model("members", model).objects
    first = rows.order_by("pk").first()
    before = list(rows.order_by("pk").values())
    assert first is not None

    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "change", first.pk), {"points": 1}).status_code == 403
    assert client.post(address(model, "delete", first.pk), {"post": "yes"}).status_code == 403
    after = rows.exclude(action="member.viewed") if model == "auditentry" else rows
    assert list(after.order_by("pk").values()) == before


def test_visitors_are_sent_to_the_portals_own_sign_in() -> None:
    answer = Client().get("/admin/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")
    assert Client().get(answer.headers["Location"]).headers["Location"].startswith("/accounts/login/")


def test_a_member_is_refused() -> None:
    client = signed_in(UserFactory.create())

    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_start_page_shows_a_manager_what_waits() -> None:
    one_of_each()

    page = as_role("manager").get("/admin/").content.decode()

    assert "Points issued" in page
    assert address("member", "changelist") in page


def test_the_start_page_of_a_cashier_says_that_there_is_nothing_here() -> None:
    page = as_role("cashier").get("/admin/").content.decode()

    assert "Your role has no pages here" in page
    assert "Points issued" not in page


def test_groups_and_phone_claims_have_no_page() -> None:
    client = signed_in(superuser())

    assert client.get("/admin/auth/group/").status_code == 404
    assert client.get("/admin/members/phoneclaim/").status_code == 404


def test_saving_a_form_leaves_an_audit_entry() -> None:
    client = as_role("manager")

    client.post(
        address("store", "add"), {"code": "daan", "channel": "shop", "is_active": "on", "name_en": "Da’an Store"}
    )

    entry = AuditEntry.objects.get(action="store.added")
    assert entry.actor is not None
    assert entry.actor.email == "manager@staff.example"


def test_the_job_log_says_what_ran_how_long_and_what_failed() -> None:
    started = NOW - timedelta(minutes=5)
    for job, status, error in (("expire_points", JobStatus.FAILED, "Busy"), ("review_tiers", JobStatus.DONE, "")):
        JobRun.objects.create(
            job=job,
            for_date=NOW.date(),
            status=status,
            started_at=started,
            duration_ms=250_000,
            counts={"lots": 3},
            error=error,
        )
    client, log = as_role("analysis"), address("jobrun", "changelist")

    page = client.get(log).content.decode()
    for text in ("Expire points", "Failed", "4 min 10 s", "lots", "Review tiers"):
        assert text in page, text

    failed = client.get(log, {"status__exact": "failed", "job": "expire_points"}).context["cl"].result_count
    assert failed == 1
