"""What can go wrong, in words a person can act on; the API answers them as problem details, pages as messages."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A request that the programme's rules refuse. Nothing was changed.

    ``code`` is stable (the last part of the problem's ``type``), ``status`` the HTTP status at the edge.
    ``is_final`` is false where the same request may well succeed later: such an answer is not kept for repetitions.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[str | Promise] = _("This is not possible.")
    is_final: ClassVar[bool] = True

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
    is_final = False
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


ENROLMENT_FIELDS = {
    "phone": _("phone number"),
    "email": _("email address"),
    "external_id": _("customer number"),
    "user": _("sign-in"),
}


class AlreadyEnrolled(DomainError):
    """The phone, email, outside number or sign-in belongs to a member already; says no more than the caller did."""

    code = "already-enrolled"
    message = _("A member with this %(field)s is enrolled already.")

    def __init__(self, field: str) -> None:
        """``field`` is "phone", "email", "external_id" or "user"."""
        super().__init__(field=ENROLMENT_FIELDS[field])
        self.field = field


class NotReachable(DomainError):
    """An enrolment names no phone, no email and no customer number, so nobody could ever find the card again."""

    code = "not-reachable"
    status = 422
    message = _("Give a phone number or an email address.")


class InvalidPhone(DomainError):
    """A phone number that cannot be dialled."""

    code = "invalid-phone"
    status = 422
    message = _("“%(phone)s” is not a phone number that works. With a country code it looks like +8613800138000.")


class InvalidEmail(DomainError):
    """An email address without the form of one."""

    code = "invalid-email"
    status = 422
    message = _("“%(email)s” is not an email address.")


class InvalidBirthday(DomainError):
    """A day that does not exist, a month without its day, or a birthday to come."""

    code = "invalid-birthday"
    status = 422
    message = _("Give a day and a month that exist; the year is optional and lies in the past.")


class InvalidLanguage(DomainError):
    """A language that the programme does not speak."""

    code = "invalid-language"
    status = 422
    message = _("The programme does not speak “%(language)s”.")


class InvalidTimeZone(DomainError):
    """A time zone that the tz database does not know."""

    code = "invalid-time-zone"
    status = 422
    message = _("There is no time zone “%(zone)s”. They look like Asia/Shanghai.")


class InvalidStore(DomainError):
    """An enrolment names a store that does not exist."""

    code = "invalid-store"
    status = 422
    message = _("This store does not exist.")


class InvalidText(DomainError):
    """A text that is too long, or holds characters that cannot be shown or stored."""

    code = "invalid-text"
    status = 422
    message = _("Use at most %(length)s characters, and only such as can be seen.")


class InvalidSku(DomainError):
    """A product was sent in without its SKU."""

    code = "invalid-sku"
    status = 422
    message = _("Each product needs its SKU.")


class InvalidPicture(DomainError):
    """A product names a picture that is not among the static files."""

    code = "invalid-picture"
    status = 422
    message = _("There is no picture called %(picture)s.")


class TooManyCodes(DomainError):
    """A user or a phone asked for more codes than the limits allow."""

    code = "too-many-codes"
    status = 429
    message = _("That were many codes. Please wait a while and try again.")


class WrongCode(DomainError):
    """The code is wrong, too old or used up; which of them stays unsaid."""

    code = "wrong-code"
    status = 422
    message = _("This code is not right, or no longer valid. Check it, or ask for a new one.")


class AlreadyClaimed(DomainError):
    """The card of this phone is used with another sign-in; said only to who has proven to hold the phone."""

    code = "already-claimed"
    message = _("The card with this phone number belongs to another sign-in. Sign in with that, or contact us.")


class NoMembership(DomainError):
    """Somebody signed in, such as staff, who is no member."""

    code = "no-membership"
    status = 404
    message = _("You are not a member yet.")


class UnverifiedEmail(DomainError):
    """A sign-in wants to join with an address that was never confirmed."""

    code = "unverified-email"
    message = _("Confirm your email address first.")


class CannotMerge(DomainError):
    """A card cannot be merged with itself."""

    code = "cannot-merge"
    message = _("A card can't be merged with itself. Choose two different ones.")


class ReasonMissing(DomainError):
    """Staff must say why."""

    code = "reason-missing"
    status = 422
    message = _("Say why: the reason is kept with the member.")


class PointsWouldBeLost(DomainError):
    """A closure was asked for without agreeing to lose the points that are left."""

    code = "points-would-be-lost"
    message = _("%(points)s points would be lost. Confirm that first.")


class NotAllowed(DomainError):
    """The user lacks the right to do this."""

    code = "not-allowed"
    status = 403
    message = _("You are not allowed to do this.")


class SecondPersonNeeded(DomainError):
    """Somebody wants to decide on an adjustment that they asked for."""

    code = "second-person-needed"
    status = 403
    message = _("You asked for this adjustment, so somebody else must decide on it.")


class AlreadyDecided(DomainError):
    """Somebody else decided on this adjustment before."""

    code = "already-decided"
    message = _("Somebody decided on this adjustment before. Nothing was changed.")


class InvalidAdjustment(DomainError):
    """Points of an adjustment must be a whole number that is not zero, and the reason one of the list."""

    code = "invalid-adjustment"
    status = 422
    message = _("Give a whole number of points that is not zero, and a reason of the list.")


class GiftLimitReached(DomainError):
    """A gift would exceed what a member may give in a day."""

    code = "gift-limit-reached"
    message = _("You can give %(left)s more points today.")


class GiftMonthLimitReached(GiftLimitReached):
    """A gift would exceed what a member may give in a month."""

    message = _("You can give %(left)s more points this month.")


class GiftToYourself(DomainError):
    """A member names their own card as the receiver."""

    code = "gift-to-yourself"
    status = 422
    message = _("This is your own card. Enter the number of somebody else's.")


class KeyReused(DomainError):
    """A key that stood for one gift is used for a different one."""

    code = "key-reused"
    status = 422
    message = _("This was sent before with other content. Start again.")
