"""What the audit log's stable names mean, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "adjustment.approved": _("Adjustment approved"),
    "adjustment.refused": _("Adjustment refused"),
    "adjustment.requested": _("Adjustment requested"),
    "bulk.confirmed": _("Step with many members confirmed"),
    "counter.enrolled": _("Enrolled at the counter"),
    "counter.purchase": _("Purchase recorded at the counter"),
    "counter.return": _("Return recorded at the counter"),
    "import.created": _("File sent in"),
    "member.claimed": _("Card claimed online"),
    "member.closed": _("Account closed"),
    "member.contacts_changed": _("Phone or email changed"),
    "member.frozen": _("Account frozen"),
    "member.history_viewed": _("Looked at the member’s history"),
    "member.listed": _("Saw the member in a list"),
    "member.merged": _("Cards merged"),
    "member.profile_changed": _("Profile changed"),
    "member.unfrozen": _("Account unfrozen"),
    "member.viewed": _("Looked at the member’s page"),
    "members.exported": _("List of members exported"),
    "messages.listed": _("Looked at text messages"),
    "policy.published": _("Expiry policy published"),
    "rule.ended": _("Earning rule ended"),
    "rule.exported": _("Earning rules exported"),
    "rule.published": _("Earning rule published"),
    "rule.withdrawn": _("Planned rule withdrawn"),
    "store.added": _("Store added"),
    "store.changed": _("Store changed"),
    "store.exported": _("Stores exported"),
    "store.imported": _("Store imported"),
    "storekey.added": _("Store key made"),
    "storekey.revoked": _("Store key revoked"),
    "tier.added": _("Tier added"),
    "tier.assigned": _("Tier assigned"),
    "tier.changed": _("Tier changed"),
    "tier.ended": _("Manual tier ended"),
    "tier.exported": _("Tiers exported"),
    "tier.imported": _("Tier imported"),
    "tier.invited": _("Invited into a tier"),
    "user.added": _("Sign-in added"),
    "user.changed": _("Sign-in changed"),
    "user.deleted": _("Sign-in deleted"),
    "user.second_factors_reset": _("Second factors reset"),
    "webhookendpoint.added": _("Webhook added"),
    "webhookendpoint.changed": _("Webhook changed"),
    "webhookendpoint.deleted": _("Webhook deleted"),
}


def action_label(action: str) -> str:
    """An action in words; its name where there are none yet."""
    return str(ACTIONS.get(action, action))


# Looks, as against changes; files taken away are neither.
LOOKS = ("member.viewed", "member.history_viewed", "member.listed", "messages.listed")
EXPORTS = ("members.exported", "store.exported", "tier.exported", "rule.exported")
