"""Enrolling members: one at a till or online, thousands from a file, by the same writer."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from members.engines import Row, Write, engine
from members.exceptions import AlreadyEnrolled, DomainError
from members.member_numbers import generate
from members.models import (
    Account,
    AccountKind,
    Channel,
    ExternalMember,
    Member,
    MemberStatus,
    Store,
    Tier,
    TierPeriod,
    TierReason,
    User,
)
from members.selectors.enrolments import KnownMember, KnownMembers
from members.services.enrolment_drafts import Draft, Enrolment, draft_of
from members.services.events import INSERT_EVENTS, event_row
from members.transactions import retrying

# Lookups go by lists of this length, so that no number of rows runs into a limit of parameters.
SLICE = 5_000

INSERT_MEMBERS = Write(
    Member,
    (
        "id",
        "number",
        "user_id",
        "status",
        "name",
        "phone",
        "email",
        "birth_month",
        "birth_day",
        "birth_year",
        "language",
        "time_zone",
        "enrolled_channel",
        "enrolled_store_id",
        "enrolled_at",
        "tier_id",
        "status_reason",
    ),
)
INSERT_ACCOUNTS = Write(Account, ("kind", "member_id", "available", "pending", "owed"))
INSERT_PERIODS = Write(
    TierPeriod, ("member_id", "tier_id", "started_at", "start_reason", "end_reason", "is_manual", "note", "explanation")
)
INSERT_EXTERNAL_MEMBERS = Write(ExternalMember, ("source", "external_id", "member_id"))


@dataclass(frozen=True, slots=True)
class EnrolmentResult:
    """What became of one enrolment. ``error`` says why it was refused, or by what the member was known already."""

    status: Literal["enrolled", "known", "refused"]
    member_id: int | None = None
    number: str = ""
    error: DomainError | None = None


@retrying
def enrol_member(
    *,
    channel: str,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    name: str = "",
    language: str | None = None,
    store_id: int | None = None,
    birth_month: int | None = None,
    birth_day: int | None = None,
    birth_year: int | None = None,
    user: User | None = None,
    source: str = "",
    external_id: str = "",
) -> Member:
    """Enrol one member, in the lowest tier with an empty account.

    Raises NotReachable, AlreadyEnrolled, and InvalidPhone, InvalidEmail, InvalidBirthday, InvalidLanguage, InvalidStore
    or InvalidText for a field that says nothing usable.
    """
    enrolment = Enrolment(
        channel=channel,
        phone=phone,
        email=email,
        name=name,
        language=language,
        store_id=store_id,
        birth_month=birth_month,
        birth_day=birth_day,
        birth_year=birth_year,
        user_id=user.pk if user else None,
        source=source,
        external_id=external_id,
    )
    result = enrol_members(enrolments=[enrolment], now=now)[0]
    if result.error:
        raise result.error
    return Member.objects.select_related("tier").get(number=result.number)


@retrying
def enrol_members(
    *, enrolments: Sequence[Enrolment], now: datetime, draw: Callable[[int], int] = secrets.randbelow
) -> list[EnrolmentResult]:
    """Enrol many, one result each in their order, with a constant number of statements for each SLICE of them.

    Who is known already, by outside number, sign-in, phone or email, stays as they are; an outside number that is new
    is noted for them. When two tills enrol one phone at once the second waits for the unique index, is run again by
    ``retrying`` and finds the first. ``draw``: see member_numbers.generate.
    """
    results: list[EnrolmentResult] = []
    for start in range(0, len(enrolments), SLICE):
        results += _enrol_slice(enrolments[start : start + SLICE], now, draw)
    return results


def _enrol_slice(enrolments: Sequence[Enrolment], now: datetime, draw: Callable[[int], int]) -> list[EnrolmentResult]:
    stores = _active_stores(enrolments)
    drafts = [draft_of(enrolment, stores=stores, now=now) for enrolment in enrolments]
    known = KnownMembers.load(key for draft in drafts if isinstance(draft, Draft) for key in draft.keys)
    newcomers = _identities(sum(isinstance(draft, Draft) and not known.find(draft.keys) for draft in drafts), draw)
    results: list[EnrolmentResult] = []
    enrolled: list[tuple[KnownMember, Draft]] = []
    externals: list[Row] = []
    for draft in drafts:
        if isinstance(draft, DomainError):
            results.append(EnrolmentResult("refused", error=draft))
            continue
        outside = tuple(key for key in draft.keys if key.field == "external_id")
        found = known.find(draft.keys)
        if found:
            member, field = found
            noted = known.add(outside, member)
            results.append(EnrolmentResult("known", member.id, member.number, AlreadyEnrolled(field)))
        else:
            member = next(newcomers)
            noted = known.add(draft.keys, member)
            enrolled.append((member, draft))
            results.append(EnrolmentResult("enrolled", member.id, member.number))
        externals += [(*key.value, member.id) for key in noted if key.field == "external_id"]
    _write(enrolled, externals, now)
    return results


def _active_stores(enrolments: Sequence[Enrolment]) -> set[int]:
    wanted = {enrolment.store_id for enrolment in enrolments if enrolment.store_id is not None}
    return set(Store.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True)) if wanted else set()


def _identities(count: int, draw: Callable[[int], int]) -> Iterator[KnownMember]:
    """Ids and free numbers for newcomers; drawn again where a number is taken, which the unique index would refuse."""
    if not count:
        return iter(())
    [ids] = engine().reserve_ids([(Member, count)])
    numbers = generate(count, draw=draw)
    while taken := set(Member.objects.filter(number__in=numbers).values_list("number", flat=True)):
        free = (number for number in (*numbers, *generate(count, draw=draw)) if number not in taken)
        numbers = list(dict.fromkeys(free))[:count]
    return map(KnownMember, ids, numbers)


def _write(enrolled: list[tuple[KnownMember, Draft]], externals: list[Row], now: datetime) -> None:
    if not enrolled and not externals:
        return
    lowest_id = Tier.objects.values_list("pk", flat=True).get(rank=0)
    engine().write(
        [
            (INSERT_MEMBERS, [_member_row(member, draft, lowest_id) for member, draft in enrolled]),
            (INSERT_ACCOUNTS, [(str(AccountKind.MEMBER), member.id, 0, 0, 0) for member, _ in enrolled]),
            (
                INSERT_PERIODS,
                [
                    (member.id, lowest_id, draft.enrolled_at, str(TierReason.ENROLLED), "", False, "", {})
                    for member, draft in enrolled
                ],
            ),
            (INSERT_EXTERNAL_MEMBERS, externals),
            (INSERT_EVENTS, [_event_row(member, draft, now) for member, draft in enrolled]),
        ]
    )


def _member_row(member: KnownMember, draft: Draft, tier_id: int) -> Row:
    born = draft.birthday
    return (
        member.id,
        member.number,
        draft.enrolment.user_id,
        str(MemberStatus.ACTIVE),
        draft.name,
        draft.phone,
        draft.email,
        born.month if born else None,
        born.day if born else None,
        born.year if born else None,
        draft.language,
        draft.time_zone,
        str(Channel(draft.enrolment.channel)),
        draft.enrolment.store_id,
        draft.enrolled_at,
        tier_id,
        "",
    )


def _event_row(member: KnownMember, draft: Draft, now: datetime) -> Row:
    return event_row(
        type="member.enrolled",
        member_id=member.id,
        payload={
            "number": member.number,
            "channel": str(draft.enrolment.channel),
            "store": draft.enrolment.store_id,
        },
        occurred_at=draft.enrolled_at,
        now=now,
    )
