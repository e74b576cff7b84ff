from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members import clock, programme_sentences
from members.selectors import programme_rules
from members.selectors.rulebook import Rulebook, current_rulebook
from members.services.terms import expires_at
from members.views.offers import offers


@require_safe
@never_cache
def how_points_work(request: HttpRequest) -> HttpResponse:
    """How points work, for everybody: each sentence is made from the rules, tiers and limits that are in force."""
    now, rulebook = clock.now(), current_rulebook()
    context = {
        "ways": programme_rules.ways_now(rulebook, now),
        "coming": programme_rules.ways_soon(rulebook, now),
        "example": programme_rules.example(rulebook, now),
        "offers": offers(),
        "usable_from": programme_sentences.usable_from(settings.PENDING_DAYS),
        "lifetime": _lifetime(rulebook, now),
        "gift_limits": programme_sentences.gift_limits(
            settings.PROGRAMME_GIFT_POINTS_PER_DAY, settings.PROGRAMME_GIFT_POINTS_PER_MONTH
        ),
        "zone": settings.PROGRAMME_TIME_ZONE,
    }
    return render(request, "members/help.html", context)


def _lifetime(rulebook: Rulebook, now: datetime) -> list[str]:
    """The expiry policy, and what it means for points of today; nothing before a programme has one."""
    if not rulebook.policies:
        return []
    policy = rulebook.policy_at(now)
    gone_at = expires_at(policy, now)
    example = [programme_sentences.good_until(clock.last_day(gone_at))] if gone_at else []
    return [programme_sentences.usable_until(policy), *example]
