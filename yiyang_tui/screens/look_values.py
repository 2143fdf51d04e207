"""A look at a person as values of a form, and back: what is corrected is put down whole."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from care.rounds import Observation
    from care.timeline import TimelineItem
    from yiyang_tui.fields import Value

WRITTEN: Final = ("abnormal", "note")
AIR: Final = ("no", "yes")
"""Whether oxygen was given, as a choice that may stay open."""


def values_of(item: "TimelineItem") -> "dict[str, Value]":
    """The form as it was when this was recorded."""
    from care.observations import observations
    from care.vitals import measures, show

    noted = {finding.field: finding.value for finding in item.text_facts}
    oxygen = item.vitals.get("oxygen")
    found: dict[str, Value] = {"unremarkable": item.unremarkable}
    for of in measures():
        value = item.vitals.get(of.id)
        found[of.id] = show(of, value) if isinstance(value, int) else ""
    found["acvpu"] = str(item.vitals["acvpu"]) if item.vitals.get("acvpu") else None
    found["oxygen"] = None if oxygen is None else AIR[bool(oxygen)]
    found |= {name: str(noted[name]) if name in noted else None for name in observations()}
    found["water_ml"] = str(noted.get("water_ml", ""))
    found |= {name: str(noted.get(name, "")) for name in WRITTEN}
    return found


def observation_of(values: "Mapping[str, Value]", item: "TimelineItem") -> "Observation":
    """What the form says, in the place of ``item``.

    Raises what ``care.vitals.read`` raises; its facts name the measure.
    """
    from care.measured import Measured
    from care.observations import observations, water
    from care.rounds import Observation
    from care.vitals import measures, read

    vitals: dict[str, Measured] = {of.id: read(of, str(values.get(of.id) or "")) for of in measures()}
    vitals["acvpu"] = str(values["acvpu"]) if values.get("acvpu") else None
    vitals["oxygen"] = None if values.get("oxygen") is None else values["oxygen"] == AIR[True]
    return Observation(
        kind=item.kind,
        unremarkable=bool(values.get("unremarkable")),
        **{name: str(values.get(name) or "") for name in observations()},
        **{name: str(values.get(name) or "").strip() for name in WRITTEN},
        water_ml=read(water(), str(values.get("water_ml") or "")),
        reported_to=item.reported_to_id,
        vitals=vitals,
    )
