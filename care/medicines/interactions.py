"""What does not go with what somebody takes now: a list of pairs, looked up in both directions."""

from collections.abc import Iterable, Iterator
from typing import cast

from care.medicines.checks import Severity, Warning
from care.medicines.lists import rows
from care.medicines.taken_now import Taken
from care.words import Words


def interactions_with(new: Taken, taken: Iterable[Taken]) -> Iterator[Warning]:
    """Every pair of the list that the new drug makes with one that is taken."""
    for other in taken:
        if other.same == new.same:
            continue
        for row in rows("interactions"):
            one, two = row["a"].split(";"), row["b"].split(";")
            if (_either(new, one) and _either(other, two)) or (_either(new, two) and _either(other, one)):
                words = Words(
                    f"与{other.name}：{row['zh']}",
                    f"With {other.name}: {row['en']}",
                )
                advice = Words(row["zh_advice"], row["en_advice"])
                severity = cast(Severity, row["severity"])
                # Two pairs of the list may meet in the same two drugs: each says something else.
                code = f"interaction/{row['a']}+{row['b']}/{other.same}"
                yield Warning(code, "interaction", words, severity, advice=advice, blocks=severity == "contraindicated")


def _either(of: Taken, terms: Iterable[str]) -> bool:
    return any(of.is_(term) for term in terms)
