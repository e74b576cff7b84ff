"""Users of the demo programme: the staff, and members who sign in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from members.demo.accounts import DEMO_PASSWORD, DEMO_STAFF
from members.demo.people import Person
from members.models import User


def make_users(*, people: Sequence[Person], opened_at: datetime) -> tuple[dict[str, User], dict[str, int]]:
    """Make all users at once; returns the staff and the ids of the members' users, each by email.

    The password is hashed once for all: hashing is slow by design, and this password is no secret.
    """
    password = make_password(DEMO_PASSWORD)
    staff = User.objects.bulk_create(
        User(
            email=account.email,
            name=account.name,
            password=password,
            is_staff=True,
            is_superuser=account.is_superuser,
            joined_at=opened_at,
        )
        for account in DEMO_STAFF
    )
    members = User.objects.bulk_create(
        User(
            email=person.email or "",
            name=person.name,
            password=password,
            joined_at=person.enrolled_at + (person.claims_after or timedelta()),
        )
        for person in people
        if person.has_sign_in
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in (*staff, *members)
    )
    _give_roles(staff)
    return {user.email: user for user in staff}, {user.email: user.pk for user in members}


def _give_roles(staff: Sequence[User]) -> None:
    groups = {group.name: group for group in Group.objects.all()}
    for account, user in zip(DEMO_STAFF, staff, strict=True):
        if account.group:
            user.groups.add(groups[account.group])
