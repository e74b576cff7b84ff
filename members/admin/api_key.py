from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from members import clock
from members.admin.base import StaffAdmin, staff_user
from members.admin.display import badge, stamped
from members.admin.forms import StoreKeyForm
from members.models import Scope, StoreKey
from members.services.api_keys import create_store_key, revoke_store_key


@admin.register(StoreKey)
class StoreKeyAdmin(StaffAdmin[StoreKey]):
    """Keys of tills and shops: made here, shown once, revoked for good."""

    form = StoreKeyForm
    list_display = ("called", "store", "beginning", "can_do", "made", "expires", "state")
    made = stamped("created", _("created"))
    expires = stamped("expiry_date", _("expires"))
    list_filter = ("store", "revoked")
    list_select_related = ("store",)
    ordering = ("-created", "id")
    sortable_by = ()
    search_fields = ("=prefix", "name")
    fields = ("name", "store", "scopes", "expiry_date")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: StoreKey | None = None) -> bool:
        """A key is never edited; the list's permission is what allows to revoke."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: StoreKey | None = None) -> bool:
        """Keys are revoked, so that what they did stays explained."""
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """One way to save: the next page shows the key."""
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**only_save, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: StoreKey, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Make the key through its service, and keep its text for the one page that shows it."""
        made, text = create_store_key(
            store=obj.store,
            scopes=form.cleaned_data["scopes"],
            name=obj.name,
            expires_at=form.cleaned_data["expiry_date"],
            actor=staff_user(request),
            now=clock.now(),
        )
        obj.pk, obj.prefix, obj.hashed_key = made.pk, made.prefix, made.hashed_key
        form.key_text = text

    def audit(self, request: HttpRequest, action: str, row: StoreKey, message: Any) -> None:
        """The services leave the entries, whoever calls them."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Hand the new key's text from its form to the answer of the same request."""
        self_text = getattr(form, "key_text", None)
        if self_text:
            request.new_key_text = self_text  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def response_add(self, request: HttpRequest, obj: StoreKey, post_url_continue: str | None = None) -> Any:
        """Show the key, this once."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The new key"),
            "key": obj,
            "key_text": request.new_key_text,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/members/storekey/created.html", context)

    @admin.action(description=_("Revoke the selected keys (for good)"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[StoreKey]) -> None:
        """Refuse the keys from their next request on."""
        actor, now = staff_user(request), clock.now()
        revoked = [key for key in queryset if revoke_store_key(prefix=key.prefix, actor=actor, now=now)]
        text = ngettext("%(count)s key was revoked.", "%(count)s keys were revoked.", len(revoked))
        self.message_user(request, text % {"count": len(revoked)}, messages.SUCCESS)

    @admin.display(description=_("called"))
    def called(self, key: StoreKey) -> str:
        """Where it is used; the library has the column in English only."""
        return key.name

    @admin.display(description=_("begins with"))
    def beginning(self, key: StoreKey) -> str:
        """What a key may be recognised by."""
        return key.prefix

    @admin.display(description=_("scopes"))
    def can_do(self, key: StoreKey) -> str:
        """Its scopes in words."""
        names = [str(Scope(scope).label) for scope in key.scopes if scope in Scope.values]
        return pgettext("between the items of a list", ", ").join(names)

    @admin.display(description=_("state"))
    def state(self, key: StoreKey) -> str:
        """Whether a till can use it."""
        if key.revoked:
            return badge(_("Revoked"), "bad")
        if key.expiry_date and key.expiry_date <= clock.now():
            return badge(_("Expired"), "bad")
        return badge(_("In use"), "good")
