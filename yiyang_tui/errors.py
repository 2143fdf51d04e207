"""Errors of the top floor."""

from db.errors import YiyangError


class UnknownStaff(YiyangError):
    """The key slot opened, but no staff row carries the number. Facts: number."""

    code = "unknown_staff"
    exit_code = 3


class ClosedStaff(YiyangError):
    """The staff number is closed. Facts: number."""

    code = "closed_staff"
    exit_code = 3
