from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from members import append_only
from members.roles import ensure_roles


def install_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # SQLite rebuilds the stores' table for a new column, and with it goes the trigger that renews the rulebook.
    append_only.install(schema_editor.connection)


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django adds permissions only after the last migration; a role needs them now.
    config = apps.get_app_config("members")
    config.models_module = True
    create_permissions(config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
    ensure_roles(apps)


def address() -> models.CharField:
    return models.CharField(blank=True, max_length=200, verbose_name="address")


def translated_address() -> models.CharField:
    return models.CharField(blank=True, max_length=200, null=True, verbose_name="address")


class Migration(migrations.Migration):
    dependencies = [("members", "0005_history")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, install_triggers),
        migrations.AddField(model_name="store", name="address", field=address()),
        migrations.AddField(model_name="store", name="address_en", field=translated_address()),
        migrations.AddField(model_name="store", name="address_zh_hans", field=translated_address()),
        migrations.AddField(model_name="store", name="address_zh_hant", field=translated_address()),
        migrations.AddField(
            model_name="store",
            name="picture",
            field=models.SlugField(blank=True, db_index=False, max_length=60, verbose_name="picture"),
        ),
        migrations.RunPython(install_triggers, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=64, unique=True, verbose_name="SKU")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_en", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_zh_hans", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("name_zh_hant", models.CharField(max_length=120, null=True, verbose_name="name")),
                ("category", models.CharField(blank=True, max_length=64, verbose_name="category")),
                ("picture", models.SlugField(blank=True, db_index=False, max_length=60, verbose_name="picture")),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("sku", ""), _negated=True), name="product_has_sku")
                ],
            },
        ),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
