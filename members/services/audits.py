"""The audit log: who did what to whom, written in the transaction that did it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from members.models import AuditEntry, User


def record_audit(
    *,
    actor: User | None,
    action: str,
    now: datetime,
    member_id: int | None = None,
    details: dict[str, Any] | None = None,
    actor_label: str = "",
) -> AuditEntry:
    """Write an audit entry in the running transaction.

    ``action`` is a stable name such as "member.merged". ``actor`` is None for programs; ``actor_label`` then says
    which (a store key's name, a command). ``details`` hold figures, numbers and reasons.
    """
    return AuditEntry.objects.create(
        at=now,
        actor=actor,
        actor_label=(actor_label or (actor.email if actor else ""))[:150],
        action=action,
        member_id=member_id,
        details=details or {},
    )


def record_looks(
    *, actor: User, action: str, member_ids: Iterable[int], details: dict[str, Any], now: datetime
) -> None:
    """Write down that somebody saw these members: an entry each, so that each member's log has it."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=now, actor=actor, actor_label=actor.email[:150], action=action, member_id=member_id, details=details
        )
        for member_id in member_ids
    )
