from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey


class Scope(models.TextChoices):
    """What a key may do. A key sees and touches nothing outside its scopes and its store."""

    MEMBERS_READ = "members:read", _("Look up members")
    MEMBERS_WRITE = "members:write", _("Enrol members")
    POINTS_READ = "points:read", _("Read balances and transfers")
    PURCHASES_WRITE = "purchases:write", _("Record purchases and returns")


class StoreKey(AbstractAPIKey):
    """A till's or web shop's key (stored hashed): one store, some scopes."""

    store = models.ForeignKey("members.Store", verbose_name=_("store"), on_delete=models.PROTECT, related_name="keys")
    scopes = models.JSONField(_("scopes"), default=list)

    class Meta(AbstractAPIKey.Meta):
        # The library types these as plain strings.
        verbose_name = _("store key")  # type: ignore[assignment]
        verbose_name_plural = _("store keys")  # type: ignore[assignment]
