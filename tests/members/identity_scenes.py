"""Arrangements that tests of people share: staff with a role, points without a purchase, and books that balance."""

from datetime import UTC, datetime

from django.contrib.auth.models import Group

from members.models import Account, Member, Transfer, User
from members.services.ledger import award_points
from members.services.verifications import verify_ledger
from tests.factories import UserFactory

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def staff(role: str, name: str) -> User:
    """Somebody of the staff with one role."""
    user: User = UserFactory.create(email=f"{name.lower()}@staff.example", name=name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def give(member: Member, points: int, *, key: str = "welcome", now: datetime = NOW) -> Transfer:
    """Bonus points, available at once."""
    return award_points(member_id=member.pk, points=points, business_key=f"{key}:{member.pk}", now=now)


def balance(member: Member) -> tuple[int, int, int]:
    """Available, pending, owed."""
    account = Account.objects.get(member=member)
    return account.available, account.pending, account.owed


def drift() -> list[str]:
    """Whatever verify_ledger would complain of."""
    return [str(found) for found in verify_ledger(now=NOW, is_exact=True).drifts]
