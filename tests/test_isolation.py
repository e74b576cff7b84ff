import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from members.models import Account, Transfer

pytestmark = pytest.mark.django_db(transaction=True)


def transfer(key: str) -> Transfer:
    issuance, adjustment = (Account.objects.get(code=code) for code in ("issuance", "adjustment"))
    return Transfer.objects.create(
        debit_account=issuance,
        credit_account=adjustment,
        points=1,
        kind="adjustment",
        business_key=key,
        occurred_at="2026-03-01T00:00:00Z",
        recorded_at="2026-03-01T00:00:00Z",
    )


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_that_commits_to_the_ledger_leaves_nothing_behind(turn: str) -> None:
    assert Transfer.objects.count() == 0
    assert Account.objects.filter(code="issuance").exists()
    assert Group.objects.filter(name="cashier").exists()

    transfer(f"test:{turn}")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM members_transfer")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_finds_an_empty_cache(turn: str) -> None:
    assert cache.get("seen") is None

    cache.set("seen", turn)

    assert cache.get("seen") == turn
