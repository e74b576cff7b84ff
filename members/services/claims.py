"""Claiming online the card that was made at a till, by proving the phone or the email it was made with."""

import secrets
import unicodedata
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from members import event_types
from members.engines import engine
from members.exceptions import AlreadyClaimed, TooManyCodes, UnverifiedEmail, WrongCode
from members.locks import lock_accounts_of, lock_user
from members.models import LIVE_STATUSES, Channel, Member, PhoneClaim, User
from members.phones import normalise_phone
from members.selectors.members import find_by_email, find_by_phone, member_of
from members.services.audits import record_audit
from members.services.enrolments import enrol_member
from members.services.events import record_event
from members.services.live_members import lock_live_member
from members.services.merges import merge_members
from members.text_messages import send_text_message
from members.transactions import retrying

CODE_LIFETIME = timedelta(minutes=10)
MAX_ATTEMPTS = 5
DIGITS = 6


@retrying
def join_online(*, user_id: int, now: datetime, language: str | None = None) -> Member:
    """Give a sign-in its membership: the unclaimed cards with its confirmed addresses, or else a new card.

    Several cards become one, and its address is the sign-in's. Running it again changes nothing. Raises
    UnverifiedEmail.
    """
    user = lock_user(user_id)
    emails = _verified_emails(user)
    if not emails:
        raise UnverifiedEmail
    member = member_of(user)
    cards = _unclaimed(emails, member)
    if member is None and cards:
        member = _link(cards.pop(0), user, proof="email", language=language, now=now)
    if member is None:
        # The address may be on the card of somebody who signs in with another one; the sign-in still gets a card.
        free = next((email for email in emails if find_by_email(email) is None), None)
        member = enrol_member(channel=Channel.WEB, email=free, name=user.name, language=language, user=user, now=now)
    for card in cards:
        member = merge_members(keep_id=member.pk, absorb_id=card.pk, actor=user, reason="claimed by email", now=now)
    return _set_email(member, emails)


def _verified_emails(user: User) -> list[str]:
    addresses = EmailAddress.objects.filter(user_id=user.pk, verified=True).order_by("-primary", "pk")
    return [address.email.lower() for address in addresses]


def _unclaimed(emails: list[str], member: Member | None) -> list[Member]:
    """Cards that nobody signs in with, oldest first; locked with the member, and read again under the lock."""
    cards = Member.objects.filter(email__in=emails, user=None, status__in=LIVE_STATUSES)
    lock_accounts_of([*cards.values_list("pk", flat=True), *([member.pk] if member else [])])
    return list(cards.order_by("enrolled_at", "pk"))


def _link(card: Member, user: User, *, proof: str, language: str | None, now: datetime) -> Member:
    """Let a user sign in to a locked, unclaimed card."""
    card.user = user
    card.name = card.name or user.name
    card.language = language or card.language
    card.save(update_fields=["user", "name", "language"])
    details = {"number": card.number, "proof": proof}
    record_event(type=event_types.MEMBER_CLAIMED, member_id=card.pk, payload=details, occurred_at=now, now=now)
    record_audit(actor=user, action="member.claimed", member_id=card.pk, details=details, now=now)
    return card


def _set_email(member: Member, emails: list[str]) -> Member:
    """Write to the sign-in's own address (the first), or to another confirmed one while that is on another's card."""
    if member.email == emails[0]:
        return member
    free = next((email for email in emails if find_by_email(email) is None), None)
    if free and (free == emails[0] or member.email not in emails):
        member = lock_live_member(member.pk)
        member.email = free
        member.save(update_fields=["email"])
    return member


def request_phone_code(*, user_id: int, phone: str, now: datetime) -> str:
    """Send a code to a phone, whether or not it is enrolled, and return the phone in its stored form.

    Nothing in the answer or its timing tells whether a card has this phone. Not one transaction: the code is stored
    first, then sent without holding anything. Raises InvalidPhone, TooManyCodes.
    """
    number = normalise_phone(phone)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    _store_claim(user_id=user_id, phone=number, code=code, now=now)
    text = _("%(code)s is your code for %(programme)s, valid for 10 minutes. Tell it to nobody.")
    send_text_message(to=number, body=text % {"code": code, "programme": settings.PROGRAMME_NAME}, now=now)
    return number


@retrying
def _store_claim(*, user_id: int, phone: str, code: str, now: datetime) -> None:
    lock_user(user_id)
    # Held until the end, so that of many requests at once no more than allowed get past the counts below.
    if not engine().try_lock(f"phone-code:{phone}"):
        raise TooManyCodes
    by_user = PhoneClaim.objects.filter(user_id=user_id, created_at__gt=now - timedelta(hours=1))
    by_phone = PhoneClaim.objects.filter(phone=phone, created_at__gt=now - timedelta(days=1))
    if (
        by_user.count() >= settings.PHONE_CODES_PER_USER_AND_HOUR
        or by_phone.count() >= settings.PHONE_CODES_PER_PHONE_AND_DAY
    ):
        raise TooManyCodes
    PhoneClaim.objects.create(
        user_id=user_id,
        phone=phone,
        code_hash=_hash(user_id, phone, code, now),
        created_at=now,
        expires_at=now + CODE_LIFETIME,
    )


def _hash(user_id: int, phone: str, code: str, created_at: datetime) -> str:
    # Keyed with the secret key: a million codes are tried in no time by who has the database alone.
    value = f"{user_id}:{phone}:{created_at.timestamp():.0f}:{code}"
    return salted_hmac("members.claims", value, algorithm="sha256").hexdigest()


def confirm_phone(*, user_id: int, phone: str, code: str, now: datetime) -> Member:
    """Check the code sent to a phone, and bring the card with that phone to the user's membership.

    Without such a card the phone is noted on the user's own, which is also how a member changes it. An attempt counts
    even if it fails, so this is two transactions. Raises InvalidPhone, WrongCode, AlreadyClaimed.
    """
    number = normalise_phone(phone)
    claim = _take_attempt(user_id=user_id, phone=number, now=now)
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    if not constant_time_compare(_hash(user_id, number, typed, claim.created_at), claim.code_hash):
        raise WrongCode
    return _prove_phone(user_id=user_id, claim_id=claim.pk, phone=number, now=now)


@retrying
def _take_attempt(*, user_id: int, phone: str, now: datetime) -> PhoneClaim:
    claims = PhoneClaim.objects.filter(user_id=user_id, phone=phone)
    claim = claims.filter(expires_at__gt=now).order_by("-pk").first()
    if claim is None:
        raise WrongCode
    # Counted by the database, so that guesses in parallel are no more than those one by one.
    if not PhoneClaim.objects.filter(pk=claim.pk, attempts__lt=MAX_ATTEMPTS).update(attempts=F("attempts") + 1):
        raise WrongCode
    return claim


@retrying
def _prove_phone(*, user_id: int, claim_id: int, phone: str, now: datetime) -> Member:
    user = lock_user(user_id)
    member = member_of(user)
    if not PhoneClaim.objects.filter(pk=claim_id, used_at=None).update(used_at=now):
        if member and member.phone == phone:
            # The second half of a double click.
            return member
        raise WrongCode
    card = find_by_phone(phone)
    if card and card != member:
        return _take_over(member, card, user, now)
    if member is None:
        return enrol_member(channel=Channel.WEB, phone=phone, name=user.name, user=user, now=now)
    return _set_phone(member, phone)


def _take_over(member: Member | None, card: Member, user: User, now: datetime) -> Member:
    phone = card.phone or ""
    lock_accounts_of([each.pk for each in (member, card) if each])
    card.refresh_from_db()
    if card.user_id is not None:
        raise AlreadyClaimed
    if member is None:
        return _link(card, user, proof="phone", language=None, now=now)
    kept = merge_members(keep_id=member.pk, absorb_id=card.pk, actor=user, reason="claimed by phone", now=now)
    return _set_phone(kept, phone)


def _set_phone(member: Member, phone: str) -> Member:
    """The phone proven last is the one by which a till finds the member."""
    member = lock_live_member(member.pk)
    member.phone = phone
    member.save(update_fields=["phone"])
    return member
