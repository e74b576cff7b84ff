import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0003_roles")]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("purchase", "Points for a purchase"),
                            ("bonus", "Points for something else"),
                            ("return", "Points taken back after a return"),
                            ("gift_received", "Points from another member"),
                            ("gift_given", "Points given to another member"),
                            ("adjustment", "Points put right by staff"),
                            ("tier_up", "A higher tier"),
                            ("tier_down", "A lower tier"),
                            ("expiring", "Points that expire soon"),
                            ("expired", "Points that expired"),
                        ],
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("payload", models.JSONField(default=dict, verbose_name="content")),
                ("created_at", models.DateTimeField(verbose_name="happened")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="notifications",
                        to="members.domainevent",
                        verbose_name="event",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "indexes": [
                    models.Index(fields=["member", "-created_at", "-id"], name="notification_inbox"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["member"], name="notification_unread"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("event", "member"), name="notification_told_once")],
            },
        ),
    ]
