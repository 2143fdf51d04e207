"""The synced tables of a pair: what is kept of the house, its people and their care.

Values are plain: text, integers, booleans, row ids. Times are whole seconds UTC since 1970
(names end in ``_at``, or ``at``), dates are ISO text (``YYYY-MM-DD``), lists are JSON text. Codes are those
of ``care/data/codes``; a table does not check them, ``care`` does before it writes.

No table has a foreign key or a unique constraint beside its id: a row that arrives from another
laptop must never be dropped by the database. The county adds ``pair_id`` to every key
(``sync.county.tables``); a laptop holds one pair only and does not repeat it in each row.
"""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, MetaData, Uuid, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from db.policy import APPEND, EDIT, Cautious, Policy, Union

# The two marks a care level can carry, most care first: the cautious reading of a disagreement.
CARE_LEVELS = ("special", "full", "half", "self")


class RowId(TypeDecorator[UUID]):
    """A row id: 16 raw bytes in SQLite, the native ``uuid`` in PostgreSQL, ``UUID`` in Python."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Uuid(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> UUID | bytes | None:
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value: Any, _dialect: Dialect) -> UUID | None:
        if value is None or isinstance(value, UUID):
            return value
        return UUID(bytes=bytes(value))


class Synced(SQLModel):
    """A table whose every change is journalled and travels."""

    metadata: ClassVar[MetaData] = MetaData()
    merge: ClassVar[Policy] = APPEND

    id: UUID = Field(primary_key=True, sa_type=RowId)


def _ref(**kw: Any) -> Any:
    return Field(sa_type=RowId, **kw)


def _maybe(**kw: Any) -> Any:
    return Field(default=None, sa_type=RowId, **kw)


def _superseding(table: str) -> Index:
    # Corrections are few: the ordinary row pays nothing for this index. The county says the same to PostgreSQL: named
    # here, its whole dialect would be loaded at every start of a laptop.
    return Index(f"ix_{table}_supersedes", "supersedes", sqlite_where=text("supersedes IS NOT NULL"))


def _at(**kw: Any) -> Any:
    # 32 bits of seconds end in 2038.
    return Field(sa_type=BigInteger, **kw)


# --- the house -----------------------------------------------------------------------------


class Pair(Synced, table=True):
    """One health centre and one welfare home sharing a record (两院)."""

    merge = EDIT

    name: str
    region: str = ""  # GB/T 2260 county code, six digits
    township: str = ""
    mode: str = ""  # how the two work together, seeds R007 to R009
    agreement_no: str = ""
    agreement_from: str | None = None
    agreement_until: str | None = None


class Institution(Synced, table=True):
    """One of the two, with both licences it may hold (两证)."""

    merge = EDIT

    kind: str  # health_centre, welfare_home
    name: str
    director_id: UUID | None = _maybe()
    phone: str = ""
    address: str = ""
    medical_licence_no: str = ""
    medical_licence_until: str | None = None
    care_licence_no: str = ""
    care_licence_until: str | None = None


class Department(Synced, table=True):
    """A ward, station or zone of an institution."""

    merge = EDIT

    institution_id: UUID = _ref()
    name: str


class Room(Synced, table=True):
    """A room with beds."""

    merge = EDIT

    institution_id: UUID = _ref()
    department_id: UUID | None = _maybe()
    floor: int = 1
    name: str


class Bed(Synced, table=True):
    """A bed: in the welfare home, on the ward, or at home (三床)."""

    merge = EDIT

    kind: str  # welfare, inpatient, home
    label: str  # "204-2"; for a home bed the village
    room_id: UUID | None = _maybe()
    address: str = ""
    closed: bool = False


class Staff(Synced, table=True):
    """Somebody who works for the pair. Leaving staff are closed, never removed."""

    merge = EDIT

    number: str  # 工号, what is typed to open the record
    name: str
    role: str  # carer, nurse, doctor, director, admin
    institution_id: UUID | None = _maybe()
    phone: str = ""
    licence_no: str = ""
    licence_until: str | None = None
    closed: bool = False


# --- people --------------------------------------------------------------------------------


class Person(Synced, table=True):
    """Anybody cared for: a resident, an inpatient, a home-bed patient (老人).

    ``contacts``: ``[{"name", "relation", "phone"}]``; ``allergies``: ``[{"to", "reaction",
    "since"}]``; ``conditions``: ``[{"name", "icd10", "since"}]``; ``consents``: ``[{"kind",
    "on", "by", "state", "relation", "how", "witness", "reason"}]``, one an answer, the last of a kind counts; all JSON
    text.

    ``same_as``: somebody was registered twice, and is shown as that person from then on. The rows of both stay where
    they are; reads follow (``care.groups``).
    """

    merge = Policy(
        "edit",
        {
            "allergies": Union(),
            "conditions": Union(),
            "care_level": Cautious(CARE_LEVELS),
            # Without a settled agreement the act that can still be undone is to treat.
            "no_resuscitation": Cautious((False, True)),
            # Scale 2 forgives low oxygen; it needs an undisputed prescription.
            "spo2_scale": Cautious((1, 2)),
        },
    )

    name: str
    sex: str  # codes/sex
    birth: str | None = None
    id_type: str = "01"  # codes/id_type
    id_number: str = ""
    id_reason: str = ""  # why there is no number, or a wrong one
    ethnic: str = "01"  # codes/ethnic
    category: str = ""  # codes/resident_category
    care_level: str = "self"  # codes/home_care_level
    phone: str = ""
    village: str = ""
    address: str = ""
    record_no: str = ""  # health record number, 17 digits
    insurance: str = ""  # codes/payment
    insurance_no: str = ""
    blood_abo: str = "5"
    contacts: str = "[]"
    allergies: str = "[]"
    allergies_known: bool = False  # false: nobody has asked yet; an empty list is then no "none"
    conditions: str = "[]"
    consents: str = "[]"
    no_resuscitation: bool = False
    spo2_scale: int = 1  # NEWS2 oxygen scale, 2 only when prescribed
    note: str = ""
    practice: bool = False  # a person to try things on; left out of every figure
    same_as: UUID | None = _maybe()

    # Nearly nobody is registered twice: who is, is found at the cost of those alone.
    __table_args__ = (
        Index("ix_person_same_as", "same_as", sqlite_where=text("same_as IS NOT NULL")),
        Index("ix_person_id_number", "id_number", sqlite_where=text("id_number <> ''")),
    )


class Stay(Synced, table=True):
    """A person on a bed for a time. Changing beds ends one stay and opens the next."""

    merge = EDIT

    person_id: UUID = _ref(index=True)
    bed_id: UUID = _ref(index=True)
    from_at: int = _at()
    until_at: int | None = _at(default=None)
    begun_by: str = "admission"  # admission, move, switch
    end_reason: str = ""  # move, switch, or codes/discharge_reason


class Leave(Synced, table=True):
    """Out of the house while the bed is kept (外出/请假)."""

    merge = EDIT

    person_id: UUID = _ref(index=True)
    stay_id: UUID = _ref()
    kind: str = "family"  # family, hospital, other
    left_at: int = _at()
    expected_at: int | None = _at(default=None)
    back_at: int | None = _at(default=None)
    companion: str = ""
    note: str = ""


# --- care: inserted, never updated -----------------------------------------------------------


class Round(Synced, table=True):
    """One look at one person at one time (巡视/查房/巡诊).

    A correction is a new row that names the one it ``supersedes``; ``void`` says that nothing
    stands in its place. ``state`` and the other observations are short Chinese words of
    ``care/data/rounds.toml``; empty means not looked at.
    """

    person_id: UUID = _ref()
    staff_id: UUID = _ref()
    bed_id: UUID | None = _maybe()
    at: int = _at()
    kind: str  # codes/round_type
    unremarkable: bool = False
    state: str = ""
    position: str = ""
    skin: str = ""
    intake: str = ""
    water_ml: int | None = None
    mood: str = ""
    abnormal: str = ""
    reported_to: UUID | None = _maybe()
    note: str = ""
    supersedes: UUID | None = _maybe()
    void: bool = False
    reason: str = ""

    __table_args__ = (Index("ix_round_person_at", "person_id", "at"), _superseding("round"))


class Vitals(Synced, table=True):
    """One set of measurements; what was not measured is null. Units in the names."""

    person_id: UUID = _ref()
    staff_id: UUID = _ref()
    round_id: UUID | None = _maybe(index=True)
    at: int = _at()
    temp_c10: int | None = None
    pulse: int | None = None
    resp: int | None = None
    sbp: int | None = None
    dbp: int | None = None
    spo2: int | None = None
    oxygen: bool | None = None
    spo2_scale: int = 1
    acvpu: str | None = None  # codes/consciousness
    glucose_mmol10: int | None = None
    weight_kg10: int | None = None
    pain: int | None = None
    supersedes: UUID | None = _maybe()
    void: bool = False
    reason: str = ""

    __table_args__ = (
        Index("ix_vitals_person_at", "person_id", "at"),
        # Weighed once a month: who is due, and the course of years, without a walk through every measurement.
        Index("ix_vitals_weight", "person_id", "at", sqlite_where=text("weight_kg10 IS NOT NULL")),
        _superseding("vitals"),
    )


class Access(Synced, table=True):
    """Somebody opened a person's chart (谁看过)."""

    person_id: UUID = _ref(index=True)
    staff_id: UUID = _ref()
    at: int = _at()
    what: str = "chart"


class AuditEvent(Synced, table=True):
    """An act that leaves no row of its own: signing in, a wrong PIN, an export, a key slot, a backup put back (审计).

    ``staff_id`` is null for the program itself; ``second_id`` is who confirmed an act of two persons. ``what`` is one
    of ``care/data/rules/audit.toml``, ``about`` the row it was done to, ``facts`` a JSON object of short texts and
    numbers without a name or a secret in it.
    """

    __tablename__ = "audit_event"

    staff_id: UUID | None = _maybe()
    second_id: UUID | None = _maybe()
    at: int = _at()
    what: str
    about: UUID | None = _maybe()
    facts: str = "{}"

    __table_args__ = (Index("ix_audit_event_at", "at"),)


class Setting(Synced, table=True):
    """What the pair has agreed on, the same on all its laptops: found by its ``name``.

    It is set anew by a further row, so that nobody has to settle anything: the row with the highest ``turn`` counts,
    and of two that were written apart the one with the higher id (``care.agreed``).
    """

    name: str = Field(index=True)
    value: str
    turn: int
    at: int = _at()


class Assessment(Synced, table=True):
    """One filled-in scale (评估), with the version of the scale that it was filled in by.

    ``answers``: JSON object, item -> place of the chosen option in the scale's list, or the number that was typed.
    ``facts``: JSON object of what else decided the result: education, diagnoses, seconds. ``total`` and ``grade`` are
    what that version of the scale made of them; a later version of it changes nothing that was signed.
    """

    person_id: UUID = _ref()
    staff_id: UUID = _ref()
    at: int = _at()
    scale: str  # a file of care/data/scales
    version: str
    answers: str
    facts: str = "{}"
    total: int | None = None
    grade: str = ""  # code of the band
    note: str = ""
    supersedes: UUID | None = _maybe()
    void: bool = False
    reason: str = ""

    __table_args__ = (
        Index("ix_assessment_person_scale", "person_id", "scale", "at"),
        _superseding("assessment"),
    )


class Event(Synced, table=True):
    """Anything else that happened to somebody, or in the house (事件): a fall, a visit, a meal, a drill, a handover.

    ``kind`` is a file of ``care/data/events``, which says what its ``facts`` (JSON object) may hold. ``person_id`` is
    null for what concerns the house. ``about`` names the row that it follows: the event that it closes, the look that
    it was done at, the value that it answers.
    """

    person_id: UUID | None = _maybe()
    staff_id: UUID = _ref()
    second_id: UUID | None = _maybe()
    at: int = _at()
    kind: str
    about: UUID | None = _maybe()
    facts: str = "{}"
    supersedes: UUID | None = _maybe()
    void: bool = False
    reason: str = ""

    __table_args__ = (
        Index("ix_event_person_kind", "person_id", "kind", "at"),
        Index("ix_event_kind", "kind", "at"),
        Index("ix_event_about", "about", sqlite_where=text("about IS NOT NULL")),
        _superseding("event"),
    )


class Dose(Synced, table=True):
    """One administration of an order, or that it did not come to it (给药).

    ``due_at`` is the hour that it was for, null for one given as needed. ``cause``: why it was refused, held or late.
    """

    person_id: UUID = _ref()
    order_id: UUID = _ref()
    staff_id: UUID = _ref()
    second_id: UUID | None = _maybe()
    due_at: int | None = _at(default=None)
    at: int = _at()
    result: str  # codes/med_result
    cause: str = ""
    supersedes: UUID | None = _maybe()
    void: bool = False
    reason: str = ""

    __table_args__ = (
        Index("ix_dose_due_order", "due_at", "order_id"),
        Index("ix_dose_as_needed", "at", sqlite_where=text("due_at IS NULL")),
        Index("ix_dose_person_at", "person_id", "at"),
        _superseding("dose"),
    )


class StockMove(Synced, table=True):
    """Medicine that came in or went out (药品账): a line of the ledger.

    ``quantity100``: hundredths of ``unit``, negative for what went out. ``person_id`` is whose medicine it is, null
    for the house's own. ``left100``: what was found of a lot when it was counted, null for any other line. What is
    there is what was counted last and the sum of the lines since: a dose of another laptop that arrives after a count
    was gone from the shelf before it.
    """

    __tablename__ = "stock_move"

    person_id: UUID | None = _maybe()
    drug: str  # code of the catalogue of drugs, or empty
    name: str
    spec: str = ""
    lot: str = ""
    expires: str | None = None
    quantity100: int
    left100: int | None = None
    unit: str
    kind: str  # rules/stock: received, given, returned, destroyed, counted
    at: int = _at()
    staff_id: UUID = _ref()
    second_id: UUID | None = _maybe()
    dose_id: UUID | None = _maybe()
    note: str = ""
    supersedes: UUID | None = _maybe()
    void: bool = False
    reason: str = ""

    __table_args__ = (
        Index("ix_stock_move_item", "person_id", "drug", "name", "at"),
        # A dose a line: what came, was counted or went another way is found without reading them.
        Index("ix_stock_move_kept", "at", sqlite_where=text("kind <> 'given'")),
        Index("ix_stock_move_dose", "dose_id", sqlite_where=text("dose_id IS NOT NULL")),
        _superseding("stock_move"),
    )


# --- what is agreed for somebody, or for the house: edited, and so it can conflict ----------------


class Order(Synced, table=True):
    """What is prescribed (医嘱). Its text is never edited: a change is a stop and a new order.

    ``dose100``: hundredths of ``unit`` at one time. ``times``: hours of the house's clock, ``"08:00 18:00"``, empty
    for one given as needed. ``days``: every so many days, counted from ``from_on``; with ``weekdays`` (``"14"``: Monday
    and Thursday) on these alone. ``gap_min``: so many minutes at least between two given as needed. ``overrides``: JSON
    list of the warnings that were read and overridden, each with its reason.
    """

    __tablename__ = "medical_order"
    # What stops or holds stands until somebody has settled it: a dose not given can still be given.
    merge = Policy("edit", {"stopped": Cautious((True, False)), "held": Cautious((True, False))})

    person_id: UUID = _ref(index=True)
    drug: str  # code of the catalogue of drugs, or empty for one that is not in it
    name: str
    spec: str = ""
    dose100: int
    unit: str
    route: str = ""  # codes/drug_route
    frequency: str  # codes/frequency
    times: str = ""
    days: int = 1
    weekdays: str = ""
    as_needed: str = ""  # what for; empty for a regular order
    gap_min: int = 0
    high_alert: bool = False
    from_on: str
    until_on: str | None = None
    prescriber: str = ""
    prescriber_id: UUID | None = _maybe()
    entered_by: UUID = _ref()
    entered_at: int = _at()
    note: str = ""
    overrides: str = "[]"
    held: bool = False
    held_reason: str = ""
    stopped: bool = False
    stopped_at: int | None = _at(default=None)
    stop_reason: str = ""

    # Orders of years are stopped or over: a round looks at those that are neither.
    __table_args__ = (Index("ix_medical_order_open", "until_on", sqlite_where=text("NOT stopped")),)


class PlanItem(Synced, table=True):
    """One duty of somebody's care plan (照护计划): what is done for them, how often, and because of what.

    Either ``every_min`` or ``times`` (hours of the house's clock) says when. ``cause`` is the risk or grade that asks
    for it, empty for one that somebody added.
    """

    __tablename__ = "plan_item"
    merge = EDIT

    person_id: UUID = _ref(index=True)
    duty: str  # rules/duties
    every_min: int | None = None
    times: str = ""
    cause: str = ""
    note: str = ""
    from_at: int = _at()
    until_at: int | None = _at(default=None)
    end_reason: str = ""


class Rota(Synced, table=True):
    """Somebody is on duty for one shift of one day (排班)."""

    merge = EDIT

    staff_id: UUID = _ref()
    day: str = Field(index=True)
    shift: str  # rules/shift_handover
    note: str = ""
    cancelled: bool = False


class Certificate(Synced, table=True):
    """A paper that somebody needs for their work, and until when it holds (证书)."""

    merge = EDIT

    staff_id: UUID = _ref(index=True)
    kind: str  # rules/certificates
    number: str = ""
    issued_on: str | None = None
    until_on: str | None = None
    closed: bool = False


class Equipment(Synced, table=True):
    """A thing of the house that is checked by a date: an extinguisher, a hydrant, a smoke alarm (设备)."""

    merge = EDIT

    kind: str  # rules/equipment
    label: str
    place: str = ""
    until_on: str | None = None
    closed: bool = False


# --- published by the county: a laptop reads them, and never edits them --------------------------


class Catalogue(Synced, table=True):
    """A list of codes that the county keeps for all its pairs (目录), found by its ``name``."""

    merge = EDIT

    name: str
    version: str
    published_at: int = _at()


class CatalogueItem(Synced, table=True):
    """One entry of the catalogue of that name, found by its ``code``. What vanished from it is ``closed``.

    ``facts`` is a JSON object of short texts: whatever else the county's list says.
    """

    __tablename__ = "catalogue_item"
    merge = EDIT

    catalogue: str = Field(index=True)
    code: str
    name: str
    facts: str = "{}"
    closed: bool = False


# Order matters to nobody but a reader: the house, its people, their care, the county's lists.
SYNCED: tuple[type[Synced], ...] = (
    Pair,
    Institution,
    Department,
    Room,
    Bed,
    Staff,
    Person,
    Stay,
    Leave,
    Round,
    Vitals,
    Access,
    AuditEvent,
    Setting,
    Assessment,
    Event,
    Dose,
    StockMove,
    Order,
    PlanItem,
    Rota,
    Certificate,
    Equipment,
    Catalogue,
    CatalogueItem,
)
BY_NAME: dict[str, type[Synced]] = {str(table.__tablename__): table for table in SYNCED}
