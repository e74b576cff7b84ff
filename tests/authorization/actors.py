"""Who comes to the door: people of every role, and tills with every kind of key."""

from django.test import Client

from members.models import Member, Scope, Store, User
from members.roles import Role
from members.services.api_keys import create_store_key
from tests.admin.staff_scenes import signed_in
from tests.factories import StoreFactory, UserFactory
from tests.members.identity_scenes import staff

PEOPLE = ("anonymous", "member", "other_member", "cashier", "service", "marketer", "manager")
KEYS = ("till", "till_of_another_store", "till_without_scopes")
ACTORS = (*PEOPLE, *KEYS)
STAFF_ROLES = {
    "cashier": Role.CASHIER,
    "service": Role.SERVICE,
    "marketer": Role.MARKETING,
    "manager": Role.MANAGER,
}


def people(member: Member, other: Member) -> dict[str, Client]:
    """Browsers in which each has signed in."""
    return {
        "anonymous": Client(),
        "member": _browser_of(member),
        "other_member": _browser_of(other),
        **{name: signed_in(staff(role.value, name)) for name, role in STAFF_ROLES.items()},
    }


def _browser_of(member: Member) -> Client:
    user: User = UserFactory.create()
    Member.objects.filter(pk=member.pk).update(user=user)
    return signed_in(user)


def tills(store: Store) -> dict[str, Client]:
    """Clients that send a key with every request."""
    another = StoreFactory.create(code="somewhere-else")
    keys = {
        "till": (store, Scope.values),
        "till_of_another_store": (another, Scope.values),
        "till_without_scopes": (store, []),
    }
    return {
        name: Client(headers={"Authorization": f"Api-Key {create_store_key(store=of, scopes=scopes, name=name)[1]}"})
        for name, (of, scopes) in keys.items()
    }
