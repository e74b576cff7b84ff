"""Where allauth's flows meet the services."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from members import clock
from members.exceptions import DomainError
from members.models import User
from members.selectors.members import member_of
from members.services.claims import join_online

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Where people land after signing in, unless they were on the way to somewhere."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The counter for cashiers, who have no other work here; the portal's start for everybody else."""
        user = request.user
        if user.has_perm("members.add_purchase") and not user.has_perm("members.view_member"):
            return reverse("members:counter")
        return str(super().get_login_redirect_url(request))


def join_once_confirmed(email_address: EmailAddress, **_: Any) -> None:
    """Give whoever confirmed an address their membership, in the language of the page they did it on.

    An edge like a view: one call of one service. allauth has several ways to confirm an address (a code, a reset of
    the password), and only its signal is on all of them. Staff are members only if they ask for it.
    """
    if not email_address.user.is_staff:
        _join(email_address.user_id)


def keep_address(user: User, to_email_address: EmailAddress, **_: Any) -> None:
    """Let the card follow when its member signs in with another address from now on."""
    if to_email_address.verified and member_of(user):
        _join(user.pk)


def _join(user_id: int) -> None:
    try:
        join_online(user_id=user_id, language=translation.get_language(), now=clock.now())
    except DomainError as error:
        # The address stays confirmed; the page that says "You have no card yet" offers to try again.
        log.warning("join_failed", user_id=user_id, code=error.code)


def connect() -> None:
    """Listen; called once the apps are ready."""
    email_confirmed.connect(join_once_confirmed, dispatch_uid="members.join_once_confirmed")
    email_changed.connect(keep_address, dispatch_uid="members.keep_address")
