"""Keys of tills and shops: made once, shown once, revoked for good."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from members import clock
from members.models import Scope, Store, StoreKey, User
from members.services.audits import record_audit

# Who made a key where nobody had signed in.
COMMAND = "manage.py"


@transaction.atomic
def create_store_key(
    *,
    store: Store,
    scopes: Sequence[str],
    name: str,
    expires_at: datetime | None = None,
    actor: User | None = None,
    now: datetime | None = None,
) -> tuple[StoreKey, str]:
    """Make a key for a store and return it with its text, which is stored only as a hash and never shown again.

    The audit log keeps who made it and what it may do; without ``actor`` a command did. Raises ValueError for a scope
    that does not exist. ``now`` is only for the log, so that whoever needs a key alone may leave it out.
    """
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown:
        raise ValueError(f"No such scope: {', '.join(unknown)}")
    key = StoreKey(store=store, scopes=sorted(set(scopes)), name=name, expiry_date=expires_at)
    text: str = StoreKey.objects.assign_key(key)
    key.save()
    details = {"prefix": key.prefix, "name": name, "store": store.code, "scopes": key.scopes}
    record_audit(
        actor=actor,
        actor_label="" if actor else COMMAND,
        action="storekey.added",
        details=details,
        now=now or clock.now(),
    )
    return key, text


@transaction.atomic
def revoke_store_key(*, prefix: str, actor: User | None = None, now: datetime | None = None) -> bool:
    """Refuse a key from its next request on; false when it was revoked before. It cannot be undone."""
    revoked = StoreKey.objects.filter(prefix=prefix, revoked=False).update(revoked=True) > 0
    if revoked:
        record_audit(
            actor=actor,
            actor_label="" if actor else COMMAND,
            action="storekey.revoked",
            details={"prefix": prefix},
            now=now or clock.now(),
        )
    return revoked
