"""Second factors taken off a sign-in whose holder has lost them."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from members.models import User
from members.services.audits import record_audit


@transaction.atomic
def reset_second_factors(*, user: User, now: datetime) -> int:
    """Remove every second factor and recovery code of somebody, so that the password alone signs in; how many.

    Staff set up a new one before any staff page opens again.
    """
    removed = int(Authenticator.objects.filter(user=user).delete()[0])
    record_audit(
        actor=None,
        actor_label="manage.py",
        action="user.second_factors_reset",
        details={"name": user.email, "removed": removed},
        now=now,
    )
    return removed
