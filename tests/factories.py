"""Rows for tests: each factory makes the smallest valid one, and a test names only what it is about."""

# For factory_boy's types a factory makes factories, not rows.
# mypy: allow-untyped-calls, allow-untyped-decorators, allow-subclassing-any

from datetime import UTC, datetime
from typing import Any

from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from members.models import (
    Account,
    AccountKind,
    EarningRule,
    EarningRuleVersion,
    ExpiryKind,
    ExpiryPolicy,
    Member,
    RuleKind,
    Store,
    Tier,
    TierPeriod,
    TierReason,
    User,
)

# Before anything that a test does.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
RowFactory: Any = DjangoModelFactory
PASSWORD = "correct horse battery staple"


def member_number(sequence: int) -> str:
    """Return the 12 digits of a card with a valid (Luhn) check digit."""
    digits = f"9{sequence:010d}"
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[::-2])
    return f"{digits}{-(doubled + sum(map(int, digits[-2::-2]))) % 10}"


class UserFactory(RowFactory):
    """Somebody who can sign in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda number: f"person{number}@example.com")
    name = Sequence(lambda number: f"Person {number}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **{"password": PASSWORD, **kwargs})


class StoreFactory(RowFactory):
    """An active shop."""

    class Meta:
        model = Store

    code = Sequence(lambda number: f"shop-{number}")
    name = Sequence(lambda number: f"Shop {number}")


class TierFactory(RowFactory):
    """A tier above the lowest one, which every database has, for 1,000.00 spent a rank."""

    class Meta:
        model = Tier

    rank = Sequence(lambda number: number + 1)
    code = LazyAttribute(lambda tier: f"tier-{tier.rank}")
    name = LazyAttribute(lambda tier: f"Tier {tier.rank}")
    threshold = LazyAttribute(lambda tier: tier.rank * 100_000)


class MemberFactory(RowFactory):
    """An active member with an empty account, in the lowest tier since enrolment."""

    class Meta:
        model = Member
        skip_postgeneration_save = True

    number = Sequence(member_number)
    name = Sequence(lambda number: f"Member {number}")
    enrolled_at = LONG_AGO
    tier = LazyFunction(lambda: Tier.objects.get(rank=0))

    @post_generation
    def account(self: Any, create: bool, extracted: None, **kwargs: Any) -> None:
        if create:
            Account.objects.create(kind=AccountKind.MEMBER, member=self, **kwargs)
            TierPeriod.objects.create(
                member=self, tier=self.tier, started_at=self.enrolled_at, start_reason=TierReason.ENROLLED
            )


class EarningRuleFactory(RowFactory):
    """A rule that says nothing yet."""

    class Meta:
        model = EarningRule

    code = Sequence(lambda number: f"rule-{number}")
    name = Sequence(lambda number: f"Rule {number}")


class EarningRuleVersionFactory(RowFactory):
    """A point for each 1.00, for everybody and for ever; ``stores=[...]`` limits it to some stores."""

    class Meta:
        model = EarningRuleVersion
        skip_postgeneration_save = True

    rule = SubFactory(EarningRuleFactory)
    kind = RuleKind.BASE
    valid_from = LONG_AGO
    points = LazyAttribute(lambda version: 0 if version.kind == RuleKind.MULTIPLIER else 1)
    per_amount = LazyAttribute(lambda version: 100 if version.kind in {RuleKind.BASE, RuleKind.BONUS_RATE} else 0)
    percent = LazyAttribute(lambda version: 200 if version.kind == RuleKind.MULTIPLIER else 0)

    @post_generation
    def stores(self: Any, create: bool, extracted: list[Store] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.stores.set(extracted)


class ExpiryPolicyFactory(RowFactory):
    """A policy in force from 2000 on: points live 12 months and to the end of that month."""

    class Meta:
        model = ExpiryPolicy

    name = Sequence(lambda number: f"Policy {number}")
    kind = ExpiryKind.END_OF_MONTH
    months = 12
    valid_from = LONG_AGO
