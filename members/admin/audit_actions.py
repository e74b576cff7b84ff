"""What the audit log's stable names mean, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "adjustment.approved": _("Adjustment approved"),
    "adjustment.refused": _("Adjustment refused"),
    "adjustment.requested": _("Adjustment requested"),
    "counter.enrolled": _("Enrolled at the counter"),
    "counter.purchase": _("Purchase recorded at the counter"),
    "counter.return": _("Return recorded at the counter"),
    "import.created": _("File sent in"),
    "member.claimed": _("Card claimed online"),
    "member.closed": _("Account closed"),
    "member.frozen": _("Account frozen"),
    "member.merged": _("Cards merged"),
    "member.profile_changed": _("Profile changed"),
    "member.unfrozen": _("Account unfrozen"),
    "member.viewed": _("Looked at the member’s page"),
    "policy.published": _("Expiry policy published"),
    "rule.ended": _("Earning rule ended"),
    "rule.published": _("Earning rule published"),
    "rule.withdrawn": _("Planned rule withdrawn"),
    "storekey.added": _("Store key made"),
    "storekey.revoked": _("Store key revoked"),
    "tier.added": _("Tier added"),
    "tier.assigned": _("Tier assigned"),
    "tier.changed": _("Tier changed"),
    "tier.ended": _("Manual tier ended"),
    "tier.invited": _("Invited into a tier"),
}


def action_label(action: str) -> str:
    """An action in words; its name where there are none yet."""
    return str(ACTIONS.get(action, action))
