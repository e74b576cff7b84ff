"""The demo programme: complete, right to the point, the same for the same seed, and never mixed with anything."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from members import clock
from members.demo.accounts import CHAN_KA_YAN, DEMO_ACCOUNTS, DEMO_MEMBERS, DEMO_STAFF, LEO, LI_JING, MEI, DemoAccount
from members.models import (
    Adjustment,
    AdjustmentStatus,
    AuditEntry,
    DomainEvent,
    EarningRule,
    Gift,
    ImportRun,
    ImportStatus,
    JobRun,
    JobStatus,
    Member,
    MemberStatus,
    Product,
    Purchase,
    PurchaseLine,
    PurchaseRevision,
    Return,
    Store,
    StoreKey,
    TextMessage,
    Tier,
    TierPeriod,
    TierReason,
    Transfer,
    TransferKind,
    User,
    WebhookEndpoint,
)
from members.pictures import picture_names
from members.roles import Role
from members.selectors.points import summary
from members.selectors.stores import shops_to_visit
from members.selectors.tiers import progress
from members.services.jobs import DAY_JOBS
from members.services.verifications import verify_ledger

pytestmark = pytest.mark.django_db
LAST_DAY = date(2026, 3, 24)
EVENING = clock.day_end(LAST_DAY) - timedelta(hours=4)
Holdings = list[tuple[str, int, int, str]]


def fill(**options: object) -> str:
    """Run the command and return what it said."""
    said = StringIO()
    call_command("fill_demo", **{"members": 50, "until": LAST_DAY, **options}, stdout=said, stderr=StringIO())
    return said.getvalue()


@pytest.fixture(scope="module", autouse=True)
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """What the command said when it filled the programme, once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(EVENING, tick=False):
            said = fill()
        yield said
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """The last day's evening."""
    with time_machine.travel(EVENING, tick=False):
        yield


def member(account: DemoAccount) -> Member:
    """The card of one of the main characters."""
    return Member.objects.select_related("tier", "account").get(user__email=account.email)


def assert_story(account: DemoAccount, now: datetime) -> None:
    """Whether somebody is where their story wants them at its end."""
    card, today = member(account), clock.local_date(now)
    standing, points = progress(card, now), summary(card.account, now)
    days = Purchase.objects.filter(member=card).values_list("business_date", flat=True)
    month_end = today.replace(day=monthrange(today.year, today.month)[1])
    if account is LEO:
        assert (card.tier.code, days.count()) == ("regular", 1)
        assert today - clock.local_date(card.enrolled_at) < timedelta(days=7)
    elif account is LI_JING:
        assert card.tier.code == "silver"
        assert 90 <= (standing.percent or 0) < 100
    elif account is MEI:
        assert card.tier.code == "gold"
        assert "and you keep Gold" in standing.keep_sentence
        assert TierPeriod.objects.get(member=card, ended_at=None).held_until_date == month_end
        assert points.expiring[0].last_date == month_end
    elif account is CHAN_KA_YAN:
        assert (card.tier.code, standing.next_tier) == ("diamond", None)
    else:
        assert card.tier.code == "regular"
        assert 270 <= (today - max(days)).days <= 320
        assert points.expiring[0].last_date == month_end
        assert points.expiring[0].points >= 200


def page(account: DemoAccount, path: str) -> str:
    """A page as somebody sees it who signed in with email and password."""
    client = Client()
    form = {"login": account.email, "password": account.password}
    assert client.post("/accounts/login/", form).status_code == 302
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_books_are_right() -> None:
    assert verify_ledger(now=EVENING, is_exact=True).drifts == []


def test_members_come_in_three_languages_with_a_name_of_everything_in_each() -> None:
    languages = set(Member.objects.values_list("language", flat=True))

    assert languages == {"en", "zh-hans", "zh-hant"}
    for model in (Tier, Store, EarningRule):
        for name in ("name_en", "name_zh_hans", "name_zh_hant"):
            assert not model.objects.filter(models.Q(**{name: ""}) | models.Q(**{name: None})).exists()


def test_there_is_something_of_everything() -> None:
    assert set(Transfer.objects.values_list("kind", flat=True)) >= {
        TransferKind.EARN,
        TransferKind.SPEND,
        TransferKind.EXPIRY,
        TransferKind.CLAWBACK,
        TransferKind.GIFT,
        TransferKind.ADJUSTMENT,
        TransferKind.MERGE,
        TransferKind.CLOSURE,
        TransferKind.OPENING,
    }
    assert set(Member.objects.values_list("status", flat=True)) == set(MemberStatus.values)
    assert set(Adjustment.objects.values_list("status", flat=True)) == set(AdjustmentStatus.values)
    assert {TierReason.UPGRADE, TierReason.REVIEW, TierReason.MANUAL} <= set(
        TierPeriod.objects.values_list("start_reason", flat=True)
    )
    for model in (Return, Gift, AuditEntry, PurchaseRevision):
        assert model._default_manager.exists()


def test_every_day_had_its_jobs_and_the_last_one_all_of_them() -> None:
    runs = JobRun.objects.filter(for_date=LAST_DAY, status=JobStatus.DONE)

    assert {job.name for job in DAY_JOBS} <= set(runs.values_list("job", flat=True))
    assert not JobRun.objects.exclude(status=JobStatus.DONE).exists()


def test_the_file_of_stamp_cards_came_in_but_for_two_rows() -> None:
    run = ImportRun.objects.get()

    assert run.status == ImportStatus.DONE
    assert run.recorded == run.rows - run.rejected > 0
    assert run.rejected == 2


def test_receipts_of_a_till_that_was_cut_off_come_days_later() -> None:
    late = Purchase.objects.filter(recorded_at__gt=models.F("occurred_at") + timedelta(days=1))

    assert late.exists()


def test_nothing_happens_after_the_end() -> None:
    for model in (Transfer, Purchase):
        assert not model._default_manager.filter(occurred_at__gt=EVENING).exists()


@pytest.mark.parametrize("account", DEMO_ACCOUNTS, ids=lambda account: account.role)
def test_accounts_have_a_confirmed_address_and_the_printed_password(account: DemoAccount) -> None:
    user = User.objects.get(email=account.email)

    assert user.check_password(account.password)
    assert EmailAddress.objects.filter(user=user, email=account.email, verified=True, primary=True).exists()


@pytest.mark.parametrize("account", DEMO_MEMBERS, ids=lambda account: account.role)
def test_main_characters_see_their_points_in_their_language(account: DemoAccount) -> None:
    available = member(account).account.available

    dashboard = page(account, "/")

    assert available > 0
    assert f"{available:,}" in dashboard
    assert f'lang="{account.language}"'.lower() in dashboard.lower()


@pytest.mark.parametrize("account", DEMO_STAFF, ids=lambda account: account.role)
def test_the_staff_have_their_roles(account: DemoAccount) -> None:
    user = User.objects.get(email=account.email)

    assert user.is_staff
    assert user.is_superuser == (account.role == "operator")
    assert set(user.groups.values_list("name", flat=True)) == ({account.group} if account.group else set())


def test_two_managers_watch_over_each_other() -> None:
    assert User.objects.filter(groups__name=Role.MANAGER.value).count() == 2


def test_mei_has_a_rich_dashboard() -> None:
    mei = member(MEI)
    points = summary(mei.account, EVENING)
    kinds = set(
        Transfer.objects.filter(models.Q(debit_account=mei.account) | models.Q(credit_account=mei.account)).values_list(
            "kind", flat=True
        )
    )

    assert mei.tier.code == "gold"
    assert points.expiring[0].points > 0
    assert points.expiring[0].last_date <= LAST_DAY + timedelta(days=45)
    assert kinds >= {TransferKind.EARN, TransferKind.SPEND, TransferKind.GIFT, TransferKind.EXPIRY}
    assert AuditEntry.objects.filter(action="member.claimed", member_id=mei.pk).exists()


def test_each_of_the_main_characters_is_where_their_story_wants_them() -> None:
    for account in DEMO_MEMBERS:
        assert_story(account, EVENING)


def test_mei_reads_first_what_keeps_gold() -> None:
    dashboard = page(MEI, "/")

    assert dashboard.index("and you keep Gold") < dashboard.index('class="dashboard"')
    assert dashboard.count("and you keep Gold") == 1
    assert 'class="notice' not in page(LI_JING, "/")


def test_tiers_differ_in_what_they_bring() -> None:
    for language in ("en", "zh_hans", "zh_hant"):
        lines = [
            line for text in Tier.objects.values_list(f"benefits_{language}", flat=True) for line in text.split("\n")
        ]
        assert len(set(lines)) == len(lines)
        assert not any("1.1" in line or "1.25" in line or "1.5" in line for line in lines)


def test_everything_on_a_receipt_has_a_name_and_a_picture_of_its_own() -> None:
    sold = set(PurchaseLine.objects.values_list("sku", flat=True))
    known = Product.objects.exclude(picture="").values_list("sku", "picture", "name_zh_hans", "name_zh_hant")

    assert sold <= {sku for sku, *_ in known}
    assert len(known) >= 24
    assert len({picture for _, picture, *_ in known}) == len(known)
    assert all(simplified and traditional for *_, simplified, traditional in known)
    assert {picture for _, picture, *_ in known} <= set(picture_names("products"))


def test_shops_have_an_address_and_a_picture() -> None:
    assert [shop.picture for shop in shops_to_visit()] == ["wukang-road", "tianzifang", "shekou"]


def test_messages_and_webhooks_are_there_and_nothing_leaves_the_house() -> None:
    assert TextMessage.objects.exists()
    assert WebhookEndpoint.objects.count() == 3
    assert not WebhookEndpoint.objects.filter(is_active=True).exists()
    assert not DomainEvent.objects.filter(delivered_at=None).exists()


def test_li_jing_was_born_on_29_february_and_ka_yan_keeps_her_year_to_herself() -> None:
    assert (member(LI_JING).birth_month, member(LI_JING).birth_day) == (2, 29)
    assert member(CHAN_KA_YAN).birth_year is None


def test_the_web_shops_key_is_printed_once_and_works(told: str) -> None:
    key = told.rsplit(maxsplit=1)[-1]

    assert StoreKey.objects.is_valid(key)
    answer = Client().get(f"/api/v1/members/{member(MEI).number}/points/", headers={"Authorization": f"Api-Key {key}"})
    assert answer.status_code == 200


def test_a_second_fill_does_nothing_or_is_refused() -> None:
    before = Transfer.objects.count()

    assert "left out" in fill(if_empty=True)
    with pytest.raises(CommandError, match="never mixes"):
        fill()
    assert Transfer.objects.count() == before
