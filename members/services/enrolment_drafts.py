"""Enrolments brought into their stored form, or refused with the reason."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from members.birthdays import Birthday, validate_birthday
from members.clock import local_date
from members.emails import normalise_email
from members.exceptions import DomainError, InvalidStore, InvalidText, NotReachable
from members.languages import normalise_language
from members.names import clean_name
from members.phones import normalise_phone
from members.selectors.enrolments import EnrolmentKey
from members.time_zones import normalise_time_zone

EXTERNAL_ID_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Somebody who joins: reachable by phone, email, sign-in, or their number in an older system.

    ``enrolled_at`` is for imports of people who joined before; it is never later than now.
    """

    channel: str
    phone: str | None = None
    email: str | None = None
    name: str = ""
    language: str | None = None
    time_zone: str = ""
    store_id: int | None = None
    birth_month: int | None = None
    birth_day: int | None = None
    birth_year: int | None = None
    user_id: int | None = None
    source: str = ""
    external_id: str = ""
    enrolled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An enrolment whose every field is in its stored form."""

    enrolment: Enrolment
    phone: str | None
    email: str | None
    name: str
    language: str
    time_zone: str
    birthday: Birthday | None
    enrolled_at: datetime
    keys: tuple[EnrolmentKey, ...]


def draft_of(enrolment: Enrolment, *, stores: Collection[int], now: datetime) -> Draft | DomainError:
    """The enrolment in its stored form, or what is wrong with it; ``stores`` are those that may enrol."""
    try:
        phone = normalise_phone(enrolment.phone) if enrolment.phone and enrolment.phone.strip() else None
        email = normalise_email(enrolment.email) if enrolment.email and enrolment.email.strip() else None
        if enrolment.store_id is not None and enrolment.store_id not in stores:
            raise InvalidStore
        if len(enrolment.external_id) > EXTERNAL_ID_LENGTH or not enrolment.external_id.isprintable():
            raise InvalidText(length=EXTERNAL_ID_LENGTH)
        keys = tuple(_keys(enrolment, phone, email))
        if not keys:
            raise NotReachable
        return Draft(
            enrolment,
            phone,
            email,
            clean_name(enrolment.name),
            normalise_language(enrolment.language),
            normalise_time_zone(enrolment.time_zone),
            validate_birthday(
                month=enrolment.birth_month, day=enrolment.birth_day, year=enrolment.birth_year, today=local_date(now)
            ),
            min(enrolment.enrolled_at or now, now),
            keys,
        )
    except DomainError as error:
        return error


def _keys(enrolment: Enrolment, phone: str | None, email: str | None) -> Iterator[EnrolmentKey]:
    # The surest first: an older system's own number, then who signed in, then what a family may share.
    if enrolment.external_id:
        yield EnrolmentKey("external_id", (enrolment.source, enrolment.external_id))
    if enrolment.user_id is not None:
        yield EnrolmentKey("user", enrolment.user_id)
    if phone:
        yield EnrolmentKey("phone", phone)
    if email:
        yield EnrolmentKey("email", email)
