"""Who is reading: the member behind the request, in the language and the time zone that they chose."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from members.models import Member, Rulebook
from members.selectors.notifications import UNREAD

# So that pages know their rulebook without another query (selectors/rulebook.py).
REVISION = Subquery(Rulebook.objects.values("revision")[:1])


class MemberLanguageMiddleware:
    """Attaches ``request.member`` (None without a live card) and lets their language and time zone win.

    They win over the cookie and the browser. Without a session there is nobody to look for, so visitors and API calls
    cost no query. Pages use the same object, so that a page asks for its member once; the number of unread
    notifications, which every page shows, comes along.
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
    cards = Member.objects.select_related("tier", "account").annotate(
        rulebook_revision=REVISION, unread_notifications=UNREAD
    )
    member = cards.filter(user_id=request.user.pk).first()
    if member is not None and member.merged_into_id is not None:
        # The sign-in of a merged card leads to the card that is kept; rare enough for a second query.
        member = cards.get(pk=member.merged_into_id)
    return member if member is not None and member.is_live else None
