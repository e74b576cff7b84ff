from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a purchase or an enrolment reached the programme."""

    SHOP = "shop", _("Shop")
    WEB = "web", _("Web shop")
    APP = "app", _("App")
    PARTNER = "partner", _("Partner")


class Store(models.Model):
    """A place that records purchases: a shop, a web shop, an app or a partner.

    Shops with an address are shown to visitors. ``picture`` names a drawing in ``static/img/stores/``.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.SHOP)
    address = models.CharField(_("address"), max_length=200, blank=True)
    picture = models.SlugField(_("picture"), max_length=60, blank=True, db_index=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name
