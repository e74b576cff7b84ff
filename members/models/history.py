from typing import Any

from django.db.models import Model
from django.db.models.signals import pre_save
from simple_history.models import HistoricalRecords

# Why the first record of a row is there, where the row is older than its records.
BEFORE = "before"


class Histories(HistoricalRecords):  # type: ignore[misc]
    """Keeps what a row said before each change, also before the first one, and nothing where nothing changed.

    Members are enrolled and the programme is seeded by statements that no ``save()`` sees; without a record from
    before, their first change would be from nothing. Fields that a save leaves out are as they are stored, not as
    they are in memory.
    """

    def finalize(self, sender: type[Model], **kwargs: Any) -> None:
        """Listen to saves before they happen too."""
        super().finalize(sender, **kwargs)
        pre_save.connect(self.pre_save, sender=sender, weak=False)

    def pre_save(self, instance: Any, *, raw: bool = False, **kwargs: Any) -> None:
        """Remember what is stored."""
        if not raw and not instance._state.adding:
            instance._stored = type(instance)._base_manager.filter(pk=instance.pk).first()

    def post_save(
        self,
        instance: Any,
        created: bool,  # noqa: FBT001 - Django's signature
        using: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Record the change, and before the first one what was there."""
        stored = instance.__dict__.pop("_stored", None)
        if created or stored is None:
            super().post_save(instance, created, using=using, **kwargs)
            return
        changes = self._changes(stored, instance, kwargs.get("update_fields"))
        if not changes:
            return
        if not getattr(type(instance), self.manager_name).filter(**{instance._meta.pk.attname: instance.pk}).exists():
            stored._history_user, stored._change_reason = None, BEFORE
            self.create_historical_record(stored, "+", using=using)
            del stored._history_user, stored._change_reason
        for name, value in changes.items():
            setattr(stored, name, value)
        self.create_historical_record(stored, "~", using=using)

    def _changes(self, stored: Any, instance: Any, update_fields: Any) -> dict[str, Any]:
        saved = None if update_fields is None else set(update_fields)
        return {
            field.attname: value
            for field in self.fields_included(instance)
            if (saved is None or {field.name, field.attname} & saved)
            and _text(value := getattr(instance, field.attname)) != _text(getattr(stored, field.attname))
        }


def _text(value: Any) -> Any:
    # Forms send lines ended in another way than they were stored; nobody changed anything.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
