"""Locking a member before changing them."""

from members.exceptions import MemberNotLive
from members.locks import lock_accounts_of
from members.models import Member


def lock_live_member(member_id: int) -> Member:
    """The member, read under the lock of their account. Raises MemberNotLive for closed and merged cards."""
    [member] = lock_live_members([member_id])
    return member


def lock_live_members(member_ids: list[int]) -> list[Member]:
    """Members in the order asked for, read under the locks of their accounts. Raises MemberNotLive."""
    lock_accounts_of(member_ids)
    found = Member.objects.in_bulk(member_ids)
    members = [found[member_id] for member_id in member_ids]
    for member in members:
        if not member.is_live:
            raise MemberNotLive(number=member.number)
    return members
