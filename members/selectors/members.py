"""Finding members. A merged card leads to the one it was merged into."""

import unicodedata

from django.db.models import Q, QuerySet

from members.exceptions import MemberNotFound, NoMembership
from members.member_numbers import parse
from members.models import LIVE_STATUSES, Member, User
from members.phones import find_phone

# A search shows no more than this; whoever is not among them needs a longer word.
SEARCH_LIMIT = 50
MIN_PREFIX = 2


def followed(member: Member | None) -> Member | None:
    """The card that stands for a member now: itself, or the one it was merged into (merges keep that to one step)."""
    return member.merged_into if member and member.merged_into_id else member


def find_by_number(text: str) -> Member | None:
    """The member of a card number as typed or scanned; closed cards are found too, so that a till can say so."""
    number = parse(text)
    if number is None:
        return None
    return followed(Member.objects.select_related("merged_into").filter(number=number).first())


def get_by_number(text: str) -> Member:
    """The member of a card number. Raises MemberNotFound."""
    member = find_by_number(text)
    if member is None:
        raise MemberNotFound(number=text[:20])
    return member


def find_by_phone(text: str) -> Member | None:
    """The live member with a phone number, in whatever way it is written."""
    phone = find_phone(text)
    return Member.objects.filter(phone=phone, status__in=LIVE_STATUSES).first() if phone else None


def find_by_email(text: str) -> Member | None:
    """The live member with an email address, in whatever case it is typed."""
    email = text.strip().lower()
    return Member.objects.filter(email=email, status__in=LIVE_STATUSES).first() if email else None


def member_of(user: User) -> Member | None:
    """The live member who signs in as this user; the sign-in of a merged card leads to the kept one."""
    members = Member.objects.select_related("tier", "merged_into__tier")
    member = followed(members.filter(user=user).first())
    return member if member and member.is_live else None


def require_member_of(user: User) -> Member:
    """The live member who signs in as this user. Raises NoMembership."""
    member = member_of(user)
    if member is None:
        raise NoMembership
    return member


def search_members(text: str) -> QuerySet[Member]:
    """Members whom staff mean by a number, a phone, an email or the beginning of a name, at most SEARCH_LIMIT.

    Each alternative is served by an index: unique number; phone and email, which are unique among live cards and so
    find those; and the beginning of a name in any case. Full-width letters and digits, as input methods for Chinese
    write them, are the same as plain ones.
    """
    words = " ".join(unicodedata.normalize("NFKC", text).replace("\0", "").split())
    if len(words) < MIN_PREFIX:
        return Member.objects.none()
    wanted = Q(name__istartswith=words)
    if number := parse(words):
        wanted |= Q(number=number)
    if "@" in words:
        wanted |= Q(email=words.lower(), status__in=LIVE_STATUSES)
    if phone := find_phone(words):
        wanted |= Q(phone=phone, status__in=LIVE_STATUSES)
    return Member.objects.filter(wanted).select_related("tier").order_by("name", "pk")[:SEARCH_LIMIT]
