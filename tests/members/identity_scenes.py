"""Arrangements that tests of people share: staff with a role, points without a purchase, and books that balance."""

from datetime import UTC, datetime

from django.contrib.auth.models import Group
from django.db.models import Sum

from members.models import Account, AccountKind, Lot, Member, Transfer, User
from members.services.ledger import award_points
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
    """Members whose balance is not what their transfers and open lots say."""
    wrong = []
    for account in Account.objects.filter(kind=AccountKind.MEMBER):
        received = account.credits.aggregate(points=Sum("points", default=0))["points"]
        given = account.debits.aggregate(points=Sum("points", default=0))["points"]
        open_lots = Lot.objects.filter(account=account).aggregate(points=Sum("remaining", default=0))["points"]
        held = account.available + account.pending
        if held != open_lots or received - given != held - account.owed:
            wrong.append(f"{account}: {held} held, {open_lots} in lots, {received - given} moved")
    return wrong
