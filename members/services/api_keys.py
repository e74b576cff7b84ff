"""Keys of tills and shops: made once, shown once, revoked for good."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from members.models import Scope, Store, StoreKey


def create_store_key(
    *, store: Store, scopes: Sequence[str], name: str, expires_at: datetime | None = None
) -> tuple[StoreKey, str]:
    """Make a key for a store and return it with its text, which is stored only as a hash and never shown again.

    Raises ValueError for a scope that does not exist.
    """
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown:
        raise ValueError(f"No such scope: {', '.join(unknown)}")
    key = StoreKey(store=store, scopes=sorted(set(scopes)), name=name, expiry_date=expires_at)
    text: str = StoreKey.objects.assign_key(key)
    key.save()
    return key, text


@transaction.atomic
def revoke_store_key(*, prefix: str) -> bool:
    """Refuse a key from its next request on; false when it was revoked before. It cannot be undone."""
    return StoreKey.objects.filter(prefix=prefix, revoked=False).update(revoked=True) > 0
