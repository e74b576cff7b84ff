"""What tests of pages share: somebody who is signed in, and points whose story a page tells."""

from datetime import UTC, datetime
from typing import Any, Protocol

from django.test import Client

from members.models import Member, Store
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, UserFactory
from tests.members.ledger_scenes import buy

# A quarter past four in the afternoon in Shanghai, where the programme is.
NOW = datetime(2026, 6, 10, 8, 15, tzinfo=UTC)


class Answer(Protocol):
    """What a view answers, or the test client's own kind of it."""

    @property
    def content(self) -> bytes:
        """The body."""


def member_who_signs_in(name: str = "Mei", **fields: Any) -> Member:
    """A member with a sign-in of their own."""
    return MemberFactory.create(name=name, user=UserFactory.create(name=name), **fields)


def signed_in(member: Member) -> Client:
    """A browser in which the member has signed in."""
    client = Client()
    assert member.user is not None
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def shop_with_rate(name: str = "Riverside shop") -> Store:
    """A shop, and a point for each 1.00."""
    EarningRuleVersionFactory.create()
    return StoreFactory.create(name=name, name_en=name)


def purchases(member: Member, shop: Store, count: int, *, at: datetime = NOW) -> None:
    """So many purchases of 100.00."""
    for number in range(count):
        buy(member, shop, f"r-{member.pk}-{number}", at=at)


def text_of(response: Answer) -> str:
    """The page as one line, so that what is looked for may break anywhere."""
    return " ".join(response.content.decode().split())
