"""Every kind of domain event, in one place: what subscribers and webhooks can ask for.

A name is a promise to whoever listens: it never changes its meaning. Payloads hold figures and ids, no personal data;
points are whole numbers, moments ISO 8601, days ``YYYY-MM-DD``.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

POINTS_EARNED = "points.earned"
POINTS_SPENT = "points.spent"
POINTS_RESTORED = "points.restored"
POINTS_CLAWED_BACK = "points.clawed_back"
POINTS_EXPIRING = "points.expiring"
POINTS_EXPIRED = "points.expired"
POINTS_GIVEN = "points.given"
POINTS_RECEIVED = "points.received"
POINTS_ADJUSTED = "points.adjusted"
PURCHASE_RECORDED = "purchase.recorded"
PURCHASE_RETURNED = "purchase.returned"
PURCHASE_CORRECTED = "purchase.corrected"
PURCHASE_RESCORED = "purchase.rescored"
TIER_CHANGED = "tier.changed"
MEMBER_ENROLLED = "member.enrolled"
MEMBER_CLAIMED = "member.claimed"
MEMBER_FROZEN = "member.frozen"
MEMBER_UNFROZEN = "member.unfrozen"
MEMBER_MERGED = "member.merged"
MEMBER_CLOSED = "member.closed"

EVENT_TYPES: dict[str, str | Promise] = {
    POINTS_EARNED: _("Points were given for something other than a purchase"),
    POINTS_SPENT: _("Points were spent"),
    POINTS_RESTORED: _("Spent points were given back"),
    POINTS_CLAWED_BACK: _("Points were taken back after a return or a correction"),
    POINTS_EXPIRING: _("Points will expire soon"),
    POINTS_EXPIRED: _("Points expired"),
    POINTS_GIVEN: _("Points were given to another member"),
    POINTS_RECEIVED: _("Points were received from another member"),
    POINTS_ADJUSTED: _("Staff adjusted a balance"),
    PURCHASE_RECORDED: _("A purchase was recorded, with the points it earned"),
    PURCHASE_RETURNED: _("Goods were brought back"),
    PURCHASE_CORRECTED: _("A purchase was corrected"),
    PURCHASE_RESCORED: _("A late receipt or a correction changed what a purchase earned"),
    TIER_CHANGED: _("A member's tier changed"),
    MEMBER_ENROLLED: _("A member joined"),
    MEMBER_CLAIMED: _("A member claimed a card online"),
    MEMBER_FROZEN: _("An account was frozen"),
    MEMBER_UNFROZEN: _("A frozen account was released"),
    MEMBER_MERGED: _("Two cards were merged"),
    MEMBER_CLOSED: _("An account was closed"),
}
