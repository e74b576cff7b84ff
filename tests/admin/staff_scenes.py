"""Arrangements that tests of the staff's pages share: who signs in, and a member with a history."""

from datetime import UTC, datetime

from django.test import Client

from members.models import (
    ImportKind,
    ImportRun,
    JobRun,
    JobStatus,
    Member,
    Product,
    Purchase,
    Scope,
    Store,
    TextMessage,
    User,
    WebhookEndpoint,
)
from members.services.adjustments import request_adjustment
from members.services.api_keys import create_store_key
from members.services.purchases import record_purchase
from members.services.receipts import Receipt, ReceiptLine
from members.services.returns import record_return
from tests.factories import EarningRuleVersionFactory, MemberFactory, StoreFactory, UserFactory
from tests.members.identity_scenes import staff

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(user: User) -> Client:
    """The browser of somebody who has signed in."""
    client = Client()
    client.force_login(user, backend=MODEL_BACKEND)
    return client


def as_role(role: str) -> Client:
    """The browser of a new colleague with one role."""
    return signed_in(staff(role, role))


def superuser() -> User:
    """Whoever runs the programme."""
    user: User = UserFactory.create(email="root@staff.example", is_staff=True, is_superuser=True)
    return user


def shop(code: str = "riverside") -> Store:
    """A shop whose purchases earn a point for each 1.00."""
    store: Store = StoreFactory.create(code=code, name="Riverside", name_en="Riverside")
    EarningRuleVersionFactory.create()
    return store


def buy(member: Member, store: Store, external_id: str, *, amount: int = 6_400) -> Purchase:
    """A receipt of a member."""
    receipt = Receipt(
        store_id=store.pk,
        external_id=external_id,
        member_number=member.number,
        occurred_at=NOW,
        amount=amount,
        currency="CNY",
        lines=(ReceiptLine(amount=amount, sku="LATTE", category="coffee"),),
    )
    result = record_purchase(receipt=receipt, now=NOW)
    return Purchase.objects.get(pk=result.purchase_id or 0)


def history(member: Member, store: Store, count: int) -> None:
    """So many purchases with a return and an adjustment each."""
    sam = User.objects.filter(email="sam@staff.example").first() or staff("service", "Sam")
    for number in range(count):
        purchase = buy(member, store, f"{member.number}-{number}")
        record_return(
            store_id=store.pk,
            purchase_external_id=purchase.external_id,
            external_id=f"back-{number}",
            occurred_at=NOW,
            amount=1_000,
            now=NOW,
        )
        request_adjustment(
            member_id=member.pk, points=10 + number, reason="goodwill", note="Cold coffee", requested_by=sam, now=NOW
        )


def one_of_each() -> dict[str, int]:
    """At least one row behind each list of the admin, and the ids of those that have a page, by model."""
    store, member = shop(), MemberFactory.create(name="Lin Xiaoyu")
    history(member, store, 1)
    # A return after the points were taken away leaves a debt.
    buy(member, store, "spent")
    request_adjustment(
        member_id=member.pk,
        points=-100,
        reason="mistake",
        note="Wrong card",
        requested_by=User.objects.get(email="sam@staff.example"),
        now=NOW,
    )
    record_return(
        store_id=store.pk, purchase_external_id="spent", external_id="all", occurred_at=NOW, amount=6_400, now=NOW
    )
    create_store_key(store=store, scopes=[Scope.MEMBERS_READ], name="Till 1")
    job = JobRun.objects.create(
        job="expire", for_date=NOW.date(), status=JobStatus.FAILED, started_at=NOW, duration_ms=90_000, error="Busy"
    )
    hook = WebhookEndpoint.objects.create(
        url="https://hooks.example.com/", secret="whsec_c2VjcmV0IG9mIGEgdGVzdA==", created_at=NOW
    )
    TextMessage.objects.create(to="+8613800138000", body="Your code is 402913", created_at=NOW)
    product = Product.objects.create(sku="LATTE", name="Latte", category="coffee")
    run = ImportRun.objects.create(
        kind=ImportKind.PURCHASES, store=store, file="may.csv", file_name="may.csv", bytes_total=10, created_at=NOW
    )
    return {
        "member": member.pk,
        "store": store.pk,
        "jobrun": job.pk,
        "webhookendpoint": hook.pk,
        "importrun": run.pk,
        "product": product.pk,
    }
