"""Tiers, expiry policies, stores, keys, webhooks and people: what a manager or whoever runs the portal sets up."""

import re
from typing import Any

import pytest
import time_machine

from members.models import AuditEntry, ExpiryPolicy, StoreKey, Tier, User, WebhookEndpoint
from tests.admin.staff_scenes import NOW, as_role, signed_in, superuser
from tests.factories import StoreFactory
from tests.members.identity_scenes import staff

pytestmark = pytest.mark.django_db

GOLD = {
    "code": "gold",
    "rank": "2",
    "colour": "#c79a3b",
    "name_en": "Gold",
    "name_zh_hans": "金卡",
    "measure": "spend",
    "threshold": "3000.00",
    "window": "rolling",
    "window_months": "12",
    "downgrade": "earned",
    "grace_days": "30",
    "multiplier_percent": "1.5",
    "benefits_en": "A drink on your birthday",
}


def test_a_tier_is_written_in_money_and_factors() -> None:
    answer = as_role("manager").post("/admin/members/tier/add/", GOLD)

    assert answer.status_code == 302
    columns = ("threshold", "multiplier_percent", "name_en", "name_zh_hans")
    assert Tier.objects.filter(code="gold").values_list(*columns).get() == (300_000, 150, "Gold", "金卡")
    page = as_role("marketing").get("/admin/members/tier/").content.decode()
    assert "¥3,000" in page
    assert "×1.5" in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"threshold": "a lot"}, "Write an amount"),
        ({"measure": "visits", "threshold": "2.5"}, "a whole number"),
        ({"rank": "0"}, "everybody starts"),
        ({"multiplier_percent": "0.5"}, "greater than or equal to 1"),
        ({"colour": "red"}, "Enter a valid value"),
        ({"name_en": ""}, "required"),
    ],
)
def test_a_tier_that_cannot_be_is_refused_at_its_field(change: dict[str, str], message: str) -> None:
    page = as_role("manager").post("/admin/members/tier/add/", {**GOLD, **change}).content.decode()

    assert message in page
    assert not Tier.objects.filter(code="gold").exists()


@pytest.mark.parametrize("role", ["service", "marketing", "catalogue", "cashier", "data-protection"])
def test_only_a_manager_changes_tiers(role: str) -> None:
    before = Tier.objects.values().get()

    answer = as_role(role).post(f"/admin/members/tier/{before['id']}/change/", {**GOLD, "rank": "0"})

    assert answer.status_code == 403
    assert Tier.objects.values().get() == before


def test_a_policy_is_published_after_saying_what_it_does() -> None:
    answers = {"name_en": "Two years", "kind": "rolling", "months": "24"}
    client = as_role("manager")

    with time_machine.travel(NOW, tick=False):
        page = client.post("/admin/members/expirypolicy/add/", answers).content.decode()
        assert "keep the terms under which they were earned" in page
        assert ExpiryPolicy.objects.count() == 1
        client.post("/admin/members/expirypolicy/add/", {**answers, "confirm": "1"})

    newest = ExpiryPolicy.objects.order_by("-valid_from").values_list("name_en", "months", "valid_from")
    assert newest[0] == ("Two years", 24, NOW)


def test_a_policy_without_its_day_is_refused() -> None:
    answers = {"name_en": "Fixed", "kind": "fixed_date", "months": "12", "confirm": "1"}

    page = as_role("manager").post("/admin/members/expirypolicy/add/", answers).content.decode()

    assert "Name the month and the day" in page
    assert ExpiryPolicy.objects.count() == 1


def new_key(client: Any) -> tuple[str, StoreKey]:
    answers = {"name": "Till 1", "store": StoreFactory.create().pk, "scopes": ["members:read", "purchases:write"]}
    page = client.post("/admin/members/storekey/add/", answers)
    shown = re.search(r"<code>([^<\s]+\.[^<\s]+)</code>", page.content.decode())
    assert shown is not None
    assert "no-store" in page.headers["Cache-Control"]
    return shown[1], StoreKey.objects.get()


def test_a_key_is_shown_once_and_works() -> None:
    client = as_role("manager")

    text, key = new_key(client)

    assert StoreKey.objects.is_valid(text)
    assert key.scopes == ["members:read", "purchases:write"]
    assert text not in client.get("/admin/members/storekey/").content.decode()
    assert text not in client.get(f"/admin/members/storekey/{key.pk}/change/").content.decode()
    assert text not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_a_revoked_key_works_no_more() -> None:
    client = as_role("manager")
    text, key = new_key(client)

    client.post("/admin/members/storekey/", {"action": "revoke", "_selected_action": [key.pk]})

    assert not StoreKey.objects.is_valid(text)
    assert AuditEntry.objects.get(action="storekey.revoked").details == {"prefix": key.prefix}


def test_a_webhook_gets_its_secret_from_us() -> None:
    answers = {"url": "https://hooks.example.com/", "event_types": ["tier.changed"], "is_active": "on"}

    as_role("manager").post("/admin/members/webhookendpoint/add/", answers)

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.event_types == ["tier.changed"]


def test_a_superuser_gives_roles() -> None:
    sam = staff("service", "Sam")
    manager = next(group for group in sam.groups.model.objects.all() if group.name == "manager")
    answers = {"email": sam.email, "name": "Sam", "is_active": "on", "is_staff": "on", "groups": [manager.pk]}

    signed_in(superuser()).post(f"/admin/members/user/{sam.pk}/change/", answers)

    assert [group.name for group in sam.groups.all()] == ["manager"]


def test_a_manager_cannot_give_roles() -> None:
    sam, client = staff("service", "Sam"), as_role("manager")

    assert client.post(f"/admin/members/user/{sam.pk}/change/", {"is_superuser": "on"}).status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()
