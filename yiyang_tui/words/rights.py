"""Rights and roles in words: what a refusal says somebody may not do, and who may."""

from collections.abc import Mapping, Sequence

from care.data import table
from care.roles import roles_of
from yiyang_tui.words import language, t


def right_name(right: str) -> str:
    """A right in the words of ``rules/rights``. Raises ``KeyError`` for one that is not there."""
    return str(table("rules/rights")["right"][right][language()])


def role_name(role: str) -> str:
    """A role as people say it; one that a newer program wrote, as it is."""
    return t(f"role.{role}") if role in table("rules/rights")["role"] else role


def any_of(names: Sequence[str]) -> str:
    """``nurse, doctor or director``."""
    *first, last = names
    return f"{t('joined.comma').join(first)}{t('joined.or')}{last}" if first else last


def who_may(right: str) -> str:
    """The roles that have a right, in words."""
    return any_of([role_name(role) for role in roles_of(right)])


def no_right(role: str, right: str) -> str:
    """What to say to somebody of a role who has not got a right."""
    return t("refused.no_right", role=role_name(role), right=right_name(right), who=who_may(right))


def in_words(facts: Mapping[str, str | int]) -> dict[str, str | int]:
    """The facts of a refusal with rights and roles in words; ``who``: who may do it, to be asked."""
    said = dict(facts)
    if "right" in facts:
        said |= {"right": right_name(str(facts["right"])), "who": who_may(str(facts["right"]))}
    if "whose" in facts:
        senior = table("rules/rights")["senior"]
        above = senior.get(facts["whose"], senior["unknown"])
        said |= {"whose": _whose(str(facts["whose"])), "who": any_of([role_name(role) for role in above])}
    if "role" in facts:
        said["role"] = role_name(str(facts["role"]))
    return said


def _whose(role: str) -> str:
    return t("joined.unknown_role") if role == "unknown" else role_name(role)
