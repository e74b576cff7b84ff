"""What the counter says in words: whom to greet, how far it is to the next tier, what a scan was not."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member, TierMeasure
from members.money import display_amount
from members.phones import masked
from members.selectors.counter import Found
from members.selectors.tiers import Progress

# Scripts from here on write names without spaces, the family name first.
FIRST_CHINESE = "\u2e80"


def called(member: Member) -> str:
    """What a cashier says: the first name, the whole of a Chinese one; nothing for somebody who gave none."""
    words = member.name.split()
    if not words:
        return ""
    return member.name if words[0][0] > FIRST_CHINESE else words[0]


def masked_reach(member: Member) -> str:
    """As much of a phone and an email as lets a customer say "yes, that's me"."""
    email = member.email or ""
    name, _at, domain = email.partition("@")
    parts = [masked(member.phone)] if member.phone else []
    return " · ".join([*parts, f"{name[:1]}•••@{domain}"] if email else parts)


def away_from(progress: Progress | None) -> str:
    """How much more it takes to the next tier, for the cashier to say."""
    if progress is None or progress.next_tier is None or not progress.remaining:
        return ""
    tier, remaining = progress.next_tier, progress.remaining
    named = {
        "tier": tier.names,
        "amount": display_amount(remaining),
        "number": number_format(remaining, force_grouping=True),
    }
    if tier.measure == TierMeasure.SPEND:
        return _("%(amount)s more to %(tier)s") % named
    if tier.measure == TierMeasure.POINTS:
        return ngettext("%(number)s more point to %(tier)s", "%(number)s more points to %(tier)s", remaining) % named
    return ngettext("%(number)s more visit to %(tier)s", "%(number)s more visits to %(tier)s", remaining) % named


def why_unknown(found: Found, text: str) -> str:
    """Why a scan led nowhere, and what to do."""
    said = {"text": text[:40]}
    reasons = {
        "number": _("No card has the number %(text)s. Ask for the phone number or the email instead."),
        "typo": _("%(text)s is no card number: a digit is wrong. Scan it again, or ask for the phone number."),
        "phone": _("Nobody has the phone number %(text)s yet."),
        "email": _("Nobody has the email %(text)s yet."),
        "text": _("“%(text)s” is no card, phone, email or receipt of this store. Check it and try again."),
    }
    return reasons[found.unknown or "text"] % said
