from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The project itself: settings, routes and the commands that run it."""

    name = "config"
    verbose_name = _("Portal")

    def ready(self) -> None:
        """Have the settings of the look checked with everything else."""
        from config import checks  # noqa: F401, PLC0415 -- registers itself; needs the models, not loaded above


class StaffAdminConfig(AdminConfig):
    """Django's admin, signed in to through the portal's own sign-in page."""

    default_site = "config.admin.StaffSite"
