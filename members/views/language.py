from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from members.services import profiles
from members.views.access import member_of


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Change the language: in the cookie for visitors, and for members for good, since theirs wins over the cookie."""
    code = request.POST.get("language", "")
    member = member_of(request)
    if member is not None and check_for_language(code):
        profiles.change_language(member=member, language=code)
    return set_language(request)
