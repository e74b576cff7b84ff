from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from members import clock
from members.models import Member, Scope, Store, StoreKey
from members.selectors.api_keys import usable_key
from members.services.api_keys import create_store_key, revoke_store_key
from tests.api.till import MEMBERS, Till, is_problem

pytestmark = pytest.mark.django_db


def created(*arguments: str) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_the_command_prints_a_key_that_works_once(store: Store, member: Member) -> None:
    text = created("--store", "nanjing-road", "--name", "Till 2")

    key = StoreKey.objects.get()
    assert (key.store, key.name, set(key.scopes)) == (store, "Till 2", set(Scope.values))
    assert Till(key=key, text=text).get(f"{MEMBERS}{member.number}/").status_code == 200
    # Only the hash is stored.
    assert text.partition(".")[2] not in str(list(StoreKey.objects.values()))


def test_the_command_takes_scopes_and_a_last_day(store: Store) -> None:
    created("--store", "nanjing-road", "--scope", "points:read", "--scope", "members:read", "--until", "2027-01-31")

    key = StoreKey.objects.get()
    assert key.scopes == ["members:read", "points:read"]
    assert key.expiry_date == clock.day_end(date(2027, 1, 31))


def test_the_command_names_the_stores_there_are(store: Store) -> None:
    with pytest.raises(CommandError, match="nanjing-road"):
        created("--store", "nowhere")
    with pytest.raises(CommandError, match="points:spend"):
        created("--store", "nanjing-road", "--scope", "points:spend")


def test_an_unknown_scope_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="points:spend"):
        create_store_key(store=store, scopes=["points:spend"], name="x")

    assert not StoreKey.objects.exists()


def test_a_revoked_key_is_refused_from_the_next_request_on(till: Till, member: Member) -> None:
    path = f"{MEMBERS}{member.number}/"
    assert till.get(path).status_code == 200

    assert revoke_store_key(prefix=till.key.prefix)

    assert is_problem(till.get(path), 401, "unauthenticated")
    assert not revoke_store_key(prefix=till.key.prefix)


def test_an_expired_key_is_refused(store: Store) -> None:
    now = clock.now()
    _key, text = create_store_key(store=store, scopes=[], name="x", expires_at=now + timedelta(seconds=1))

    assert usable_key(presented=text, now=now) is not None
    assert usable_key(presented=text, now=now + timedelta(seconds=1)) is None


@pytest.mark.parametrize("change", [str.swapcase, lambda text: text + "x", lambda text: text[:-1], lambda _: "." * 41])
def test_a_key_that_differs_is_refused(till: Till, change: Any) -> None:
    assert usable_key(presented=change(till.text), now=clock.now()) is None


def test_a_key_costs_one_query_and_no_slow_hash(till: Till, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        key = usable_key(presented=till.text, now=clock.now())
        assert key is not None
        assert key.store.code == "nanjing-road"
    assert key.hashed_key.startswith("sha512$$")
