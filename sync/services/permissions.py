"""Who may what. The database's row-level security says the same, for the pages' role."""

from sync.model.desk import Actor, Role
from sync.model.errors import PermissionDeniedError

OPERATOR_ROLES = frozenset(Role)


def check_may(actor: Actor, role: Role, unit_code: str = "") -> None:
    """Let an actor with this role pass, for the unit where it is a role of HR.

    Raises:
        PermissionDeniedError: names the role that is needed.
    """
    if not actor.has(role, unit_code):
        where = f" for unit {unit_code}" if unit_code else ""
        raise PermissionDeniedError(
            f"This needs the role {role}{where}: ask an administrator for it.", [role]
        )


class Operator(Actor):
    """Whoever works at the command line of the server: every role, in every unit."""

    def has(self, role: Role, unit_code: str = "") -> bool:
        """Yes."""
        return True


def operator(login: str) -> Actor:
    """The person at the command line, by the name they give."""
    return Operator(login)
