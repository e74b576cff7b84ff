from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import member_numbers
from members.exceptions import (
    AlreadyEnrolled,
    DomainError,
    InvalidBirthday,
    InvalidEmail,
    InvalidLanguage,
    InvalidPhone,
    InvalidStore,
    InvalidText,
    InvalidTimeZone,
    NotReachable,
)
from members.models import (
    Account,
    Channel,
    DomainEvent,
    ExternalMember,
    Member,
    MemberStatus,
    TierPeriod,
    TierReason,
)
from members.selectors.members import (
    find_by_email,
    find_by_number,
    find_by_phone,
    get_by_number,
    member_of,
    search_members,
)
from members.services import enrolments
from members.services.enrolment_drafts import Enrolment
from members.services.enrolments import enrol_member, enrol_members
from tests.factories import MemberFactory, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MEI_PHONE = "+8613800138000"


def enrol_mei(**changes: Any) -> Member:
    return enrol_member(**{"channel": Channel.SHOP, "phone": "138 0013 8000", "name": "Lin Mei", "now": NOW, **changes})


def enrolment(number: int, **changes: Any) -> Enrolment:
    return Enrolment(**{"channel": Channel.PARTNER, "source": "old", "external_id": str(number), **changes})


def test_a_till_enrols_a_customer_by_phone() -> None:
    store = StoreFactory.create()

    mei = enrol_mei(store_id=store.pk, language="zh-CN", birth_month=2, birth_day=29)

    assert member_numbers.is_valid(mei.number)
    assert (mei.phone, mei.email, mei.name, mei.user) == (MEI_PHONE, None, "Lin Mei", None)
    assert (mei.status, mei.language, mei.enrolled_channel) == (MemberStatus.ACTIVE, "zh-hans", Channel.SHOP)
    assert (mei.enrolled_store, mei.enrolled_at) == (store, NOW)
    assert (mei.birth_month, mei.birth_day, mei.birth_year) == (2, 29, None)


def test_a_new_member_has_an_empty_account_and_the_lowest_tier_for_good() -> None:
    mei = enrol_mei()

    account = Account.objects.get(member=mei)
    period = TierPeriod.objects.get(member=mei)
    assert (account.available, account.pending, account.owed, account.settle_due_at) == (0, 0, 0, None)
    assert (period.tier, period.start_reason, period.started_at) == (mei.tier, TierReason.ENROLLED, NOW)
    assert (mei.tier.rank, period.ended_at, period.held_until_date) == (0, None, None)


def test_an_enrolment_is_told_without_personal_data() -> None:
    mei = enrol_mei()

    event = DomainEvent.objects.get()

    assert (event.type, event.member, event.occurred_at) == ("member.enrolled", mei, NOW)
    assert event.payload == {"number": mei.number, "channel": "shop", "store": None}


@pytest.mark.parametrize("phone", ["+86 138 0013 8000", "13800138000"])
def test_a_phone_is_enrolled_once_however_it_is_written(phone: str) -> None:
    enrol_mei()

    with pytest.raises(AlreadyEnrolled) as refused:
        enrol_mei(phone=phone, name="Somebody else")

    assert str(refused.value) == "A member with this phone number is enrolled already."
    assert Member.objects.count() == 1


def test_an_email_is_enrolled_once_in_any_case() -> None:
    enrol_mei(email="mei@example.com")

    with pytest.raises(AlreadyEnrolled) as refused:
        enrol_mei(phone=None, email=" Mei@Example.COM ")

    assert refused.value.field == "email"
    assert Member.objects.count() == 1


def test_a_refusal_tells_nothing_about_the_member_who_is_there() -> None:
    mei = enrol_mei(email="mei@example.com")

    with pytest.raises(AlreadyEnrolled) as refused:
        enrol_mei()

    told = f"{refused.value} {refused.value.params} {vars(refused.value)}"
    assert not any(secret in told for secret in (mei.number, mei.name, "mei@", MEI_PHONE))


@pytest.mark.parametrize("status", [MemberStatus.CLOSED, MemberStatus.MERGED])
def test_a_card_out_of_use_frees_its_phone(status: MemberStatus) -> None:
    kept = MemberFactory.create() if status == MemberStatus.MERGED else None
    MemberFactory.create(phone=MEI_PHONE, status=status, merged_into=kept)

    assert enrol_mei().phone == MEI_PHONE


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"phone": None}, NotReachable),
        ({"phone": "  "}, NotReachable),
        ({"phone": "12"}, InvalidPhone),
        ({"email": "mei@"}, InvalidEmail),
        ({"language": "tlh"}, InvalidLanguage),
        ({"store_id": 4711}, InvalidStore),
        ({"birth_month": 2, "birth_day": 30}, InvalidBirthday),
        ({"name": "x" * 151}, InvalidText),
        ({"source": "old", "external_id": "x" * 65}, InvalidText),
        ({"source": "old", "external_id": "a\x00b"}, InvalidText),
    ],
)
def test_what_says_nothing_usable_is_refused(changes: dict[str, Any], error: type[DomainError]) -> None:
    with pytest.raises(error):
        enrol_mei(**changes)

    assert Member.objects.count() == 0
    assert DomainEvent.objects.count() == 0


def test_a_store_that_is_closed_enrols_nobody() -> None:
    with pytest.raises(InvalidStore):
        enrol_mei(store_id=StoreFactory.create(is_active=False).pk)


def test_names_are_kept_as_given_without_what_cannot_be_seen() -> None:
    assert enrol_mei(name=" Lin\x00\t Mei \u200d ").name == "Lin Mei \u200d"


def test_a_user_is_enrolled_once() -> None:
    user = UserFactory.create()
    mei = enrol_mei(user=user)

    with pytest.raises(AlreadyEnrolled):
        enrol_mei(user=user, phone=None, email="other@example.com")

    assert member_of(user) == mei


def test_each_of_many_gets_a_result_in_its_place() -> None:
    known = MemberFactory.create(phone=MEI_PHONE)

    results = enrol_members(
        enrolments=[
            enrolment(1),
            enrolment(2, phone="nonsense"),
            enrolment(3, phone=MEI_PHONE),
            enrolment(1, name="again"),
            enrolment(5, time_zone="Mars/Olympus"),
        ],
        now=NOW,
    )

    assert [result.status for result in results] == ["enrolled", "refused", "known", "known", "refused"]
    assert results[2].member_id == known.pk
    assert results[3].member_id == results[0].member_id
    assert isinstance(results[1].error, InvalidPhone)
    assert isinstance(results[4].error, InvalidTimeZone)
    assert Member.objects.count() == 2


def test_a_number_of_an_older_system_leads_to_one_member_for_ever() -> None:
    [first] = enrol_members(enrolments=[enrolment(17)], now=NOW)
    [second] = enrol_members(enrolments=[enrolment(17, phone=MEI_PHONE)], now=NOW)

    assert (second.status, second.member_id) == ("known", first.member_id)
    assert ExternalMember.objects.get().member_id == first.member_id
    assert Member.objects.get().phone is None


def test_an_outside_number_of_a_known_phone_is_noted_for_that_member() -> None:
    mei = enrol_mei()

    enrol_members(enrolments=[enrolment(17, phone=MEI_PHONE)], now=NOW)

    assert ExternalMember.objects.get(source="old", external_id="17").member == mei


def test_the_same_outside_number_of_two_shops_is_two_people() -> None:
    results = enrol_members(enrolments=[enrolment(1), enrolment(1, source="new")], now=NOW)

    assert [result.status for result in results] == ["enrolled", "enrolled"]


def test_people_who_joined_an_older_system_keep_their_day_but_nobody_joins_in_the_future() -> None:
    long_ago, later = NOW - timedelta(days=900), NOW + timedelta(days=1)

    results = enrol_members(enrolments=[enrolment(1, enrolled_at=long_ago), enrolment(2, enrolled_at=later)], now=NOW)

    assert [get_by_number(result.number).enrolled_at for result in results] == [long_ago, NOW]
    assert TierPeriod.objects.get(member__number=results[0].number).started_at == long_ago


def test_a_thousand_take_as_many_statements_as_one() -> None:
    store = StoreFactory.create()

    def statements(numbers: range) -> int:
        many = [enrolment(n, email=f"m{n}@example.com", phone=f"1380013{n:04d}", store_id=store.pk) for n in numbers]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            results = enrol_members(enrolments=many, now=NOW)
        assert {result.status for result in results} == {"enrolled"}
        # SQLite runs one prepared statement a table, once for each row; PostgreSQL's is not named.
        statements = [query["sql"] or "one for all tables" for query in captured]
        # A process takes ids in blocks, so that it asks for new ones only now and then.
        statements = [statement for statement in statements if "nextval" not in statement]
        inserts = {statement[:30] for statement in statements if statement.startswith("INSERT")}
        return len(inserts) + sum(not statement.startswith("INSERT") for statement in statements)

    assert statements(range(1)) == statements(range(1, 1_001))


def test_a_number_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = member_numbers.generate(2)
    MemberFactory.create(number=taken)
    draws = iter([[taken], [free]])
    monkeypatch.setattr(enrolments, "generate", lambda count, **_: next(draws))

    assert enrol_mei().number == free


def test_a_member_is_found_by_number_phone_and_email_as_people_write_them() -> None:
    mei = enrol_mei(email="mei@example.com")

    assert find_by_number(member_numbers.grouped(mei.number)) == mei
    assert get_by_number(mei.number) == mei
    assert find_by_phone("0086-138-0013-8000") == mei
    assert find_by_email("MEI@example.com") == mei
    assert (find_by_number("123"), find_by_phone("123"), find_by_email("")) == (None, None, None)


def test_a_merged_card_leads_to_the_kept_one() -> None:
    user = UserFactory.create()
    kept = MemberFactory.create()
    absorbed = MemberFactory.create(
        number=member_numbers.generate(1)[0], status=MemberStatus.MERGED, merged_into=kept, user=user
    )

    assert find_by_number(absorbed.number) == kept
    assert member_of(user) == kept


def test_staff_find_members_by_what_they_were_told() -> None:
    mei = enrol_mei(email="mei@example.com")
    wei = enrol_mei(phone=None, email="wei@example.com", name="王伟")

    assert list(search_members("138 0013 8000")) == [mei]
    assert list(search_members("lin")) == [mei]
    assert list(search_members("王伟")) == [wei]
    assert list(search_members("WEI@example.com")) == [wei]
    assert list(search_members(f" {member_numbers.grouped(mei.number)} ")) == [mei]
    assert list(search_members("x")) == []
    assert list(search_members("%")) == []
