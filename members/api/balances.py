from typing import Any, Protocol

from members.selectors.rulebook import Rulebook


class Standing(Protocol):
    """Where a member stands: any result of a service, or an account."""

    @property
    def available(self) -> int: ...
    @property
    def pending(self) -> int: ...
    @property
    def owed(self) -> int: ...


def balance(standing: Standing) -> dict[str, int]:
    """The three figures of a balance."""
    return {"available": standing.available, "pending": standing.pending, "owed": standing.owed}


def tier(tier_id: int | None, rulebook: Rulebook) -> dict[str, Any]:
    """A tier with its name in the active language."""
    terms = rulebook.tiers[0] if tier_id is None else rulebook.tier(tier_id)
    return {"code": terms.code, "name": str(terms.names), "rank": terms.rank}
