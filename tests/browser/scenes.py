"""Rows behind every page that a browser visits."""

from hashlib import sha256
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from axes.models import AccessAttempt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from members.clock import now
from members.models import Member, WebhookEndpoint
from tests.authorization.values import something_of_each
from tests.factories import TierFactory
from tests.members.identity_scenes import give
from tests.members.page_scenes import member_who_signs_in, purchases, shop_with_rate

# Any secret will do: nobody reads a code from it.
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


def regular() -> Member:
    """Mei, who has bought 25 times, was given points, and knows her password."""
    TierFactory.create(rank=1, code="silver", name="Silver", name_en="Silver", threshold=800_000, colour="#8d97a5")
    member = member_who_signs_in("Mei")
    with_address(member)
    purchases(member, shop_with_rate("Riverside shop"), 25, at=now())
    give(member, 200, now=now())
    return member


def with_address(member: Member) -> None:
    """Their address is proved, so that they can sign in by it."""
    assert member.user is not None
    EmailAddress.objects.create(user=member.user, email=member.user.email, verified=True, primary=True)


def second_factors(member: Member) -> Authenticator:
    """An authenticator app, recovery codes and a passkey; the passkey's row."""
    TOTP.activate(member.user, TOTP_SECRET)
    RecoveryCodes.activate(member.user)
    return Authenticator.objects.create(
        user=member.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": passkey()}
    )


def passkey() -> dict[str, Any]:
    """What a browser answers when somebody makes a passkey; nobody can sign in with it."""
    key = ES256.from_cryptography_key(generate_private_key(SECP256R1()).public_key())
    made = AttestedCredentialData.create(Aaguid.NONE, b"phone", key)
    seen = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    told = AuthenticatorData.create(sha256(b"localhost").digest(), seen, 0, bytes(made))
    challenge = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    attested = AttestationObject.create("none", told, {})
    encoded = {
        name: websafe_encode(value) for name, value in (("clientDataJSON", challenge), ("attestationObject", attested))
    }
    ident = websafe_encode(b"phone")
    return {"id": ident, "rawId": ident, "type": "public-key", "response": encoded, "clientExtensionResults": {}}


def everything() -> dict[str, Any]:
    """At least one row behind each page of the staff, and the places of every address."""
    crontab = CrontabSchedule.objects.create(minute="0", hour="4")
    PeriodicTask.objects.create(name="nightly", task="members.tasks.verify_ledger", crontab=crontab)
    ClockedSchedule.objects.create(clocked_time=now())
    SolarSchedule.objects.create(event="sunset", latitude=31, longitude=121)
    IntervalSchedule.objects.create(every=5, period="minutes")
    AccessAttempt.objects.create(username="mei@example.com", ip_address="192.0.2.1", failures_since_start=3)
    member = member_who_signs_in("Ada")
    with_address(member)
    second_factors(member)
    values = something_of_each()
    # Nothing leaves the machine.
    WebhookEndpoint.objects.update(is_active=False)
    return values
