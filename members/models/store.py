from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a purchase or an enrolment reached the programme."""

    SHOP = "shop", _("Shop")
    WEB = "web", _("Web shop")
    APP = "app", _("App")
    PARTNER = "partner", _("Partner")


class Store(models.Model):
    """A place that records purchases: a shop, a web shop, an app or a partner."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.SHOP)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name
