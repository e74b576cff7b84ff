from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from members.admin.base import StaffAdmin, StaffForm
from members.admin.translations import label_languages, translated
from members.models import Product
from members.pictures import picture_names, product_picture


class ProductForm(StaffForm[Product]):
    """A product, with its name in each language and one of the drawings there are."""

    class Meta:
        model = Product
        fields = ("sku", "category", "picture", *translated("name"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name_en" not in self.fields:  # somebody who may only look gets no fields
            return
        label_languages(self.fields, "name")
        self.fields["picture"] = forms.ChoiceField(
            label=_("Picture"),
            required=False,
            choices=[("", _("That of its category")), *((name, name) for name in picture_names("products"))],
        )


@admin.register(Product)
class ProductAdmin(StaffAdmin[Product]):
    """Names and pictures of what is on receipts. The shop's own catalogue stays the source of everything else."""

    form = ProductForm
    list_display = ("drawing", "name", "sku", "category")
    list_display_links = ("name",)
    list_filter = ("category",)
    search_fields = ("sku", *translated("name"))
    ordering = ("category", "sku")
    sortable_by = ()
    fieldsets = (
        (None, {"fields": (("sku", "category", "picture"),)}),
        (_("Name in each language"), {"fields": (translated("name"),)}),
    )

    @admin.display(description=_("picture"))
    def drawing(self, product: Product) -> SafeString:
        """What members see."""
        address = product_picture(product.picture, product.category)
        return format_html('<img src="{}" width="40" height="40" alt="" loading="lazy">', address)
