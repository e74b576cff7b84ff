from django.db import models
from django.utils.translation import gettext_lazy as _


class Rulebook(models.Model):
    """One row whose ``revision`` triggers renew whenever a rule, tier, policy or store changes.

    Each process keeps the compiled rules of one revision; the till's first query brings the revision along.
    """

    revision = models.CharField(_("revision"), max_length=40)

    class Meta:
        verbose_name = _("rulebook")
        verbose_name_plural = _("rulebook")

    def __str__(self) -> str:
        return self.revision
