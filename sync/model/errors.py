"""Errors grouped by what the caller should do next.

A message says what happened, to which code or id, and what to do, in one sentence.
It never holds a person's value, a body, a header or a query string.
"""

from collections.abc import Iterable


class SyncError(Exception):
    """Something this service refused or could not do."""

    status = 500


class SourceUnavailableError(SyncError):
    """The source did not answer well now; asking again later can help."""

    status = 503


class DeadlineError(SourceUnavailableError):
    """The source still answered when its time was over."""


class SourceRejectedError(SyncError):
    """The source refuses us; asking again the same way cannot help."""

    status = 502


class UnreadableAnswerError(SyncError):
    """The source answered something that is not an answer; its owner must look."""

    status = 502


class NotFoundError(SyncError):
    """The thing asked for does not exist."""

    status = 404


class UnknownUnitError(NotFoundError):
    """A unit is named that was never in the registry."""

    def __init__(self, unit_code: str) -> None:
        super().__init__(
            f"There is no unit {unit_code[:16]}: give a code of the registry, cbccvc status"
            " lists them."
        )


class PermissionDeniedError(SyncError):
    """This actor may not do this; `roles` may, where a role is what is missing."""

    status = 403

    def __init__(self, message: str, roles: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.roles = tuple(roles)


class SecondOfficerNeededError(PermissionDeniedError):
    """Who proposed is not who decides."""


class RefusedValueError(SyncError):
    """A proposed value cannot stand where it was proposed; the message never quotes it."""

    status = 422

    def __init__(self, message: str, *, problem: str, rule_code: str = "") -> None:
        super().__init__(message)
        self.problem = problem
        self.rule_code = rule_code


class RefusedFileError(SyncError):
    """An uploaded file is not read; `problem` says why, the message never quotes it."""

    status = 422

    def __init__(self, message: str, *, problem: str) -> None:
        super().__init__(message)
        self.problem = problem


class ConfigurationError(SyncError):
    """The service is set up wrongly; the message names the setting."""


class AccountingError(SyncError):
    """Counts that must add up do not; nothing was admitted."""


class DatabaseRefusedError(SyncError):
    """The database refused a statement; holds SQLSTATE and constraint name, never a value."""

    def __init__(self, message: str, *, sqlstate: str = "", constraint: str = "") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.constraint = constraint

    @property
    def is_passing(self) -> bool:
        """Of the machine or a neighbour (deadlock, resources, shutdown), not the data."""
        return self.sqlstate[:2] in ("", "08", "40", "53", "57", "58")


class LotChangedError(SyncError):
    """Other proposals wait than those that somebody was shown and agreed to."""

    status = 409


class IllegalTransitionError(SyncError):
    """A thing was asked to move to a state it cannot reach."""

    status = 409

    def __init__(self, subject: str, state: str, wanted: str, allowed: Iterable[str]) -> None:
        self.state, self.allowed = str(state), tuple(sorted(allowed))
        choices = ", ".join(self.allowed) or "nothing, it is final"
        super().__init__(
            f"{subject} is {state} and cannot become {wanted}. Possible: {choices}."
        )
