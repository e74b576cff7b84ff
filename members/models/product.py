from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    """What a SKU is called and looks like, so that a member recognises what is on their receipt.

    The shop's own catalogue stays the source: this holds only what receipts are shown with. Lines of receipts name a
    SKU and never point here, so that a receipt may come before its product, or without one.
    ``picture`` names a drawing in ``static/img/products/``.
    """

    sku = models.CharField(_("SKU"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=64, blank=True)
    picture = models.SlugField(_("picture"), max_length=60, blank=True, db_index=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.CheckConstraint(condition=~Q(sku=""), name="product_has_sku")]

    def __str__(self) -> str:
        return self.name or self.sku
