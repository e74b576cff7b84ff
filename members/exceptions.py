"""What can go wrong, in words a person can act on; the API answers them as problem details, pages as messages."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A request that the programme's rules refuse. Nothing was changed.

    ``code`` is stable (the last part of the problem's ``type``), ``status`` the HTTP status at the edge.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[str | Promise] = _("This is not possible.")

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    def __str__(self) -> str:
        """The message in the active language, with its figures."""
        return str(self.message) % self.params if self.params else str(self.message)


class Busy(DomainError):
    """Somebody else is changing the same thing; raised after the lock timeout or three retries."""

    code = "busy"
    message = _("Someone else is changing this right now. Nothing was changed; please try again in a few seconds.")
    retry_after_seconds = 3


class MemberNotFound(DomainError):
    """No live member has this number, phone or email."""

    code = "member-not-found"
    status = 404
    message = _("No member has the number %(number)s. Check it, or enrol the customer first.")


class MemberNotLive(DomainError):
    """The card is closed or was merged into another."""

    code = "member-not-live"
    message = _("The card %(number)s is no longer in use.")


class MemberFrozen(DomainError):
    """A frozen member tries to spend."""

    code = "member-frozen"
    message = _("This account is frozen: points are kept and earned, but can't be spent. Please contact us.")


class NotEnoughPoints(DomainError):
    """A spend asks for more than is available."""

    code = "not-enough-points"
    message = _("%(points)s points are needed, %(available)s are available.")


class AlreadyReversed(DomainError):
    """The transfer was given back before."""

    code = "already-reversed"
    message = _("This was given back before.")


class NotReversible(DomainError):
    """Only a member's spend, gift, adjustment or bonus can be given back."""

    code = "not-reversible"
    message = _("This kind of transfer can't be given back.")


class InvalidPoints(DomainError):
    """Points must be a whole number above zero."""

    code = "invalid-points"
    status = 422
    message = _("Points must be a whole number above zero.")
