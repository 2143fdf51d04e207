"""The first release: pairs, devices, batches as they were signed, and the record of each pair."""

import sqlalchemy as sa
from alembic import op

from db.tables import RowId

revision = "0001"
down_revision = None

PARTITIONS = 16


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_access_person_id", "access", ["pair_id", "person_id"])
    op.create_table(
        "assessment",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("supersedes", RowId(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_assessment_person_scale", "assessment", ["pair_id", "person_id", "scale", "at"])
    op.create_index(
        "ix_assessment_supersedes",
        "assessment",
        ["pair_id", "supersedes"],
        postgresql_where=sa.text("supersedes IS NOT NULL"),
        sqlite_where=sa.text("supersedes IS NOT NULL"),
    )
    op.create_table(
        "audit_event",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=True),
        sa.Column("second_id", RowId(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", RowId(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_audit_event_at", "audit_event", ["pair_id", "at"])
    op.create_table(
        "bed",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("room_id", RowId(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "catalogue",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "catalogue_item",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_catalogue_item_catalogue", "catalogue_item", ["pair_id", "catalogue"])
    op.create_table(
        "carried",
        sa.Column("device_id", RowId(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("come", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "request"),
    )
    op.create_index("ix_carried_touched_at", "carried", ["touched_at"])
    op.create_table(
        "carried_part",
        sa.Column("device_id", RowId(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "request", "at"),
    )
    op.create_table(
        "certificate",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Text(), nullable=True),
        sa.Column("until_on", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_certificate_staff_id", "certificate", ["pair_id", "staff_id"])
    op.create_table(
        "county",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sign_public", sa.LargeBinary(), nullable=False),
        sa.Column("age_recipient", sa.String(), nullable=False),
        sa.Column("recovery_public", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "county_pair",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("directory_version", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("directory_at", sa.BigInteger(), nullable=True),
        sa.Column("retried_schema", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("pair_id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "department",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("institution_id", RowId(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "device",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("device_id", RowId(), nullable=False),
        sa.Column("sign_public", sa.LargeBinary(), nullable=False),
        sa.Column("transport_public", sa.LargeBinary(), nullable=False),
        sa.Column("age_recipient", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("certified_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("clock_skew_s", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.LargeBinary(), nullable=True),
        sa.Column("program", sa.BigInteger(), nullable=True),
        sa.Column("schema_number", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("device_id"),
    )
    op.create_index("ix_device_pair_id", "device", ["pair_id"])
    op.create_table(
        "dose",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("order_id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("second_id", RowId(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("supersedes", RowId(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index(
        "ix_dose_as_needed",
        "dose",
        ["pair_id", "at"],
        postgresql_where=sa.text("due_at IS NULL"),
        sqlite_where=sa.text("due_at IS NULL"),
    )
    op.create_index("ix_dose_due_order", "dose", ["pair_id", "due_at", "order_id"])
    op.create_index("ix_dose_person_at", "dose", ["pair_id", "person_id", "at"])
    op.create_index(
        "ix_dose_supersedes",
        "dose",
        ["pair_id", "supersedes"],
        postgresql_where=sa.text("supersedes IS NOT NULL"),
        sqlite_where=sa.text("supersedes IS NOT NULL"),
    )
    op.create_table(
        "enrol_code",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("pair_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("used_by", RowId(), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "equipment",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "event",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=True),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("second_id", RowId(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", RowId(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("supersedes", RowId(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index(
        "ix_event_about",
        "event",
        ["pair_id", "about"],
        postgresql_where=sa.text("about IS NOT NULL"),
        sqlite_where=sa.text("about IS NOT NULL"),
    )
    op.create_index("ix_event_kind", "event", ["pair_id", "kind", "at"])
    op.create_index("ix_event_person_kind", "event", ["pair_id", "person_id", "kind", "at"])
    op.create_index(
        "ix_event_supersedes",
        "event",
        ["pair_id", "supersedes"],
        postgresql_where=sa.text("supersedes IS NOT NULL"),
        sqlite_where=sa.text("supersedes IS NOT NULL"),
    )
    op.create_table(
        "guess",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "institution",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("director_id", RowId(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("medical_licence_no", sa.Text(), nullable=False),
        sa.Column("medical_licence_until", sa.Text(), nullable=True),
        sa.Column("care_licence_no", sa.Text(), nullable=False),
        sa.Column("care_licence_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "leave",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("stay_id", RowId(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("expected_at", sa.BigInteger(), nullable=True),
        sa.Column("back_at", sa.BigInteger(), nullable=True),
        sa.Column("companion", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_leave_person_id", "leave", ["pair_id", "person_id"])
    op.create_table(
        "medical_order",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("drug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("dose100", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=False),
        sa.Column("as_needed", sa.Text(), nullable=False),
        sa.Column("gap_min", sa.BigInteger(), nullable=False),
        sa.Column("high_alert", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Text(), nullable=True),
        sa.Column("prescriber", sa.Text(), nullable=False),
        sa.Column("prescriber_id", RowId(), nullable=True),
        sa.Column("entered_by", RowId(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("overrides", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("held_reason", sa.Text(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index(
        "ix_medical_order_open",
        "medical_order",
        ["pair_id", "until_on"],
        postgresql_where=sa.text("NOT stopped"),
        sqlite_where=sa.text("NOT stopped"),
    )
    op.create_index("ix_medical_order_person_id", "medical_order", ["pair_id", "person_id"])
    op.create_table(
        "pair",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("township", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("agreement_no", sa.Text(), nullable=False),
        sa.Column("agreement_from", sa.Text(), nullable=True),
        sa.Column("agreement_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "person",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth", sa.Text(), nullable=True),
        sa.Column("id_type", sa.Text(), nullable=False),
        sa.Column("id_number", sa.Text(), nullable=False),
        sa.Column("id_reason", sa.Text(), nullable=False),
        sa.Column("ethnic", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("care_level", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("village", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("record_no", sa.Text(), nullable=False),
        sa.Column("insurance", sa.Text(), nullable=False),
        sa.Column("insurance_no", sa.Text(), nullable=False),
        sa.Column("blood_abo", sa.Text(), nullable=False),
        sa.Column("contacts", sa.Text(), nullable=False),
        sa.Column("allergies", sa.Text(), nullable=False),
        sa.Column("allergies_known", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("consents", sa.Text(), nullable=False),
        sa.Column("no_resuscitation", sa.Boolean(), nullable=False),
        sa.Column("spo2_scale", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("same_as", RowId(), nullable=True),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index(
        "ix_person_id_number",
        "person",
        ["pair_id", "id_number"],
        sqlite_where=sa.text("id_number <> ''"),
        postgresql_where=sa.text("id_number <> ''"),
    )
    op.create_index(
        "ix_person_same_as",
        "person",
        ["pair_id", "same_as"],
        sqlite_where=sa.text("same_as IS NOT NULL"),
        postgresql_where=sa.text("same_as IS NOT NULL"),
    )
    op.create_table(
        "plan_item",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("every_min", sa.BigInteger(), nullable=True),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_plan_item_person_id", "plan_item", ["pair_id", "person_id"])
    op.create_table(
        "recovery",
        sa.Column("id", RowId(), nullable=False),
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("device_id", RowId(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recovery_pair_id", "recovery", ["pair_id"])
    op.create_table(
        "refused_batch",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", RowId(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("parents", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("brought_by", RowId(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "hash"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "room",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("institution_id", RowId(), nullable=False),
        sa.Column("department_id", RowId(), nullable=True),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "rota",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_rota_day", "rota", ["pair_id", "day"])
    op.create_table(
        "round",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("bed_id", RowId(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unremarkable", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("skin", sa.Text(), nullable=False),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("water_ml", sa.BigInteger(), nullable=True),
        sa.Column("mood", sa.Text(), nullable=False),
        sa.Column("abnormal", sa.Text(), nullable=False),
        sa.Column("reported_to", RowId(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("supersedes", RowId(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_round_person_at", "round", ["pair_id", "person_id", "at"])
    op.create_index(
        "ix_round_supersedes",
        "round",
        ["pair_id", "supersedes"],
        sqlite_where=sa.text("supersedes IS NOT NULL"),
        postgresql_where=sa.text("supersedes IS NOT NULL"),
    )
    op.create_table(
        "row_version",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", RowId(), nullable=False),
        sa.Column("heads", sa.LargeBinary(), nullable=False),
        sa.Column("contested", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "table_name", "row_id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_row_version_contested", "row_version", ["pair_id", "contested"])
    op.create_table(
        "running_count",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("device_id", RowId(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "device_id"),
    )
    op.create_table(
        "set_aside",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("batch", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "batch", "seq"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "setting",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_setting_name", "setting", ["pair_id", "name"])
    op.create_table(
        "staff",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("institution_id", RowId(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("licence_no", sa.Text(), nullable=False),
        sa.Column("licence_until", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_table(
        "stay",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("bed_id", RowId(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_stay_bed_id", "stay", ["pair_id", "bed_id"])
    op.create_index("ix_stay_person_id", "stay", ["pair_id", "person_id"])
    op.create_table(
        "stock_move",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=True),
        sa.Column("drug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=True),
        sa.Column("quantity100", sa.BigInteger(), nullable=False),
        sa.Column("left100", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("second_id", RowId(), nullable=True),
        sa.Column("dose_id", RowId(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("supersedes", RowId(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index(
        "ix_stock_move_dose",
        "stock_move",
        ["pair_id", "dose_id"],
        postgresql_where=sa.text("dose_id IS NOT NULL"),
        sqlite_where=sa.text("dose_id IS NOT NULL"),
    )
    op.create_index("ix_stock_move_item", "stock_move", ["pair_id", "person_id", "drug", "name", "at"])
    op.create_index(
        "ix_stock_move_kept",
        "stock_move",
        ["pair_id", "at"],
        postgresql_where=sa.text("kind <> 'given'"),
        sqlite_where=sa.text("kind <> 'given'"),
    )
    op.create_index(
        "ix_stock_move_supersedes",
        "stock_move",
        ["pair_id", "supersedes"],
        postgresql_where=sa.text("supersedes IS NOT NULL"),
        sqlite_where=sa.text("supersedes IS NOT NULL"),
    )
    op.create_table(
        "stored_batch",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("device_id", RowId(), nullable=False),
        sa.Column("epoch", sa.LargeBinary(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("lamport_last", sa.BigInteger(), nullable=False),
        sa.Column("parents", sa.LargeBinary(), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("is_tip", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "hash"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_stored_batch_device", "stored_batch", ["pair_id", "device_id", "position"])
    op.create_index("ix_stored_batch_epoch", "stored_batch", ["pair_id", "epoch", "last"])
    op.create_index(
        "ix_stored_batch_head",
        "stored_batch",
        ["pair_id"],
        sqlite_where=sa.text("is_head"),
        postgresql_where=sa.text("is_head"),
    )
    op.create_index("ix_stored_batch_position", "stored_batch", ["pair_id", "position"], unique=True)
    op.create_index(
        "ix_stored_batch_unmerged",
        "stored_batch",
        ["pair_id", "position"],
        sqlite_where=sa.text("merged_at IS NULL"),
        postgresql_where=sa.text("merged_at IS NULL"),
    )
    op.create_table(
        "vitals",
        sa.Column("pair_id", RowId(), nullable=False),
        sa.Column("id", RowId(), nullable=False),
        sa.Column("person_id", RowId(), nullable=False),
        sa.Column("staff_id", RowId(), nullable=False),
        sa.Column("round_id", RowId(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("temp_c10", sa.BigInteger(), nullable=True),
        sa.Column("pulse", sa.BigInteger(), nullable=True),
        sa.Column("resp", sa.BigInteger(), nullable=True),
        sa.Column("sbp", sa.BigInteger(), nullable=True),
        sa.Column("dbp", sa.BigInteger(), nullable=True),
        sa.Column("spo2", sa.BigInteger(), nullable=True),
        sa.Column("oxygen", sa.Boolean(), nullable=True),
        sa.Column("spo2_scale", sa.BigInteger(), nullable=False),
        sa.Column("acvpu", sa.Text(), nullable=True),
        sa.Column("glucose_mmol10", sa.BigInteger(), nullable=True),
        sa.Column("weight_kg10", sa.BigInteger(), nullable=True),
        sa.Column("pain", sa.BigInteger(), nullable=True),
        sa.Column("supersedes", RowId(), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "id"),
        postgresql_partition_by="HASH (pair_id)",
    )
    op.create_index("ix_vitals_person_at", "vitals", ["pair_id", "person_id", "at"])
    op.create_index("ix_vitals_round_id", "vitals", ["pair_id", "round_id"])
    op.create_index(
        "ix_vitals_supersedes",
        "vitals",
        ["pair_id", "supersedes"],
        sqlite_where=sa.text("supersedes IS NOT NULL"),
        postgresql_where=sa.text("supersedes IS NOT NULL"),
    )
    op.create_index(
        "ix_vitals_weight",
        "vitals",
        ["pair_id", "person_id", "at"],
        sqlite_where=sa.text("weight_kg10 IS NOT NULL"),
        postgresql_where=sa.text("weight_kg10 IS NOT NULL"),
    )
    conn = op.get_bind()
    if conn.dialect.name == "postgresql":
        parted = "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace"
        for table in conn.exec_driver_sql(parted).scalars().all():
            for part in range(PARTITIONS):
                op.execute(
                    f"CREATE TABLE {table}_p{part:02d} PARTITION OF {table}"
                    f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
                )
