"""What members say about themselves. A phone or an email is proven first: see claims.py."""

from datetime import datetime

from members.birthdays import validate_birthday
from members.clock import local_date
from members.languages import normalise_language
from members.models import Member, User
from members.names import clean_name
from members.services.audits import record_audit
from members.services.live_members import lock_live_member
from members.time_zones import normalise_time_zone
from members.transactions import retrying

FIELDS = ("name", "birth_month", "birth_day", "birth_year", "language", "time_zone")


@retrying
def update_profile(
    *,
    member_id: int,
    name: str,
    birth_month: int | None,
    birth_day: int | None,
    birth_year: int | None,
    language: str,
    time_zone: str,
    now: datetime,
    actor: User | None = None,
) -> Member:
    """Change how a member is greeted, in which language and zone, and when.

    The phone is missing on purpose: one that is typed but not proven could be anybody's, and refusing a taken one
    would tell that it is enrolled. ``actor`` is the colleague who does this for the member. Raises MemberNotLive,
    InvalidText, InvalidBirthday, InvalidLanguage, InvalidTimeZone.
    """
    born = validate_birthday(month=birth_month, day=birth_day, year=birth_year, today=local_date(now))
    member = lock_live_member(member_id)
    before = {field: getattr(member, field) for field in FIELDS}
    member.name = clean_name(name)
    member.birth_month, member.birth_day, member.birth_year = born or (None, None, None)
    member.language = normalise_language(language)
    member.time_zone = normalise_time_zone(time_zone)
    member.save(update_fields=FIELDS)
    changed = [field for field in FIELDS if getattr(member, field) != before[field]]
    if actor and changed:
        details = {"fields": changed}
        record_audit(actor=actor, action="member.profile_changed", member_id=member.pk, details=details, now=now)
    return member


def change_language(*, member: Member, language: str) -> None:
    """Keep the language in which a member reads the pages. Raises InvalidLanguage."""
    member.language = normalise_language(language)
    member.save(update_fields=["language"])


@retrying
def forget_phone(*, member_id: int) -> Member:
    """Take a member's phone off the card: cashiers no longer find it by that. Raises MemberNotLive."""
    member = lock_live_member(member_id)
    member.phone = None
    member.save(update_fields=["phone"])
    return member
