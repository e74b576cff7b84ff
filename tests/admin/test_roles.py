from itertools import chain

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from members.roles import PERMISSIONS, Role, ensure_roles
from tests.admin.staff_scenes import as_role

pytestmark = pytest.mark.django_db


def permissions_of(role: Role) -> set[str]:
    group = Group.objects.get(name=role.value)
    return set(group.permissions.values_list("codename", flat=True))


@pytest.mark.parametrize("role", list(Role))
def test_the_migration_gives_each_role_what_the_table_says(role: Role) -> None:
    assert permissions_of(role) == set(PERMISSIONS[role])


def test_the_table_names_only_permissions_that_exist() -> None:
    named = set(chain.from_iterable(PERMISSIONS.values()))
    known = set(Permission.objects.filter(content_type__app_label="members").values_list("codename", flat=True))

    assert named - known == set()


def test_nobody_but_a_manager_decides_on_adjustments() -> None:
    assert [role for role in Role if "change_adjustment" in PERMISSIONS[role]] == [Role.MANAGER]


def test_no_role_may_touch_the_ledger_or_users() -> None:
    ledger = {
        f"{verb}_{model}" for verb in ("add", "change", "delete") for model in ("transfer", "lot", "draw", "debt")
    }
    users = {f"{verb}_user" for verb in ("add", "change", "delete", "view")}

    assert not set(chain.from_iterable(PERMISSIONS.values())) & (ledger | users)


def test_syncing_puts_a_role_right_that_somebody_changed() -> None:
    group = Group.objects.get(name=Role.SERVICE.value)
    group.permissions.set(Permission.objects.filter(codename="delete_member"))

    call_command("sync_roles", verbosity=0)

    assert permissions_of(Role.SERVICE) == set(PERMISSIONS[Role.SERVICE])


def test_syncing_twice_changes_nothing() -> None:
    ensure_roles(apps)
    ensure_roles(apps)

    assert Group.objects.count() == len(Role)


PAGES = {
    "accounts": "account",
    "adjustments": "adjustment",
    "audit": "auditentry",
    "events": "domainevent",
    "imports": "importrun",
    "jobs": "jobrun",
    "lots": "lot",
    "members": "member",
    "messages": "textmessage",
    "policies": "expirypolicy",
    "products": "product",
    "purchases": "purchase",
    "rules": "earningrule",
    "stores": "store",
    "keys": "storekey",
    "tier periods": "tierperiod",
    "tiers": "tier",
    "transfers": "transfer",
    "users": "user",
    "webhooks": "webhookendpoint",
}
PROGRAMME_PAGES = {"policies", "rules", "stores", "tiers"}
FILE_PAGES = {"accounts", "adjustments", "lots", "members", "purchases", "tier periods", "transfers"}
WORK: dict[Role, set[str]] = {
    Role.CASHIER: set(),
    Role.SERVICE: PROGRAMME_PAGES | FILE_PAGES | {"messages"},
    Role.CATALOGUE: {"products", "stores", "tiers"},
    Role.MARKETING: PROGRAMME_PAGES,
    Role.ANALYSIS: PROGRAMME_PAGES | {"jobs"},
    Role.MODERATION: set(),
    Role.MANAGER: set(PAGES) - {"users"},
    Role.DATA_PROTECTION: {"audit", "members"},
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_own_work_and_nothing_else(role: Role) -> None:
    client = as_role(role.value)

    opened = {name for name, model in PAGES.items() if client.get(f"/admin/members/{model}/").status_code == 200}

    assert opened == WORK[role]


@pytest.mark.parametrize("role", list(Role))
def test_the_navigation_offers_what_a_role_may_open(role: Role) -> None:
    page = as_role(role.value).get("/admin/").content.decode()

    offered = {name for name, model in PAGES.items() if f'href="/admin/members/{model}/"' in page}
    assert offered == WORK[role]


@pytest.mark.parametrize("role", list(Role))
def test_only_two_roles_take_the_list_of_members_away(role: Role) -> None:
    may = as_role(role.value).get("/admin/members/member/export/").status_code == 200

    assert may == (role in {Role.MANAGER, Role.DATA_PROTECTION})
