from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from members.roles import PERMISSIONS, ensure_roles


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django adds permissions only after the last migration; a role needs them now.
    config = apps.get_app_config("members")
    config.models_module = True
    create_permissions(config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
    ensure_roles(apps)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=[role.value for role in PERMISSIONS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_ledger_triggers_and_seed"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make, drop)]
