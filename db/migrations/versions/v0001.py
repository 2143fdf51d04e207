"""The first release: the house, its people, their rounds; journal, batches, drafts."""

import sqlalchemy as sa
from alembic import op

from db.append_only import guards_of, guards_of_trail

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_person_id", "access", ["person_id"])

    op.create_table(
        "assessment",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("answers", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("supersedes", sa.LargeBinary(16), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assessment_person_scale", "assessment", ["person_id", "scale", "at"])
    op.create_index(
        "ix_assessment_supersedes", "assessment", ["supersedes"], sqlite_where=sa.text("supersedes IS NOT NULL")
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=True),
        sa.Column("second_id", sa.LargeBinary(16), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.LargeBinary(16), nullable=True),
        sa.Column("facts", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"])

    op.create_table(
        "batch",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.LargeBinary(16), nullable=False),
        sa.Column("epoch", sa.LargeBinary(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("parents", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_batch_device", "batch", ["device_id", "epoch", "first"])

    op.create_table(
        "bed",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("room_id", sa.LargeBinary(16), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "catalogue",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "catalogue_item",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("catalogue", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_catalogue_item_catalogue", "catalogue_item", ["catalogue"])
    op.create_table(
        "certificate",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.String(), nullable=True),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_certificate_staff_id", "certificate", ["staff_id"])
    op.create_table(
        "clock",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("lamport", sa.Integer(), nullable=False),
        sa.Column("newest_at", sa.BigInteger(), nullable=False),
        sa.Column("offset_s", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "department",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("institution_id", sa.LargeBinary(16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "device",
        sa.Column("device_id", sa.LargeBinary(16), nullable=False),
        sa.Column("pair_id", sa.LargeBinary(16), nullable=False),
        sa.Column("sign_key", sa.LargeBinary(), nullable=False),
        sa.Column("age_key", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device_id"),
    )
    op.create_table(
        "dose",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("order_id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("second_id", sa.LargeBinary(16), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("supersedes", sa.LargeBinary(16), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dose_as_needed", "dose", ["at"], sqlite_where=sa.text("due_at IS NULL"))
    op.create_index("ix_dose_due_order", "dose", ["due_at", "order_id"])
    op.create_index("ix_dose_person_at", "dose", ["person_id", "at"])
    op.create_index("ix_dose_supersedes", "dose", ["supersedes"], sqlite_where=sa.text("supersedes IS NOT NULL"))
    op.create_table(
        "draft",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "staff_id"),
    )
    op.create_table(
        "epoch",
        sa.Column("epoch", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("epoch"),
    )
    op.create_table(
        "equipment",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=True),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("second_id", sa.LargeBinary(16), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.LargeBinary(16), nullable=True),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("supersedes", sa.LargeBinary(16), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_event_about", "event", ["about"], sqlite_where=sa.text("about IS NOT NULL"))
    op.create_index("ix_event_kind", "event", ["kind", "at"])
    op.create_index("ix_event_person_kind", "event", ["person_id", "kind", "at"])
    op.create_index("ix_event_supersedes", "event", ["supersedes"], sqlite_where=sa.text("supersedes IS NOT NULL"))
    op.create_table(
        "institution",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("director_id", sa.LargeBinary(16), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("medical_licence_no", sa.String(), nullable=False),
        sa.Column("medical_licence_until", sa.String(), nullable=True),
        sa.Column("care_licence_no", sa.String(), nullable=False),
        sa.Column("care_licence_until", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "journal",
        sa.Column("epoch", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("lamport", sa.Integer(), nullable=False),
        sa.Column("wall", sa.BigInteger(), nullable=False),
        sa.Column("suspect", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=True),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.LargeBinary(16), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_journal_suspect", "journal", ["row_id"], sqlite_where=sa.text("suspect = 1"))

    op.create_table(
        "key_slot",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.LargeBinary(16), nullable=True),
        sa.PrimaryKeyConstraint("number", "public"),
    )

    op.create_table(
        "leave",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("stay_id", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("expected_at", sa.BigInteger(), nullable=True),
        sa.Column("back_at", sa.BigInteger(), nullable=True),
        sa.Column("companion", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_leave_person_id", "leave", ["person_id"])

    op.create_table(
        "medical_order",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("drug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("dose100", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("times", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.Column("as_needed", sa.String(), nullable=False),
        sa.Column("gap_min", sa.Integer(), nullable=False),
        sa.Column("high_alert", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.String(), nullable=False),
        sa.Column("until_on", sa.String(), nullable=True),
        sa.Column("prescriber", sa.String(), nullable=False),
        sa.Column("prescriber_id", sa.LargeBinary(16), nullable=True),
        sa.Column("entered_by", sa.LargeBinary(16), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("overrides", sa.String(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("held_reason", sa.String(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_medical_order_open", "medical_order", ["until_on"], sqlite_where=sa.text("NOT stopped"))
    op.create_index("ix_medical_order_person_id", "medical_order", ["person_id"])
    op.create_table(
        "mending",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "pair",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("township", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("agreement_no", sa.String(), nullable=False),
        sa.Column("agreement_from", sa.String(), nullable=True),
        sa.Column("agreement_until", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("birth", sa.String(), nullable=True),
        sa.Column("id_type", sa.String(), nullable=False),
        sa.Column("id_number", sa.String(), nullable=False),
        sa.Column("id_reason", sa.String(), nullable=False),
        sa.Column("ethnic", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("care_level", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("village", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("record_no", sa.String(), nullable=False),
        sa.Column("insurance", sa.String(), nullable=False),
        sa.Column("insurance_no", sa.String(), nullable=False),
        sa.Column("blood_abo", sa.String(), nullable=False),
        sa.Column("contacts", sa.String(), nullable=False),
        sa.Column("allergies", sa.String(), nullable=False),
        sa.Column("allergies_known", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("consents", sa.String(), nullable=False),
        sa.Column("no_resuscitation", sa.Boolean(), nullable=False),
        sa.Column("spo2_scale", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("same_as", sa.LargeBinary(16), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_person_same_as", "person", ["same_as"], sqlite_where=sa.text("same_as IS NOT NULL"))
    op.create_index("ix_person_id_number", "person", ["id_number"], sqlite_where=sa.text("id_number <> ''"))

    op.create_table(
        "our_county",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )

    op.create_table(
        "person_term",
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("term", "person_id"),
    )
    op.create_index("ix_person_term_person", "person_term", ["person_id"])

    op.create_table(
        "pin",
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_try_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.LargeBinary(16), nullable=True),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_table(
        "plan_item",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("every_min", sa.Integer(), nullable=True),
        sa.Column("times", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_plan_item_person_id", "plan_item", ["person_id"])
    op.create_table(
        "retried",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("institution_id", sa.LargeBinary(16), nullable=False),
        sa.Column("department_id", sa.LargeBinary(16), nullable=True),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rota",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rota_day", "rota", ["day"])
    op.create_table(
        "round",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("bed_id", sa.LargeBinary(16), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unremarkable", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("skin", sa.String(), nullable=False),
        sa.Column("intake", sa.String(), nullable=False),
        sa.Column("water_ml", sa.Integer(), nullable=True),
        sa.Column("mood", sa.String(), nullable=False),
        sa.Column("abnormal", sa.String(), nullable=False),
        sa.Column("reported_to", sa.LargeBinary(16), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("supersedes", sa.LargeBinary(16), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_round_person_at", "round", ["person_id", "at"])
    op.create_index("ix_round_supersedes", "round", ["supersedes"], sqlite_where=sa.text("supersedes IS NOT NULL"))

    op.create_table(
        "row_version",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.LargeBinary(16), nullable=False),
        sa.Column("heads", sa.LargeBinary(), nullable=False),
        sa.Column("contested", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "row_id"),
    )
    op.create_index("ix_row_version_contested", "row_version", ["contested"])

    op.create_table(
        "set_aside",
        sa.Column("batch", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "seq"),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_setting_name", "setting", ["name"])
    op.create_table(
        "staff",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("institution_id", sa.LargeBinary(16), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("licence_no", sa.String(), nullable=False),
        sa.Column("licence_until", sa.String(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "stay",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("bed_id", sa.LargeBinary(16), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stay_bed_id", "stay", ["bed_id"])
    op.create_index("ix_stay_person_id", "stay", ["person_id"])

    op.create_table(
        "stock_move",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=True),
        sa.Column("drug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("expires", sa.String(), nullable=True),
        sa.Column("quantity100", sa.Integer(), nullable=False),
        sa.Column("left100", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("second_id", sa.LargeBinary(16), nullable=True),
        sa.Column("dose_id", sa.LargeBinary(16), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("supersedes", sa.LargeBinary(16), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stock_move_dose", "stock_move", ["dose_id"], sqlite_where=sa.text("dose_id IS NOT NULL"))
    op.create_index("ix_stock_move_item", "stock_move", ["person_id", "drug", "name", "at"])
    op.create_index("ix_stock_move_kept", "stock_move", ["at"], sqlite_where=sa.text("kind <> 'given'"))
    op.create_index(
        "ix_stock_move_supersedes", "stock_move", ["supersedes"], sqlite_where=sa.text("supersedes IS NOT NULL")
    )
    op.create_table(
        "vitals",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(16), nullable=False),
        sa.Column("round_id", sa.LargeBinary(16), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("temp_c10", sa.Integer(), nullable=True),
        sa.Column("pulse", sa.Integer(), nullable=True),
        sa.Column("resp", sa.Integer(), nullable=True),
        sa.Column("sbp", sa.Integer(), nullable=True),
        sa.Column("dbp", sa.Integer(), nullable=True),
        sa.Column("spo2", sa.Integer(), nullable=True),
        sa.Column("oxygen", sa.Boolean(), nullable=True),
        sa.Column("spo2_scale", sa.Integer(), nullable=False),
        sa.Column("acvpu", sa.String(), nullable=True),
        sa.Column("glucose_mmol10", sa.Integer(), nullable=True),
        sa.Column("weight_kg10", sa.Integer(), nullable=True),
        sa.Column("pain", sa.Integer(), nullable=True),
        sa.Column("supersedes", sa.LargeBinary(16), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_vitals_person_at", "vitals", ["person_id", "at"])
    op.create_index("ix_vitals_round_id", "vitals", ["round_id"])
    op.create_index("ix_vitals_weight", "vitals", ["person_id", "at"], sqlite_where=sa.text("weight_kg10 IS NOT NULL"))
    op.create_index("ix_vitals_supersedes", "vitals", ["supersedes"], sqlite_where=sa.text("supersedes IS NOT NULL"))

    appended = ("round", "vitals", "access", "audit_event", "setting", "assessment", "event", "dose", "stock_move")
    for guard in (guards_of_trail(), *map(guards_of, appended)):
        for statement in guard.values():
            op.execute(statement)
