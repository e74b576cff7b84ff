"""The rows without which nothing works: the programme's accounts, the lowest tier, the first expiry policy."""

from datetime import UTC, datetime
from typing import Any

PROGRAMME_ACCOUNTS = ("issuance", "redemption", "breakage", "adjustment")
# In force since before any purchase that a programme may import.
BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)

BASE_TIER = {
    "name": "Regular",
    "name_en": "Regular",
    "name_zh_hans": "常客",
    "name_zh_hant": "常客",
    "colour": "#3d6a63",
}
FIRST_POLICY = {
    "name": "End of the month, 12 months after earning",
    "name_en": "End of the month, 12 months after earning",
    "name_zh_hans": "获得后第 12 个月的月底",
    "name_zh_hant": "獲得後第 12 個月的月底",
    "kind": "end_of_month",
    "months": 12,
}


def ensure_seed(registry: Any) -> None:
    """Add what is missing, through the models of ``registry`` (a migration's, or django.apps.apps)."""
    account = registry.get_model("members", "Account")
    for code in PROGRAMME_ACCOUNTS:
        account.objects.get_or_create(code=code, defaults={"kind": code})
    registry.get_model("members", "Rulebook").objects.get_or_create(pk=1, defaults={"revision": "first"})
    registry.get_model("members", "Tier").objects.get_or_create(rank=0, defaults={"code": "regular", **BASE_TIER})
    policy = registry.get_model("members", "ExpiryPolicy")
    if not policy.objects.exists():
        policy.objects.create(valid_from=BEGINNING, **FIRST_POLICY)
