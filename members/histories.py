"""Whose earlier words are kept: what the programme says, and what members say about themselves.

Registered by translation.py rather than on the models, since the fields for each language come only then. The ledger
is its own history.
"""

from simple_history import register

from members.models import EarningRule, EarningRuleVersion, ExpiryPolicy, Member, Store, Tier
from members.models.history import Histories

# Beside the columns for each language the plain one holds a copy of the first.
TRANSLATED: dict[type, tuple[str, ...]] = {
    Tier: ("name", "benefits"),
    EarningRule: ("name",),
    EarningRuleVersion: (),
    ExpiryPolicy: ("name",),
    Store: ("name",),
}
# Written for visitors rather than for the programme's rules.
SHOWCASE = ("address", "address_en", "address_zh_hans", "address_zh_hant", "picture")
# What is no part of the profile: whom it signs in, which has events of its own, and what never changes.
NOT_PROFILE = ("user", "enrolled_channel", "enrolled_store", "enrolled_at", "tier", "merged_into", "closed_at")


def register_histories() -> None:
    """Make a historical model for each."""
    for model, copies in TRANSLATED.items():
        excluded = [*copies, *SHOWCASE] if model is Store else list(copies)
        register(model, records_class=Histories, excluded_fields=excluded)
    register(Member, records_class=Histories, excluded_fields=list(NOT_PROFILE))
