import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.exceptions import AlreadyClaimed, DomainError, InvalidPhone, TooManyCodes, UnverifiedEmail, WrongCode
from members.models import (
    AuditEntry,
    Channel,
    DomainEvent,
    Member,
    MemberStatus,
    PhoneClaim,
    TextMessage,
    User,
)
from members.selectors.members import find_by_number, find_by_phone, member_of
from members.services.claims import confirm_phone, join_online, request_phone_code
from members.services.enrolments import enrol_member
from tests.factories import MemberFactory, UserFactory
from tests.members.identity_scenes import NOW, balance, drift, give

pytestmark = pytest.mark.django_db

PHONE = "+8613800138000"


def confirmed_user(email: str = "mei@example.com", name: str = "Lin Mei") -> User:
    user = UserFactory.create(email=email, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def till_card(phone: str | None = None, email: str | None = None) -> Member:
    return enrol_member(channel=Channel.SHOP, phone=phone, email=email, now=NOW)


def code_sent_to(phone: str) -> str:
    message = TextMessage.objects.filter(to=phone).latest("pk")
    return str(re.findall(r"\b\d{6}\b", message.body)[0])


def claim_phone(user: User, phone: str = PHONE) -> Member:
    number = request_phone_code(user_id=user.pk, phone=phone, now=NOW)
    return confirm_phone(user_id=user.pk, phone=phone, code=code_sent_to(number), now=NOW)


# By email


def test_somebody_new_is_enrolled_online_once_the_address_is_confirmed() -> None:
    user = confirmed_user()

    mei = join_online(user_id=user.pk, language="zh-hant", now=NOW)

    assert (mei.user, mei.email, mei.name, mei.language) == (user, "mei@example.com", "Lin Mei", "zh-hant")
    assert (mei.enrolled_channel, mei.status) == (Channel.WEB, MemberStatus.ACTIVE)


def test_an_address_that_is_not_confirmed_brings_nothing() -> None:
    user = UserFactory.create(email="mei@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    card = till_card(email="mei@example.com")

    with pytest.raises(UnverifiedEmail):
        join_online(user_id=user.pk, now=NOW)

    card.refresh_from_db()
    assert (card.user, Member.objects.count()) == (None, 1)


def test_a_till_card_with_the_confirmed_address_is_claimed_with_its_points() -> None:
    card = till_card(email="Mei@Example.com", phone=PHONE)
    give(card, 120)

    mei = join_online(user_id=confirmed_user().pk, language="zh-hans", now=NOW)

    assert (mei, mei.name, mei.language, mei.enrolled_channel) == (card, "Lin Mei", "zh-hans", Channel.SHOP)
    assert balance(mei) == (120, 0, 0)
    assert AuditEntry.objects.get(action="member.claimed").member == card
    assert DomainEvent.objects.get(type="member.claimed").payload == {"number": card.number, "proof": "email"}


def test_joining_twice_changes_nothing() -> None:
    user = confirmed_user()
    first = join_online(user_id=user.pk, now=NOW)

    second = join_online(user_id=user.pk, now=NOW)

    assert second == first
    assert Member.objects.count() == 1


def test_a_card_made_later_with_the_same_persons_other_address_is_merged_in() -> None:
    user = confirmed_user()
    mei = join_online(user_id=user.pk, now=NOW)
    card = till_card(email="work@example.com")
    give(card, 50)
    EmailAddress.objects.create(user=user, email="work@example.com", verified=True)

    kept = join_online(user_id=user.pk, now=NOW)

    assert kept == mei
    assert find_by_number(card.number) == mei
    assert (balance(mei), drift()) == ((50, 0, 0), [])


def test_an_address_on_the_card_of_another_sign_in_stays_there() -> None:
    wei = till_card(email="mei@example.com")
    Member.objects.filter(pk=wei.pk).update(user=UserFactory.create())

    mei = join_online(user_id=confirmed_user().pk, now=NOW)

    assert (mei.email, mei == wei) == (None, False)


def test_the_card_follows_when_its_member_signs_in_with_another_address(client: Client) -> None:
    user = confirmed_user()
    mei = join_online(user_id=user.pk, now=NOW)
    EmailAddress.objects.create(user=user, email="new@example.com", verified=True)
    client.force_login(user)

    client.post(reverse("account_email"), {"action_primary": "", "email": "new@example.com"})

    mei.refresh_from_db()
    assert mei.email == "new@example.com"


def test_an_address_that_is_not_confirmed_does_not_move_the_card() -> None:
    user = confirmed_user()
    mei = join_online(user_id=user.pk, now=NOW)
    address = EmailAddress.objects.create(user=user, email="boss@example.com", verified=False)

    email_changed.send(sender=User, request=None, user=user, from_email_address=None, to_email_address=address)

    mei.refresh_from_db()
    assert mei.email == "mei@example.com"


def test_a_closed_card_with_the_address_stays_closed_and_a_new_one_begins() -> None:
    closed = MemberFactory.create(email="mei@example.com", status=MemberStatus.CLOSED)

    mei = join_online(user_id=confirmed_user().pk, now=NOW)

    closed.refresh_from_db()
    assert (mei == closed, mei.email, closed.user) == (False, "mei@example.com", None)


def test_joining_takes_three_fields_and_the_code_from_the_mail(client: Client) -> None:
    card = till_card(email="mei@example.com")
    page = client.get(reverse("account_signup"))
    assert list(page.context["form"].fields) == ["name", "email", "password1"]

    client.post(
        reverse("account_signup"),
        {"name": " Lin  Mei ", "email": "mei@example.com", "password1": "correct horse battery"},
        headers={"accept-language": "zh-Hant"},
    )
    assert Member.objects.get().user is None
    code = re.findall(r"^\s*([A-Z0-9]{4,}(?:-[A-Z0-9]+)*)\s*$", str(mail.outbox[-1].body), re.MULTILINE)[0]
    client.post(reverse("account_email_verification_sent"), {"code": code}, headers={"accept-language": "zh-Hant"})

    card.refresh_from_db()
    assert card.user is not None
    assert (card.user.email, card.user.name, card.name) == ("mei@example.com", "Lin Mei", "Lin Mei")
    assert card.language == "zh-hant"


def test_staff_who_confirm_their_address_do_not_become_members() -> None:
    user = UserFactory.create(email="anna@example.com", is_staff=True)
    address = EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)

    email_confirmed.send(sender=EmailAddress, request=None, email_address=address)

    assert Member.objects.count() == 0


# By phone


def test_a_till_card_is_claimed_by_the_code_sent_to_its_phone() -> None:
    card = till_card(phone=PHONE)
    user = UserFactory.create()

    mei = claim_phone(user, "138 0013 8000")

    assert (mei, member_of(user)) == (card, card)


def test_who_has_a_card_already_keeps_it_and_gets_everything_of_the_other() -> None:
    user = confirmed_user()
    own = join_online(user_id=user.pk, now=NOW)
    card = till_card(phone=PHONE)
    give(own, 30)
    give(card, 70)

    mei = claim_phone(user)

    assert (mei, mei.phone, find_by_number(card.number)) == (own, PHONE, own)
    assert (balance(own), balance(card), drift()) == ((100, 0, 0), (0, 0, 0), [])


def test_a_phone_without_a_card_is_noted_on_ones_own() -> None:
    user = confirmed_user()
    own = join_online(user_id=user.pk, now=NOW)

    claim_phone(user)

    assert find_by_phone(PHONE) == own


def test_the_phone_proven_last_is_the_one_tills_know() -> None:
    user = confirmed_user()
    claim_phone(user)
    mei = claim_phone(user, "+8613900139000")

    assert (find_by_phone("+8613900139000"), find_by_phone(PHONE)) == (mei, None)


def test_an_enrolled_phone_and_a_strange_one_get_the_same_answer() -> None:
    till_card(phone=PHONE)
    user = confirmed_user()

    enrolled = request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    strange = request_phone_code(user_id=user.pk, phone="+8613900139000", now=NOW)

    texts = [re.sub(r"\d{6}", "N", message.body) for message in TextMessage.objects.all()]
    assert (enrolled, strange) == (PHONE, "+8613900139000")
    assert texts[0] == texts[1]


def test_a_phone_in_use_with_another_sign_in_is_refused_after_the_proof_alone() -> None:
    wei = till_card(phone=PHONE)
    Member.objects.filter(pk=wei.pk).update(user=UserFactory.create())
    user = confirmed_user()

    with pytest.raises(AlreadyClaimed):
        claim_phone(user)

    wei.refresh_from_db()
    assert (wei.user == user, member_of(user)) == (False, None)


def test_the_code_is_not_stored_and_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    request_phone_code(user_id=UserFactory.create().pk, phone=PHONE, now=NOW)

    code = code_sent_to(PHONE)

    assert code not in PhoneClaim.objects.get().code_hash
    assert code not in "".join(capsys.readouterr())


def test_the_right_code_works_with_spaces_and_full_width_digits() -> None:
    card = till_card(phone=PHONE)
    user = UserFactory.create()
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    code = code_sent_to(PHONE)
    wide = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert confirm_phone(user_id=user.pk, phone=PHONE, code=wide, now=NOW) == card


def refused(user: User, code: str, after: timedelta = timedelta(), phone: str = PHONE) -> type[DomainError] | None:
    try:
        confirm_phone(user_id=user.pk, phone=phone, code=code, now=NOW + after)
    except DomainError as error:
        return type(error)
    return None


def test_five_wrong_codes_spend_the_right_one() -> None:
    till_card(phone=PHONE)
    user = UserFactory.create()
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    code = code_sent_to(PHONE)
    wrong = "000000" if code != "000000" else "111111"

    answers = [refused(user, each) for each in [wrong] * 5 + [code]]

    assert answers == [WrongCode] * 6
    assert member_of(user) is None


def test_a_code_is_good_for_ten_minutes() -> None:
    till_card(phone=PHONE)
    user = UserFactory.create()
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    code = code_sent_to(PHONE)

    assert refused(user, code, timedelta(minutes=10)) == WrongCode
    assert refused(user, code, timedelta(minutes=9, seconds=59)) is None


def test_a_code_is_good_for_one_person_and_one_phone() -> None:
    till_card(phone=PHONE)
    user, other = UserFactory.create_batch(2)
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    code = code_sent_to(PHONE)

    assert refused(other, code) == WrongCode
    assert refused(user, code, phone="+8613900139000") == WrongCode
    assert member_of(other) is None


def test_only_the_newest_code_counts() -> None:
    user = UserFactory.create()
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    first = code_sent_to(PHONE)
    request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)

    assert first == code_sent_to(PHONE) or refused(user, first) == WrongCode


def test_a_double_click_on_the_right_code_is_one_claim() -> None:
    card = till_card(phone=PHONE)
    user = UserFactory.create()
    claim_phone(user)

    again = confirm_phone(user_id=user.pk, phone=PHONE, code=code_sent_to(PHONE), now=NOW)

    assert again == card
    assert AuditEntry.objects.filter(action="member.claimed").count() == 1


def test_a_user_gets_five_codes_an_hour() -> None:
    user = UserFactory.create()
    for number in range(5):
        request_phone_code(user_id=user.pk, phone=f"+861380013800{number}", now=NOW)

    with pytest.raises(TooManyCodes):
        request_phone_code(user_id=user.pk, phone="+8613800138005", now=NOW + timedelta(minutes=59))

    assert TextMessage.objects.count() == 5
    request_phone_code(user_id=user.pk, phone="+8613800138005", now=NOW + timedelta(minutes=61))


def test_a_phone_gets_five_codes_a_day_whoever_asks() -> None:
    for user in UserFactory.create_batch(5):
        request_phone_code(user_id=user.pk, phone=PHONE, now=NOW)
    other = UserFactory.create()

    with pytest.raises(TooManyCodes):
        request_phone_code(user_id=other.pk, phone=PHONE, now=NOW + timedelta(hours=23))

    assert TextMessage.objects.count() == 5
    request_phone_code(user_id=other.pk, phone=PHONE, now=NOW + timedelta(hours=25))


def test_what_is_no_phone_gets_no_text() -> None:
    with pytest.raises(InvalidPhone):
        request_phone_code(user_id=UserFactory.create().pk, phone="112", now=NOW)

    assert (TextMessage.objects.count(), PhoneClaim.objects.count()) == (0, 0)
