from datetime import datetime

from members.models import StoreKey

# <8 characters>.<32 characters>; anything much longer is not one of ours and not worth hashing.
LONGEST_KEY = 80


def usable_key(*, presented: str, now: datetime) -> StoreKey | None:
    """The key that a caller presents, with its store, or None when it is unknown, revoked or expired.

    One query, by the prefix; the rest is compared as a hash. SHA-512 is enough for 32 random characters and takes
    microseconds, so nothing is cached and a revoked key is refused from the next request on.
    """
    prefix, _, secret = presented.partition(".")
    if not secret or len(presented) > LONGEST_KEY or not prefix.isascii() or not prefix.isalnum():
        return None
    key = StoreKey.objects.select_related("store").filter(prefix=prefix, revoked=False).order_by().first()
    if key is None or (key.expiry_date and key.expiry_date <= now):
        return None
    return key if StoreKey.objects.key_generator.verify(presented, key.hashed_key) else None
