"""Who is reading: the member behind the request, in the language and the time zone that they chose."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from members.models import Member, Rulebook
from members.selectors.members import followed

# So that pages know their rulebook without another query (selectors/rulebook.py).
REVISION = Subquery(Rulebook.objects.values("revision")[:1])


class MemberLanguageMiddleware:
    """Attaches ``request.member`` (None without a live card) and lets their language and time zone win.

    They win over the cookie and the browser. Without a session there is nobody to look for, so visitors and API calls
    cost no query. Pages use the same object, so that a page asks for its member once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        member = _member_of(request)
        request.member = member  # type: ignore[attr-defined]
        if member is None:
            return self.get_response(request)
        # LocaleMiddleware outside activated the visitor's language and sets Content-Language from it on the way out,
        # so ours stays active until it has run; it activates anew for the next request.
        translation.activate(member.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(ZoneInfo(member.time_zone) if member.time_zone else None):
            return self.get_response(request)


def _member_of(request: HttpRequest) -> Member | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    cards = Member.objects.select_related("tier", "account", "merged_into__tier", "merged_into__account")
    card = cards.annotate(rulebook_revision=REVISION).filter(user_id=request.user.pk).first()
    member = followed(card)
    if card is None or member is None or not member.is_live:
        return None
    # A merged card leads to another member, who gets to know the revision too.
    member.rulebook_revision = card.rulebook_revision  # type: ignore[attr-defined]
    return member
