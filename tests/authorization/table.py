"""Who gets what at each address: the table that test_matrix.py compares with what happens.

A cell has the statuses of GET or of POST: one word for everybody; two for whoever is not signed in (a till's key opens
no page either) and whoever is; or one for each of PEOPLE. "login" is the way to the sign-in page. An address that is
nowhere in this file fails the test.
"""

from dataclasses import dataclass

Cells = tuple[str, str]

EVERYBODY = ("200", "405")
SIGNED_IN = ("login 200", "login 200")
ONLY_READ = ("login 200", "405")
ONLY_SENT = ("405", "login 302")
# Nobody has chosen a store there: whoever may work at the counter is asked for it first.
AT_COUNTER = "login 403 403 302 302 403 302"

# Pages of members. Staff without a card get a page that says so, with nothing of anybody on it.
PAGES: dict[str, Cells] = {
    "members:home": EVERYBODY,
    "members:card": ONLY_READ,
    "members:points": ONLY_READ,
    "members:gift": SIGNED_IN,
    "members:tiers": ONLY_READ,
    "members:inbox": ONLY_READ,
    "members:inbox_read_all": ("405", "login 302 302 200 200 200 200"),
    "members:inbox_notification": ("login 200 404 200 200 200 200", "405"),
    "members:inbox_open": ("405", "login 302 404 200 200 200 200"),
    "members:inbox_read": ("405", "login 302 404 200 200 200 200"),
    "members:help": EVERYBODY,
    "members:profile": SIGNED_IN,
    "members:complete": SIGNED_IN,
    "members:complete_later": ("405", "login 302 302 200 200 200 200"),
    "members:forget_phone": ("login 200", "login 302 302 200 200 200 200"),
    "members:claim": SIGNED_IN,
    "members:close": SIGNED_IN,
    "members:enrol": ONLY_SENT,
    "members:language": ("405", "302"),
    "members:counter": (AT_COUNTER, "405"),
    "members:counter_store": ("login 403 403 200 200 403 200",) * 2,
    "members:counter_find": (AT_COUNTER, AT_COUNTER),
    "members:counter_enrol": ("405", AT_COUNTER),
    "members:counter_return": (AT_COUNTER, AT_COUNTER),
    "members:counter_sale": (AT_COUNTER, AT_COUNTER),
    "members:theme": EVERYBODY,
    "members:card_show": ONLY_READ,
    "members:manifest": EVERYBODY,
    "members:app_icon": EVERYBODY,
    "members:service_worker": EVERYBODY,
    "members:offline": EVERYBODY,
    "members:components": ("login 403 403 200 200 200 200", "405"),
    # Nobody has set a logo.
    "members:logo": ("404", "405"),
    "members:logo_dark": ("404", "405"),
    "set_language": ("302", "302"),
}

# Signing in and what belongs to it. What is dangerous asks for the password again (302).
NEWCOMERS = ("200 302", "200 302")
AGAIN = ("login 302", "login 302")
ACCOUNTS: dict[str, Cells] = {
    "account_login": NEWCOMERS,
    "account_signup": NEWCOMERS,
    "account_logout": ("login 200", "login"),
    "account_inactive": EVERYBODY,
    "account_reauthenticate": SIGNED_IN,
    "account_email": ("login 200", "login 302"),
    "account_email_verification_sent": AGAIN,
    "account_change_password": SIGNED_IN,
    "account_set_password": AGAIN,
    "account_confirm_login_code": AGAIN,
    "account_reset_password": ("200", "200"),
    "account_reset_password_done": EVERYBODY,
    "account_reset_password_from_key": ("200", "200"),
    "account_reset_password_from_key_done": EVERYBODY,
    "mfa_index": ("login 200", "login 405"),
    "mfa_authenticate": AGAIN,
    "mfa_reauthenticate": AGAIN,
    "mfa_activate_totp": AGAIN,
    "mfa_deactivate_totp": ("login 404", "login 404"),
    "mfa_view_recovery_codes": ("login 404", "login 405"),
    "mfa_generate_recovery_codes": AGAIN,
    "mfa_download_recovery_codes": ("login 404", "login 404"),
    "mfa_list_webauthn": ("login 200", "login 405"),
    "mfa_add_webauthn": AGAIN,
    "mfa_login_webauthn": AGAIN,
    "mfa_reauthenticate_webauthn": AGAIN,
    "mfa_remove_webauthn": AGAIN,
    "mfa_edit_webauthn": AGAIN,
}

# The API's own pages are for everybody; the rest of it is in test_matrix.py, by key.
API_PAGES: dict[str, Cells] = {
    "api:start": ("302", "302"),
    "api:schema": EVERYBODY,
    "api:docs": EVERYBODY,
    "api:problems": EVERYBODY,
    "api:problem": EVERYBODY,
    "api:nothing": ("404", "404"),
}

# The admin, as PEOPLE: nobody, member, other member, cashier, service, marketer, manager.
STAFF = "login login login 200 200 200 200"
NOBODY = "login login login 403 403 403 403"
MANAGER = "login login login 403 403 403 200"
SERVICE = "login login login 403 200 403 200"
ADMIN: dict[str, Cells] = {
    "admin:index": (STAFF, STAFF),
    "admin:login": ("login 403 403 302 302 302 302", "login 403 403 200 200 200 200"),
    "admin:logout": ("302 302 302 405 405 405 405", "302 302 302 200 200 200 200"),
    "admin:password_change": (STAFF, STAFF),
    "admin:password_change_done": (STAFF, "login login login 405 405 405 405"),
    "admin:autocomplete": (NOBODY, "login login login 405 405 405 405"),
    "admin:jsi18n": (STAFF, "login login login 405 405 405 405"),
    "admin:view_on_site": ("login login login 404 404 404 404", "login login login 404 404 404 404"),
    "admin:app_list": ("login login login 404 200 200 200", "login login login 404 200 200 200"),
    "admin/(?P<url>.*)$": ("login login login 404 404 404 404", "login login login 404 404 404 404"),
    # A rule says something new, or nothing more: managers.
    "admin:members_earningrule_publish": (MANAGER, MANAGER),
    "admin:members_earningrule_end": (MANAGER, "login login login 403 403 403 302"),
    "admin:members_earningrule_withdraw": (MANAGER, "login login login 403 403 403 302"),
    "admin:members_importrun_rejects": (
        "login login login 403 403 403 404",
        "login login login 403 403 403 404",
    ),
    # Steps with a member: the service desk asks for points, mends and freezes; managers also merge, close, give tiers.
    "admin:members_member_adjust": (SERVICE, SERVICE),
    "admin:members_member_profile": (SERVICE, SERVICE),
    "admin:members_member_freeze": (SERVICE, SERVICE),
    "admin:members_member_unfreeze": (SERVICE.replace("200", "302"), SERVICE.replace("200", "302")),
    "admin:members_member_tier": (MANAGER, MANAGER),
    "admin:members_member_end-tier": (MANAGER.replace("200", "302"), MANAGER.replace("200", "302")),
    "admin:members_member_merge": (MANAGER, MANAGER),
    "admin:members_member_close": (MANAGER, MANAGER),
    "admin:members_member_contacts": (SERVICE, SERVICE),
    "admin:members_member_invite": (MANAGER.replace("200", "302"), MANAGER.replace("200", "302")),
    # Lists as files: people's data for whoever may take them away, the programme's for whoever sees them.
    "admin:members_member_export": (MANAGER, MANAGER),
    "admin:members_member_bulk": ("login login login 403 404 403 404",) * 2,
    "admin:members_store_export": ("login login login 403 302 302 302", "login login login 403 200 200 200"),
    "admin:members_tier_export": ("login login login 403 302 302 302", "login login login 403 200 200 200"),
    "admin:members_earningrule_export": ("login login login 403 302 302 302", "login login login 403 200 200 200"),
    "admin:members_store_import": (MANAGER, MANAGER),
    "admin:members_tier_import": (MANAGER, MANAGER),
    # A password is set by mail, never by staff.
    "admin:auth_user_password_change": (NOBODY, NOBODY),
}


@dataclass(frozen=True)
class Rights:
    """Which roles may what with the rows of a model; anybody else is refused."""

    view: str = ""
    add: str = ""
    change: str = ""
    delete: str = ""
    # The page of a row shows and takes nothing, so that sending it something is the same as reading it.
    is_story: bool = False


_FILE = Rights(view="service manager")
_MANAGED = Rights(view="manager")
MODELS: dict[str, Rights] = {
    "members.account": _FILE,
    "members.adjustment": _FILE,
    "members.debt": _FILE,
    "members.draw": _FILE,
    "members.lot": _FILE,
    "members.purchase": _FILE,
    "members.tierperiod": _FILE,
    "members.transfer": _FILE,
    "members.textmessage": _FILE,
    "members.member": Rights(view="service manager", change="service manager"),
    "members.auditentry": _MANAGED,
    "members.domainevent": _MANAGED,
    "members.jobrun": _MANAGED,
    "members.importrun": Rights(view="manager", add="manager", is_story=True),
    "members.storekey": Rights(view="manager", add="manager"),
    "members.webhookendpoint": Rights(view="manager", add="manager", change="manager", delete="manager"),
    "members.earningrule": Rights(view="service marketer manager", add="manager", is_story=True),
    "members.expirypolicy": Rights(view="service marketer manager", add="manager"),
    "members.product": Rights(view="manager", add="manager", change="manager", delete="manager"),
    "members.store": Rights(view="service marketer manager", add="manager", change="manager"),
    "members.tier": Rights(view="service marketer manager", add="manager", change="manager"),
    # Sign-ins, second factors and schedules: whoever runs the programme, and no role.
    "members.user": Rights(),
    "account.emailaddress": Rights(),
    "mfa.authenticator": Rights(),
    "axes.accessattempt": Rights(),
    "django_celery_beat.periodictask": Rights(),
    "django_celery_beat.clockedschedule": Rights(),
    "django_celery_beat.crontabschedule": Rights(),
    "django_celery_beat.solarschedule": Rights(),
    "django_celery_beat.intervalschedule": Rights(),
}
