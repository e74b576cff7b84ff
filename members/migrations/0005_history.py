import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import members.models.pattern_ops
import simple_history.models
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

from members.roles import ensure_roles


def make_roles(apps, schema_editor):
    # Django adds permissions only after the last migration; a role needs them now.
    config = apps.get_app_config("members")
    config.models_module = True
    create_permissions(config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
    ensure_roles(apps)



class Migration(migrations.Migration):

    dependencies = [
        ('members', '0004_notifications'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('waiting', 'Still to do'), ('done', 'Done'), ('asked', 'Waits for a second person'), ('left_out', 'Left out'), ('refused', 'Refused')], default='waiting', max_length=8, verbose_name='status')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
            ],
            options={
                'verbose_name': 'outcome for a member',
                'verbose_name_plural': 'outcomes for members',
            },
        ),
        migrations.CreateModel(
            name='BulkStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('freeze', 'Freeze accounts'), ('unfreeze', 'Unfreeze accounts'), ('tier', 'Assign a tier'), ('adjust', 'Adjust points')], max_length=8, verbose_name='step')),
                ('answers', models.JSONField(blank=True, default=dict, verbose_name='answers')),
                ('created_at', models.DateTimeField(verbose_name='chosen')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
            ],
            options={
                'verbose_name': 'step with many members',
                'verbose_name_plural': 'steps with many members',
            },
        ),
        migrations.CreateModel(
            name='HistoricalEarningRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, verbose_name='code')),
                ('name_en', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_zh_hans', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_zh_hant', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical earning rule',
                'verbose_name_plural': 'historical earning rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalEarningRuleVersion',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('base', 'Base rate: points for each amount spent'), ('multiplier', 'Multiplier: base points times a factor'), ('bonus_rate', 'Bonus rate: extra points for each amount spent'), ('bonus_fixed', 'Fixed bonus: extra points a purchase')], max_length=12, verbose_name='kind')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('points', models.PositiveIntegerField(default=0, verbose_name='points')),
                ('per_amount', models.PositiveBigIntegerField(default=0, verbose_name='for each amount')),
                ('percent', models.PositiveIntegerField(default=0, verbose_name='multiplier in percent')),
                ('categories', models.JSONField(blank=True, default=list, verbose_name='categories')),
                ('skus', models.JSONField(blank=True, default=list, verbose_name='SKUs')),
                ('channels', models.JSONField(blank=True, default=list, verbose_name='channels')),
                ('weekdays', models.JSONField(blank=True, default=list, help_text='1 is Monday, 7 is Sunday', verbose_name='weekdays')),
                ('time_from', models.TimeField(blank=True, null=True, verbose_name='from time of day')),
                ('time_until', models.TimeField(blank=True, null=True, verbose_name='until time of day')),
                ('minimum_amount', models.PositiveBigIntegerField(default=0, verbose_name='minimum spend')),
                ('first_purchase_only', models.BooleanField(default=False, verbose_name='first purchase only')),
                ('cap_member_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='cap a member and day')),
                ('cap_member_month', models.PositiveIntegerField(blank=True, null=True, verbose_name='cap a member and month')),
                ('cap_total', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='cap in all')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical version of an earning rule',
                'verbose_name_plural': 'historical versions of earning rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalExpiryPolicy',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name_en', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_zh_hans', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_zh_hant', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('end_of_month', 'End of the month, some months after earning'), ('rolling', 'Some months after earning, to the day'), ('fixed_date', 'On a fixed day of the year'), ('activity', 'Some months after the last purchase'), ('never', 'Never')], default='end_of_month', max_length=12, verbose_name='kind')),
                ('months', models.PositiveSmallIntegerField(default=12, help_text='For a fixed day: points live at least this long. Unused for “never”.', verbose_name='months')),
                ('fixed_month', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='month of the fixed day')),
                ('fixed_day', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='day of the fixed day')),
                ('valid_from', models.DateTimeField(db_index=True, verbose_name='in force from')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical expiry policy',
                'verbose_name_plural': 'historical expiry policies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMember',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.CharField(db_index=True, max_length=12, verbose_name='member number')),
                ('status', models.CharField(choices=[('active', 'Active'), ('frozen', 'Frozen'), ('closed', 'Closed'), ('merged', 'Merged')], default='active', max_length=10, verbose_name='status')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('phone', models.CharField(blank=True, help_text='E.164, for example +8613800138000', max_length=16, null=True, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, null=True, verbose_name='email')),
                ('birth_month', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='birth month')),
                ('birth_day', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='birth day')),
                ('birth_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='birth year')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', 'Simplified Chinese'), ('zh-hant', 'Traditional Chinese')], default='en', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(blank=True, help_text="Empty: the programme's", max_length=64, verbose_name='time zone')),
                ('status_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the status')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical member',
                'verbose_name_plural': 'historical members',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStore',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('name_en', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_zh_hans', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_zh_hant', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('channel', models.CharField(choices=[('shop', 'Shop'), ('web', 'Web shop'), ('app', 'App'), ('partner', 'Partner')], default='shop', max_length=10, verbose_name='channel')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical store',
                'verbose_name_plural': 'historical stores',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTier',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('rank', models.PositiveSmallIntegerField(db_index=True, verbose_name='rank')),
                ('name_en', models.CharField(max_length=60, null=True, verbose_name='name')),
                ('name_zh_hans', models.CharField(max_length=60, null=True, verbose_name='name')),
                ('name_zh_hant', models.CharField(max_length=60, null=True, verbose_name='name')),
                ('colour', models.CharField(default='#3d6a63', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$')], verbose_name='colour')),
                ('measure', models.CharField(choices=[('spend', 'Amount spent'), ('points', 'Points earned'), ('visits', 'Visits (days with a purchase)')], default='spend', max_length=8, verbose_name='measured by')),
                ('threshold', models.PositiveBigIntegerField(default=0, verbose_name='threshold')),
                ('window', models.CharField(choices=[('rolling', 'Rolling months'), ('calendar_year', 'Calendar year'), ('membership_year', 'Membership year'), ('lifetime', 'Lifetime')], default='rolling', max_length=16, verbose_name='window')),
                ('window_months', models.PositiveSmallIntegerField(default=12, verbose_name='months of the window')),
                ('downgrade', models.CharField(choices=[('never', 'Never'), ('one_level', 'One level'), ('earned', 'To what is earned')], default='earned', max_length=10, verbose_name='downgrade')),
                ('grace_days', models.PositiveSmallIntegerField(default=30, verbose_name='days of grace')),
                ('multiplier_percent', models.PositiveIntegerField(default=100, verbose_name='earning multiplier in percent')),
                ('benefits_en', models.TextField(blank=True, help_text='One a line', null=True, verbose_name='benefits')),
                ('benefits_zh_hans', models.TextField(blank=True, help_text='One a line', null=True, verbose_name='benefits')),
                ('benefits_zh_hant', models.TextField(blank=True, help_text='One a line', null=True, verbose_name='benefits')),
                ('is_invitation_only', models.BooleanField(default=False, verbose_name='by invitation only')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical tier',
                'verbose_name_plural': 'historical tiers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AlterModelOptions(
            name='member',
            options={'permissions': [('export_member', 'Can export the list of members')], 'verbose_name': 'member', 'verbose_name_plural': 'members'},
        ),
        migrations.RemoveIndex(
            model_name='member',
            name='member_name',
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['action', 'at'], name='audit_action'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(members.models.pattern_ops.PatternOps(django.db.models.functions.text.Upper('name'), name='varchar_pattern_ops'), name='member_name_any_case'),
        ),
        migrations.AddField(
            model_name='bulkoutcome',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='member'),
        ),
        migrations.AddField(
            model_name='bulkstep',
            name='actor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who'),
        ),
        migrations.AddField(
            model_name='bulkoutcome',
            name='step',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='members.bulkstep', verbose_name='step'),
        ),
        migrations.AddField(
            model_name='historicalearningrule',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalearningruleversion',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalearningruleversion',
            name='minimum_tier',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.tier', verbose_name='tier and above'),
        ),
        migrations.AddField(
            model_name='historicalearningruleversion',
            name='rule',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.earningrule', verbose_name='rule'),
        ),
        migrations.AddField(
            model_name='historicalexpirypolicy',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalmember',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalstore',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaltier',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='bulkstep',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), ('confirmed_at__gte', models.F('created_at')), _connector='OR'), name='bulk_step_forward'),
        ),
        migrations.AddConstraint(
            model_name='bulkoutcome',
            constraint=models.UniqueConstraint(fields=('step', 'member'), name='bulk_outcome_once'),
        ),
        # Once more, now that what they name exists.
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
