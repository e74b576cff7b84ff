from django.utils import timezone

from members.models import Member
from members.selectors import notifications as inbox
from members.selectors.dossiers import NEWEST
from members.selectors.rulebook import Rulebook


def told(member: Member, rulebook: Rulebook) -> list[inbox.Line]:
    """The newest of what a member was told, as they read it, but in the language of the staff who look."""
    newest = inbox.for_member(member.pk)[:NEWEST]
    return inbox.lines(newest, rulebook=rulebook, today=timezone.localdate())
