from django.db import connection

from members.models import Account, AccountKind

_programme: dict[str, dict[str, int]] = {}


def programme_accounts() -> dict[str, int]:
    """Ids of the programme's own accounts by code; they are made once and never change, so a process asks once."""
    name = str(connection.settings_dict["NAME"])
    if name not in _programme:
        accounts = Account.objects.exclude(kind=AccountKind.MEMBER).values_list("code", "pk")
        _programme[name] = {code: pk for code, pk in accounts if code}
    return _programme[name]


def forget_programme_accounts() -> None:
    """Ask again next time: after a partner's account was opened, and in tests that empty the tables."""
    _programme.clear()
