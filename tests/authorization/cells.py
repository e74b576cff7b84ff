"""What the table says about a route, for everybody who may come to the door."""

from tests.authorization import table
from tests.authorization.actors import PEOPLE, STAFF_ROLES
from tests.authorization.routes import Route


def expected_of(cell: str) -> dict[str, str]:
    """A cell of the table as statuses by person; a till's key counts as nobody."""
    words = cell.split()
    if len(words) <= 2:
        words = [words[0], *[words[-1]] * (len(PEOPLE) - 1)]
    return {**dict(zip(PEOPLE, words, strict=True)), "till": words[0]}


def admin_cells(route: Route) -> table.Cells | None:
    """What the rights to a model mean for its routes."""
    rights = table.MODELS.get(route.model)
    if rights is None:
        return None
    kind = route.name.rpartition("_")[2]
    has_rows = any((rights.view, rights.add)) or route.model == "members.user"
    if route.pattern.endswith("<path:object_id>/"):
        return ("login login login 302 302 302 302",) * 2
    if kind == "history" and not has_rows:
        # There is no row, and Django says so before it asks who wants to know.
        return ("login login login 302 302 302 302",) * 2
    read, sent = {
        "changelist": (rights.view, rights.view),
        "history": (rights.view, rights.view),
        "add": (rights.add, rights.add),
        "change": (rights.view, rights.view if rights.is_story else rights.change),
        "delete": (rights.delete, rights.delete),
    }[kind]
    return cell_of(read), cell_of(sent)


def cell_of(roles: str) -> str:
    allowed = roles.split()
    return " ".join(["login"] * 3 + ["200" if role in allowed else "403" for role in STAFF_ROLES])


def cells_of(route: Route) -> table.Cells | None:
    """What the table says about a route; None when it says nothing."""
    for part in (table.PAGES, table.ACCOUNTS, table.API_PAGES, table.ADMIN):
        if route.name in part:
            return part[route.name]
    return admin_cells(route)


def group_of(route: Route) -> str:
    """Addresses that are tried together."""
    if route.pattern.startswith("api/v1/"):
        return "keys"
    if route.model:
        return route.model if route.model in ("members.member", "members.earningrule") else route.pattern[:16]
    return route.pattern.partition("/")[0] if route.pattern.startswith(("admin/", "accounts/", "api/")) else "pages"
