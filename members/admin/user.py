from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from members.admin.base import BoundedPaginator, StaffAdmin
from members.admin.display import stamped
from members.admin.generic import AdminUserCreationForm, ModelMultipleChoiceField, UserChangeForm
from members.admin.generic import UserAdmin as DjangoUserAdmin
from members.models import User
from members.roles import Role


def role_label(group: Group) -> str:
    """The role's name in the reader's language."""
    return str(Role(group.name).label) if group.name in Role.values else group.name


class RoleChoices(ModelMultipleChoiceField[Group]):
    """Groups by the names that people call them."""

    def label_from_instance(self, obj: Group) -> str:
        """The role's name in the reader's language."""
        return role_label(obj)


class RoleFilter(admin.RelatedFieldListFilter):
    """Filters by role, called as on the form."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The roles in the order in which they were made."""
        groups = Group.objects.order_by("id")
        return [(str(group.pk), role_label(group)) for group in groups]


class NewUserForm(AdminUserCreationForm[User]):
    """Somebody on the staff: an email, a name, a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(UserChangeForm[User]):
    """Who may sign in, and as what."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(StaffAdmin[User], DjangoUserAdmin[User]):
    """People who can sign in. Only superusers come here: whoever gives roles could give themselves all of them."""

    form = UserForm
    add_form = NewUserForm
    paginator = BoundedPaginator
    list_display = ("email", "name", "is_staff", "roles", "is_active", "joined")
    joined = stamped("joined_at", _("joined"))
    list_filter = ("is_staff", "is_active", ("groups", RoleFilter))
    ordering = ("email",)
    sortable_by = ()
    search_fields = ("email__istartswith", "name__startswith")
    search_help_text = _("The beginning of an email or of a name")
    readonly_fields = ("joined_at", "last_login")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "groups", "is_superuser")}),
        (_("Dates"), {"fields": (("joined_at", "last_login"),)}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the roles that the list shows."""
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Roles as boxes to tick."""
        if db_field.name == "groups":
            groups = Group.objects.order_by("id")
            return RoleChoices(queryset=groups, required=False, widget=forms.CheckboxSelectMultiple, label=_("Roles"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        """What they are there for."""
        names = [str(Role(group.name).label) for group in user.groups.all() if group.name in Role.values]
        return pgettext("between the items of a list", ", ").join(names) or "—"
