"""A member's phone and email, changed by a colleague at the service desk."""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from members.emails import normalise_email
from members.exceptions import DomainError, ReasonMissing
from members.models import LIVE_STATUSES, Member, User
from members.names import clean_line
from members.phones import normalise_phone
from members.services.audits import record_audit
from members.services.live_members import lock_live_member
from members.transactions import retrying

FIELDS = ("phone", "email")
REASON_LENGTH = 200


class ContactTaken(DomainError):
    """Another live card has this phone or email; only staff are told whose."""

    code = "contact-taken"

    def __init__(self, *, field: str, holder: Member) -> None:
        """``field`` is "phone" or "email"."""
        super().__init__(holder=str(holder), number=holder.number)
        self.field = field
        self.message = PHONE_TAKEN if field == "phone" else EMAIL_TAKEN  # type: ignore[misc]


PHONE_TAKEN = _("This phone is on the card of %(holder)s (%(number)s). If both are one person, merge the cards.")
EMAIL_TAKEN = _("This email is on the card of %(holder)s (%(number)s). If both are one person, merge the cards.")


class NobodyCouldFindThem(DomainError):
    """A card without phone, email and sign-in can no longer be found by anything but its number."""

    code = "no-contact-left"
    status: ClassVar[int] = 422
    message = _("Leave a phone or an email: without both, only the card itself finds this member.")


def checked_contacts(*, member: Member, phone: str, email: str) -> dict[str, str | None]:
    """Phone and email in their stored form, or None where empty.

    Raises InvalidPhone, InvalidEmail, ContactTaken, NobodyCouldFindThem.
    """
    wanted = {
        "phone": normalise_phone(phone) if phone.strip() else None,
        "email": normalise_email(email) if email.strip() else None,
    }
    if not any(wanted.values()) and member.user_id is None:
        raise NobodyCouldFindThem
    for field, value in wanted.items():
        if value is None or value == getattr(member, field):
            continue
        others = Member.objects.filter(**{field: value}, status__in=LIVE_STATUSES).exclude(pk=member.pk)
        if holder := others.first():
            raise ContactTaken(field=field, holder=holder)
    return wanted


@retrying
def change_contacts(*, member_id: int, phone: str, email: str, reason: str, actor: User, now: datetime) -> Member:
    """Put another phone or email on a card, or take one off (empty).

    The address that somebody signs in with stays: only they can prove a new one. What was there before is in the
    member's history; the audit log has the names of the fields and the reason. Two colleagues who give one phone to
    two cards at once: the unique constraint refuses the second, whose next attempt says whose it is. Raises
    ReasonMissing, InvalidText, MemberNotLive, and what ``checked_contacts`` raises.
    """
    reason = clean_line(reason, length=REASON_LENGTH)
    if not reason:
        raise ReasonMissing
    member = lock_live_member(member_id)
    wanted = checked_contacts(member=member, phone=phone, email=email)
    changed = [field for field in FIELDS if wanted[field] != getattr(member, field)]
    if not changed:
        return member
    for field in changed:
        setattr(member, field, wanted[field])
    member.save(update_fields=changed)
    record_audit(
        actor=actor,
        action="member.contacts_changed",
        member_id=member.pk,
        details={"fields": changed, "reason": reason},
        now=now,
    )
    return member
