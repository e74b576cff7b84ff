from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin.config_files import ConfigFileAdmin
from members.admin.forms import StoreForm
from members.admin.translations import translated
from members.models import Store


@admin.register(Store)
class StoreAdmin(ConfigFileAdmin[Store]):
    """Shops, web shops, apps and partners. A store that closes is set inactive: its purchases stay."""

    config_kind = "store"
    form = StoreForm
    list_display = ("name", "code", "channel", "is_active")
    list_filter = ("channel", "is_active")
    search_fields = ("code", "name")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": ("code", "channel", "is_active", "picture")}),
        (_("Name in each language"), {"fields": (translated("name"),)}),
        (_("Address in each language"), {"fields": (translated("address"),)}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Store | None = None) -> bool:
        """Stores are set inactive, never deleted: their purchases point at them."""
        return False
