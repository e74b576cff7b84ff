"""Who can sign in to the demo programme."""

from dataclasses import dataclass

from members.roles import Role

PROGRAMME_NAME = "Lantern Coffee & Books"
DOMAIN = "lantern.example"
# One for everybody, and printed at each start: this is a programme to look around in.
DEMO_PASSWORD = "lantern-and-books"  # noqa: S105


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as. ``group`` is for staff; the others are members."""

    role: str
    email: str
    name: str
    language: str = "en"
    group: str = ""
    is_superuser: bool = False
    password: str = DEMO_PASSWORD

    @property
    def is_staff(self) -> bool:
        """Whether they work here."""
        return bool(self.group) or self.is_superuser


MEI = DemoAccount("member", f"mei@{DOMAIN}", "Mei Tan")
LI_JING = DemoAccount("member-hans", f"lijing@{DOMAIN}", "李静", "zh-hans")
CHAN_KA_YAN = DemoAccount("member-hant", f"kayan@{DOMAIN}", "陳嘉欣", "zh-hant")
CASHIER = DemoAccount("cashier", f"cashier@{DOMAIN}", "Kai Lin", group=Role.CASHIER.value)
SERVICE = DemoAccount("service", f"service@{DOMAIN}", "Sofia Rossi", group=Role.SERVICE.value)
MARKETER = DemoAccount("marketer", f"marketer@{DOMAIN}", "Noah Williams", group=Role.MARKETING.value)
MANAGER = DemoAccount("manager", f"manager@{DOMAIN}", "Grace Zhou", group=Role.MANAGER.value)
# What one manager asked for only another one can approve.
APPROVER = DemoAccount("manager-2", f"manager2@{DOMAIN}", "Daniel Okafor", group=Role.MANAGER.value)
OPERATOR = DemoAccount("operator", f"operator@{DOMAIN}", "Robin Lee", is_superuser=True)

DEMO_MEMBERS = (MEI, LI_JING, CHAN_KA_YAN)
DEMO_STAFF = (CASHIER, SERVICE, MARKETER, MANAGER, APPROVER, OPERATOR)
DEMO_ACCOUNTS = (*DEMO_MEMBERS, *DEMO_STAFF)
