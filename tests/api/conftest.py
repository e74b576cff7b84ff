"""A till of one shop, a member with a card, and a rule that gives a point for each yuan."""

from collections.abc import Callable
from typing import Any

import pytest

from members.models import Member, Scope, Store
from members.services.api_keys import create_store_key
from tests.api.till import OCCURRED_AT, Till
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory


@pytest.fixture
def store(db: None) -> Store:
    """The till's shop."""
    return StoreFactory.create(code="nanjing-road", name="Nanjing Road")


@pytest.fixture
def other_store(db: None) -> Store:
    """A shop whose purchases are none of the till's business."""
    return StoreFactory.create(code="west-lake", name="West Lake")


@pytest.fixture
def rule(db: None) -> None:
    """A point for each yuan."""
    EarningRuleVersionFactory.create(rule__name="A point for each yuan")


@pytest.fixture
def member(rule: None) -> Member:
    """Somebody with a card."""
    return MemberFactory.create(phone="+8613800138000", email="lin@example.com", name="Lin Mei")


@pytest.fixture
def till(store: Store) -> Till:
    """The till, with every scope."""
    return till_of(store)


@pytest.fixture
def other_till(other_store: Store) -> Till:
    """The till of the other shop, with every scope."""
    return till_of(other_store)


@pytest.fixture
def till_without(store: Store) -> Callable[[Scope], Till]:
    """A till of the shop that has every scope but one."""
    return lambda missing: till_of(store, scopes=[scope for scope in Scope.values if scope != missing])


@pytest.fixture
def receipt(member: Member, store: Store) -> dict[str, Any]:
    """A purchase of two lines, worth 64 points."""
    return {
        "store": store.code,
        "external_id": "R-1",
        "member": member.number,
        "occurred_at": OCCURRED_AT,
        "currency": "CNY",
        "amount": "64.00",
        "lines": [
            {"sku": "9787020002207", "category": "books", "quantity": 1, "amount": "45.00"},
            {"sku": "flat-white", "category": "drinks", "quantity": 2, "amount": "19.00"},
        ],
    }


def till_of(store: Store, scopes: list[str] | None = None) -> Till:
    """A till with a new key."""
    key, text = create_store_key(store=store, scopes=Scope.values if scopes is None else scopes, name="Till")
    return Till(key=key, text=text)
