"""What each role may do: one table, written into the database as groups with permissions.

Permissions are Django's own four for each model. Where rows are made by a service and nobody edits them, they mean
the service: ``add_adjustment`` requests an adjustment and ``change_adjustment`` decides on one, ``change_member``
mends a profile and freezes, ``delete_member`` closes an account or merges it into another, ``export_member`` takes the
list of members away as a file, ``add_tierperiod`` gives a tier, ``add_earningruleversion`` publishes what a rule says
from now on, ``add_importrun`` sends a file in. The
counter page asks for ``add_member``, ``add_purchase`` and ``add_return``: enrolling, recording, taking back.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody on the staff is there for."""

    CASHIER = "cashier", _("Cashier")
    SERVICE = "service", _("Service desk")
    CATALOGUE = "catalogue", _("Catalogue")
    MARKETING = "marketing", _("Marketing")
    ANALYSIS = "analysis", _("Analysis")
    MODERATION = "moderation", _("Moderation")
    MANAGER = "manager", _("Programme manager")
    DATA_PROTECTION = "data-protection", _("Data protection")


# What the programme says, without anything about a person.
PROGRAMME = ("view_tier", "view_earningrule", "view_earningruleversion", "view_expirypolicy", "view_store")
# One member's file: who they are and what happened to their points.
FILE = (
    "view_member",
    "view_account",
    "view_tierperiod",
    "view_transfer",
    "view_lot",
    "view_draw",
    "view_debt",
    "view_purchase",
    "view_purchaseline",
    "view_return",
    "view_returnline",
    "view_adjustment",
)

# What a cashier does at /counter/.
COUNTER = ("add_member", "add_purchase", "add_return")

# What receipts are shown with.
PRODUCTS = ("view_product", "add_product", "change_product", "delete_product")

# Cashiers and moderators work on pages of their own; the admin has nothing for them.
PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.CASHIER: COUNTER,
    Role.SERVICE: (*PROGRAMME, *FILE, *COUNTER, "change_member", "add_adjustment", "view_textmessage"),
    Role.CATALOGUE: ("view_tier", "view_store", *PRODUCTS),
    Role.MARKETING: PROGRAMME,
    Role.ANALYSIS: (*PROGRAMME, "view_jobrun"),
    Role.MODERATION: (),
    Role.MANAGER: (
        *PROGRAMME,
        *FILE,
        *COUNTER,
        "change_member",
        "delete_member",
        "export_member",
        "add_tierperiod",
        "add_adjustment",
        "change_adjustment",
        "add_tier",
        "change_tier",
        "add_earningrule",
        "change_earningrule",
        "add_earningruleversion",
        "add_expirypolicy",
        "add_store",
        "change_store",
        *PRODUCTS,
        "add_storekey",
        "change_storekey",
        "view_storekey",
        "add_importrun",
        "view_importrun",
        "view_jobrun",
        "view_domainevent",
        "add_webhookendpoint",
        "change_webhookendpoint",
        "delete_webhookendpoint",
        "view_webhookendpoint",
        "view_textmessage",
        "view_auditentry",
    ),
    Role.DATA_PROTECTION: ("view_auditentry", "view_member", "delete_member", "export_member"),
}


def ensure_roles(registry: Any) -> None:
    """Make each group hold exactly the permissions above, through the models of ``registry``.

    ``registry`` is a migration's or django.apps.apps. Permissions that do not exist yet are left out: a migration
    runs before those that make later models, and each of these calls this again.
    """
    group_model = registry.get_model("auth", "Group")
    permission_model = registry.get_model("auth", "Permission")
    known = dict(permission_model.objects.filter(content_type__app_label="members").values_list("codename", "pk"))
    for role, codenames in PERMISSIONS.items():
        group, _created = group_model.objects.get_or_create(name=role.value)
        group.permissions.set([known[codename] for codename in codenames if codename in known])
