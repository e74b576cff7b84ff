"""Who can sign in to the demo programme."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.roles import Role

PROGRAMME_NAME = "Lantern Coffee & Books"
DOMAIN = "lantern.example"
# One for everybody, and printed at each start: this is a programme to look around in.
DEMO_PASSWORD = "lantern-and-books"  # noqa: S105


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as. ``group`` is for staff; the others are members.

    ``story`` says in a line who they are, and ``role`` names their picture in ``static/img/personas/``.
    """

    role: str
    email: str
    name: str
    story: Promise | str
    language: str = "en"
    group: str = ""
    is_superuser: bool = False
    password: str = DEMO_PASSWORD

    @property
    def is_staff(self) -> bool:
        """Whether they work here."""
        return bool(self.group) or self.is_superuser


LEO = DemoAccount("new", f"leo@{DOMAIN}", "Leo Martin", _("New: joined this week, one purchase"))
LI_JING = DemoAccount("growing", f"lijing@{DOMAIN}", "李静", _("Growing: a little short of Gold"), "zh-hans")
MEI = DemoAccount("gold", f"mei@{DOMAIN}", "Mei Tan", _("Gold, and about to lose it"))
CHAN_KA_YAN = DemoAccount("diamond", f"kayan@{DOMAIN}", "陳嘉欣", _("Diamond: here almost every other day"), "zh-hant")
ZHOU_MING = DemoAccount(
    "lapsed", f"zhouming@{DOMAIN}", "周明", _("Lapsed: not seen for nine months, points about to expire"), "zh-hans"
)
CASHIER = DemoAccount("cashier", f"cashier@{DOMAIN}", "Kai Lin", _("Cashier: the counter"), group=Role.CASHIER.value)
SERVICE = DemoAccount(
    "service",
    f"service@{DOMAIN}",
    "Sofia Rossi",
    _("Service: finds members and puts things right"),
    group=Role.SERVICE.value,
)
MARKETER = DemoAccount(
    "marketer",
    f"marketer@{DOMAIN}",
    "Noah Williams",
    _("Marketer: who earns what, and where"),
    group=Role.MARKETING.value,
)
MANAGER = DemoAccount(
    "manager", f"manager@{DOMAIN}", "Grace Zhou", _("Manager: tiers, rules, approvals"), group=Role.MANAGER.value
)
# What one manager asked for only another one can approve.
APPROVER = DemoAccount(
    "manager-2", f"manager2@{DOMAIN}", "Daniel Okafor", _("Second manager: approves"), group=Role.MANAGER.value
)
OPERATOR = DemoAccount("operator", f"operator@{DOMAIN}", "Robin Lee", _("Operator: everything"), is_superuser=True)

DEMO_MEMBERS = (LEO, LI_JING, MEI, CHAN_KA_YAN, ZHOU_MING)
DEMO_STAFF = (CASHIER, SERVICE, MARKETER, MANAGER, APPROVER, OPERATOR)
DEMO_ACCOUNTS = (*DEMO_MEMBERS, *DEMO_STAFF)
# Those on the sign-in page of the demo: one of each kind.
PERSONAS = (*DEMO_MEMBERS, CASHIER, SERVICE, MARKETER, MANAGER)
