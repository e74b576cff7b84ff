from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """What a member is and holds: identity, purchases, points, tiers."""

    name = "members"
    verbose_name = _("Members")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear when allauth has confirmed an email address, and have domain events told in the inbox."""
        from members import adapters  # noqa: PLC0415 -- needs the models, which are not loaded above
        from members.services import notifications  # noqa: PLC0415

        adapters.connect()
        notifications.connect()
