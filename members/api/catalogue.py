"""Every kind of problem the API answers with: stable codes, titles in the caller's language, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.exceptions import DomainError


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One ``type`` of problem details. The code and its meaning never change; new ones may come."""

    code: str
    status: int
    title: str | Promise
    remedy: str | Promise


REFUSED = _("The programme's rules refuse this")
READ_THE_DETAIL = _("Read the detail: it says which rule and why. Repeating the same request gives the same answer.")

KINDS = (
    ProblemKind(
        "invalid-request",
        400,
        _("The request is not as documented"),
        _("Mend what the list of errors points at, and send it again. Nothing was changed."),
    ),
    ProblemKind(
        "malformed-body",
        400,
        _("The body is not JSON"),
        _("Send one JSON object in UTF-8, each field once, with Content-Type: application/json."),
    ),
    ProblemKind(
        "invalid-idempotency-key",
        400,
        _("The Idempotency-Key cannot be used"),
        _("Use 1 to 255 visible ASCII characters without spaces; a UUID for each new request is best."),
    ),
    ProblemKind(
        "unauthenticated",
        401,
        _("No valid key"),
        _("Send the header “Authorization: Api-Key …” with a key that is neither revoked nor expired."),
    ),
    ProblemKind(
        "scope-missing",
        403,
        _("This key may not do that"),
        _("Use a key with the scope that the detail names, or ask the programme's manager for one."),
    ),
    ProblemKind(
        "other-store",
        403,
        _("This key belongs to another store"),
        _("Each store uses its own key; send the purchase with the key of its store."),
    ),
    ProblemKind(
        "store-inactive",
        403,
        _("This store is closed"),
        _("The programme's manager can open it again. Until then its keys are refused."),
    ),
    ProblemKind("forbidden", 403, _("Not allowed"), _("Nobody may do this with a key.")),
    ProblemKind(
        "not-found",
        404,
        _("Nothing at this address"),
        _("Check the address; all of them end in a slash and are listed in the API documentation."),
    ),
    ProblemKind(
        "member-not-found",
        404,
        _("No such member"),
        _("Check the number with the customer, or enrol them. Then send the request again with a new Idempotency-Key."),
    ),
    ProblemKind(
        "purchase-not-found",
        404,
        _("No such purchase"),
        _("Check the store and the receipt number. A key sees the purchases of its own store alone."),
    ),
    ProblemKind(
        "method-not-allowed",
        405,
        _("This address does not take that method"),
        _("The Allow header lists the methods that it takes."),
    ),
    ProblemKind(
        "not-acceptable",
        406,
        _("Not available in that format"),
        _("Ask for application/json or, for the schema, application/vnd.oai.openapi."),
    ),
    ProblemKind(
        "busy",
        409,
        _("Somebody else is changing the same thing"),
        _("Wait as long as Retry-After says and repeat the request unchanged, with the same Idempotency-Key."),
    ),
    ProblemKind(
        "idempotency-in-flight",
        409,
        _("The first request is still running"),
        _("Wait as long as Retry-After says and repeat it with the same Idempotency-Key to get its answer."),
    ),
    ProblemKind(
        "purchase-differs",
        409,
        _("This receipt is recorded with other content"),
        _("Nothing was changed. To replace what is recorded, send a correction (PUT to the purchase's address)."),
    ),
    ProblemKind(
        "purchase-has-returns",
        409,
        _("Something of it was returned already"),
        _("A purchase with returns can no longer be replaced. Record a further return instead."),
    ),
    ProblemKind(
        "return-differs",
        409,
        _("This return is recorded with other content"),
        _("Nothing was changed. Use a new return number for another return."),
    ),
    ProblemKind(
        "store-not-active",
        409,
        _("This store records nothing at the moment"),
        _("The programme's manager can open it again."),
    ),
    ProblemKind(
        "already-enrolled",
        409,
        _("Enrolled already"),
        _("Look the member up by the same phone or email and use that card."),
    ),
    ProblemKind(
        "member-not-live",
        409,
        _("The card is no longer in use"),
        _("The card was closed or merged into another. Look the member up by phone or email, or enrol them anew."),
    ),
    ProblemKind(
        "too-large",
        413,
        _("The body is too large"),
        _("Send a batch in smaller parts."),
    ),
    ProblemKind(
        "unsupported-media-type",
        415,
        _("The body is not declared as JSON"),
        _("Send Content-Type: application/json."),
    ),
    ProblemKind(
        "inconsistent-request",
        422,
        _("The request contradicts itself or the calendar"),
        _("Every field is well formed, but together they cannot be true; the list of errors says which."),
    ),
    ProblemKind(
        "idempotency-key-reused",
        422,
        _("The Idempotency-Key was used for another request"),
        _("Take a new key for each new request, and the same key only to repeat one unchanged."),
    ),
    ProblemKind(
        "receipt-from-the-future",
        422,
        _("It has not happened yet"),
        _("Check the till's clock and time zone. Up to ten minutes ahead are tolerated."),
    ),
    ProblemKind(
        "lines-do-not-add-up",
        422,
        _("The lines do not add up to the amount"),
        _("Take discounts off the lines they belong to, so that the lines add up."),
    ),
    ProblemKind(
        "more-than-was-bought",
        422,
        _("More would come back than was bought"),
        _("Read the purchase to see what is left of it."),
    ),
    ProblemKind("nothing-to-return", 422, _("A return of nothing"), _("Give an amount above zero, or lines.")),
    ProblemKind("line-not-found", 422, _("No such line on the receipt"), _("Positions count from 1; name each once.")),
    ProblemKind(
        "return-before-purchase",
        422,
        _("Returned before it was bought"),
        _("Check the till's clock and time zone."),
    ),
    ProblemKind("not-reachable", 422, _("No phone and no email"), _("Give at least one of them.")),
    ProblemKind(
        "invalid-phone",
        422,
        _("The phone number does not work"),
        _("Send it with its country code, such as +8613800138000."),
    ),
    ProblemKind("invalid-email", 422, _("The email address does not work"), _("Check it with the customer.")),
    ProblemKind(
        "invalid-birthday", 422, _("There is no such birthday"), _("Send a month and a day that exist in a calendar.")
    ),
    ProblemKind(
        "throttled",
        429,
        _("Too many requests"),
        _("Wait as long as Retry-After says. To send many purchases, use the batch."),
    ),
    ProblemKind(
        "internal",
        500,
        _("Something is broken on our side"),
        _("Repeat the request unchanged, with the same Idempotency-Key. If it fails again, tell us when it happened."),
    ),
    ProblemKind(
        "unavailable",
        503,
        _("The programme cannot answer right now"),
        _("Wait as long as Retry-After says and repeat the request unchanged, with the same Idempotency-Key."),
    ),
)
BY_CODE = {kind.code: kind for kind in KINDS}


def _domain_errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    yield base
    for subclass in base.__subclasses__():
        yield from _domain_errors(subclass)


def all_kinds() -> list[ProblemKind]:
    """Every kind there is, by status and code: those above, and the other refusals of the programme's rules."""
    kinds = dict(BY_CODE)
    for error in _domain_errors():
        if "code" not in vars(error):  # A family of errors, which nobody raises.
            continue
        kinds.setdefault(error.code, ProblemKind(error.code, error.status, REFUSED, READ_THE_DETAIL))
    return sorted(kinds.values(), key=lambda kind: (kind.status, kind.code))


def kind_of(code: str) -> ProblemKind | None:
    """The kind with a code, or None."""
    return BY_CODE.get(code) or next((kind for kind in all_kinds() if kind.code == code), None)
