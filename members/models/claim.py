from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PhoneClaim(models.Model):
    """A code sent to a phone, to prove that the person who typed the number holds it. Only its hash is stored."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="phone_claims"
    )
    phone = models.CharField(_("phone"), max_length=16)
    code_hash = models.CharField(_("hash of the code"), max_length=200)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone claim")
        verbose_name_plural = _("phone claims")
        indexes = [
            # How many codes a user or a number was sent lately.
            models.Index(fields=["phone", "created_at"], name="phone_claim_recent"),
        ]

    def __str__(self) -> str:
        return self.phone


class TextMessage(models.Model):
    """A text message the programme sent; in the embedded mode the local outbox, where a newcomer reads it."""

    to = models.CharField(_("to"), max_length=16)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")

    def __str__(self) -> str:
        return self.to
