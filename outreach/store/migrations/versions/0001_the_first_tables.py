"""The first tables, and the triggers that hold the case log to append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)
GENESIS = "0" * 64

APPEND_ONLY = "case log is append-only: an event is never changed or removed"
GAP = "case log: an event must carry the number after the last one of its case"
OPENS = "cases: a new case starts active, with no event yet"
FIXED = "cases: ref never changes, the case log is hashed over it"
NO_LINE = "cases: status, last_seq and last_hash move only with a new event of the case log"
OVER = "attempts: a final or released attempt never moves again"

# SQLite: INSERT OR REPLACE removes rows without asking the delete trigger; the number check refuses it as well.
SQLITE_TRIGGERS = [
    f"""CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events
        BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
    f"""CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events
        BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
    f"""CREATE TRIGGER case_events_numbered BEFORE INSERT ON case_events
        WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM case_events WHERE case_id = NEW.case_id), 0)
        BEGIN SELECT RAISE(ABORT, '{GAP}'); END""",
    f"""CREATE TRIGGER cases_open BEFORE INSERT ON cases
        WHEN NEW.status <> 'active' OR NEW.last_seq <> 0 OR NEW.last_hash <> '{GENESIS}'
        BEGIN SELECT RAISE(ABORT, '{OPENS}'); END""",
    f"""CREATE TRIGGER cases_ref_fixed BEFORE UPDATE OF id, ref ON cases
        WHEN NEW.ref <> OLD.ref OR NEW.id <> OLD.id
        BEGIN SELECT RAISE(ABORT, '{FIXED}'); END""",
    f"""CREATE TRIGGER cases_move_with_line BEFORE UPDATE OF status, last_seq, last_hash ON cases
        WHEN (NEW.status <> OLD.status OR NEW.last_seq <> OLD.last_seq OR NEW.last_hash <> OLD.last_hash)
         AND (NEW.last_seq <= OLD.last_seq
              OR NOT EXISTS (SELECT 1 FROM case_events
                             WHERE case_id = NEW.id AND seq = NEW.last_seq AND hash = NEW.last_hash))
        BEGIN SELECT RAISE(ABORT, '{NO_LINE}'); END""",
    f"""CREATE TRIGGER attempts_over BEFORE UPDATE OF state ON attempts
        WHEN OLD.state IN ('final', 'released') AND NEW.state <> OLD.state
        BEGIN SELECT RAISE(ABORT, '{OVER}'); END""",
]

# PostgreSQL: the numbers of a batch are checked once per statement (and per COPY), not once per row.
POSTGRESQL_TRIGGERS = [
    # Room for the next version of a row beside it: every event updates its case, and no index need know.
    "ALTER TABLE cases SET (fillfactor = 70)",
    """CREATE FUNCTION outreach_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation'; END $$""",
    f"""CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events
        FOR EACH ROW EXECUTE FUNCTION outreach_refuse('{APPEND_ONLY}')""",
    f"""CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events
        FOR EACH ROW EXECUTE FUNCTION outreach_refuse('{APPEND_ONLY}')""",
    f"""CREATE TRIGGER case_events_no_truncate BEFORE TRUNCATE ON case_events
        FOR EACH STATEMENT EXECUTE FUNCTION outreach_refuse('{APPEND_ONLY}')""",
    f"""CREATE FUNCTION outreach_events_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (
            SELECT 1
            FROM (SELECT case_id, min(seq) AS low, max(seq) AS high, count(*) AS lines FROM fresh GROUP BY case_id) f
            WHERE f.high - f.low + 1 <> f.lines
               OR f.low <> 1 + coalesce((SELECT max(e.seq) FROM case_events e
                                         WHERE e.case_id = f.case_id AND (e.seq < f.low OR e.seq > f.high)), 0)
          ) THEN RAISE EXCEPTION '{GAP}' USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NULL;
        END $$""",
    """CREATE TRIGGER case_events_numbered AFTER INSERT ON case_events REFERENCING NEW TABLE AS fresh
       FOR EACH STATEMENT EXECUTE FUNCTION outreach_events_numbered()""",
    f"""CREATE TRIGGER cases_open BEFORE INSERT ON cases FOR EACH ROW
        WHEN (NEW.status <> 'active' OR NEW.last_seq <> 0 OR NEW.last_hash <> '{GENESIS}')
        EXECUTE FUNCTION outreach_refuse('{OPENS}')""",
    f"""CREATE TRIGGER cases_ref_fixed BEFORE UPDATE OF id, ref ON cases FOR EACH ROW
        WHEN (NEW.ref <> OLD.ref OR NEW.id <> OLD.id)
        EXECUTE FUNCTION outreach_refuse('{FIXED}')""",
    f"""CREATE FUNCTION outreach_case_moves() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.last_seq <= OLD.last_seq
             OR NOT EXISTS (SELECT 1 FROM case_events
                            WHERE case_id = NEW.id AND seq = NEW.last_seq AND hash = NEW.last_hash)
          THEN RAISE EXCEPTION '{NO_LINE}' USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NEW;
        END $$""",
    """CREATE TRIGGER cases_move_with_line BEFORE UPDATE OF status, last_seq, last_hash ON cases FOR EACH ROW
       WHEN (NEW.status <> OLD.status OR NEW.last_seq <> OLD.last_seq OR NEW.last_hash <> OLD.last_hash)
       EXECUTE FUNCTION outreach_case_moves()""",
    f"""CREATE TRIGGER attempts_over BEFORE UPDATE OF state ON attempts FOR EACH ROW
        WHEN (OLD.state IN ('final', 'released') AND NEW.state <> OLD.state)
        EXECUTE FUNCTION outreach_refuse('{OVER}')""",
]


def upgrade() -> None:
    _tables()
    triggers = SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS
    for statement in triggers:
        op.execute(sa.text(statement.replace(":", "\\:")))


def _tables() -> None:
    op.create_table(
        "agents",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("busy_attempt_id", Id, nullable=True),
        sa.Column("busy_since", Instant, nullable=True),
        sa.Column("last_call_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("name", name=op.f("uq_agents_name")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_campaigns_name_version")),
    )
    op.create_table(
        "carrier_inbox",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("dedupe", sa.String(length=200), nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("applied_at", Instant, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_inbox")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_carrier_inbox_dedupe")),
    )
    op.create_index("ix_carrier_inbox_state", "carrier_inbox", ["state", "id"], unique=False)
    op.create_table(
        "debtors",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("stated_zone", sa.String(length=64), nullable=True),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("facts_version", sa.Integer(), nullable=False),
        sa.Column("book_said", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("erased_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtors")),
        sa.UniqueConstraint("ref", name=op.f("uq_debtors_ref")),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "users",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "addresses",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("postcode", sa.String(length=16), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_addresses_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
    )
    op.create_index(op.f("ix_addresses_debtor_id"), "addresses", ["debtor_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("creditor", sa.String(length=200), nullable=False),
        sa.Column("collector", sa.String(length=20), nullable=False),
        sa.Column("product", sa.String(length=100), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_due_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("funding_account", sa.String(length=100), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("last_event_at", Instant, nullable=True),
        sa.Column("plan_dirty", sa.Boolean(), nullable=False),
        sa.Column("book_said", sa.Text(), nullable=True),
        sa.Column("opened_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_cases_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("ref", name=op.f("uq_cases_ref")),
    )
    op.create_index(op.f("ix_cases_debtor_id"), "cases", ["debtor_id"], unique=False)
    op.create_index("ix_cases_plan_dirty", "cases", ["plan_dirty", "id"], unique=False)
    op.create_index(op.f("ix_cases_status"), "cases", ["status"], unique=False)
    op.create_table(
        "inconvenient_times",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("start", sa.String(length=5), nullable=False),
        sa.Column("end", sa.String(length=5), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=True),
        sa.Column("place", sa.String(length=10), nullable=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("lifted_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_inconvenient_times_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inconvenient_times")),
    )
    op.create_index(op.f("ix_inconvenient_times_debtor_id"), "inconvenient_times", ["debtor_id"], unique=False)
    op.create_table(
        "phones",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("e164", sa.String(length=20), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_phones_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phones")),
        sa.UniqueConstraint("debtor_id", "e164", name=op.f("uq_phones_debtor_id_e164")),
    )
    op.create_index(op.f("ix_phones_debtor_id"), "phones", ["debtor_id"], unique=False)
    op.create_index(op.f("ix_phones_e164"), "phones", ["e164"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("phone_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("voice", sa.String(length=20), nullable=True),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("requested", sa.Boolean(), nullable=False),
        sa.Column("campaign_id", Id, nullable=True),
        sa.Column("step", sa.String(length=100), nullable=True),
        sa.Column("try_no", sa.SmallInteger(), nullable=True),
        sa.Column("template", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("segments", sa.SmallInteger(), nullable=True),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("sender", sa.String(length=40), nullable=True),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=True),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("facts_version", sa.Integer(), nullable=False),
        sa.Column("window_ends_at", Instant, nullable=True),
        sa.Column("reserved_at", Instant, nullable=False),
        sa.Column("placed_at", Instant, nullable=True),
        sa.Column("answered_at", Instant, nullable=True),
        sa.Column("final_at", Instant, nullable=True),
        sa.Column("touched_at", Instant, nullable=False),
        sa.Column("identified", sa.Boolean(), nullable=False),
        sa.Column("agent_id", Id, nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=True),
        sa.Column("price_currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_attempts_agent_id_agents")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_attempts_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_attempts_debtor_id_debtors")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_attempts_phone_id_phones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("key", name=op.f("uq_attempts_key")),
        sa.UniqueConstraint("sid", name=op.f("uq_attempts_sid")),
    )
    op.create_index("ix_attempts_debtor_reserved", "attempts", ["debtor_id", "reserved_at"], unique=False)
    op.create_index(op.f("ix_attempts_phone_id"), "attempts", ["phone_id"], unique=False)
    op.create_index("ix_attempts_state", "attempts", ["state", "touched_at"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("attempt_id", Id, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_case_events")),
    )
    op.create_index(op.f("ix_case_events_at"), "case_events", ["at"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("phone_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("given_to", sa.String(length=10), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=True),
        sa.Column("withdrawn_at", Instant, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_consents_debtor_id_debtors")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_consents_phone_id_phones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_debtor_id"), "consents", ["debtor_id"], unique=False)
    op.create_table(
        "inbound_messages",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("debtor_id", Id, nullable=True),
        sa.Column("phone_id", Id, nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("intent", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("sender", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_inbound_messages_debtor_id_debtors")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_inbound_messages_phone_id_phones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_messages")),
        sa.UniqueConstraint("sid", name=op.f("uq_inbound_messages_sid")),
    )
    op.create_index(op.f("ix_inbound_messages_debtor_id"), "inbound_messages", ["debtor_id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("paid_at", Instant, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_payments_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("ref", name=op.f("uq_payments_ref")),
    )
    op.create_index(op.f("ix_payments_case_id"), "payments", ["case_id"], unique=False)
    op.create_table(
        "steps",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("campaign_id", Id, nullable=False),
        sa.Column("campaign", sa.String(length=100), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=100), nullable=False),
        sa.Column("try_no", sa.SmallInteger(), nullable=False),
        sa.Column("shift_days", sa.SmallInteger(), nullable=False),
        sa.Column("planned_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("last_refusal", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_steps_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_steps_case_id_cases")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_steps_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint("case_id", "campaign", "anchor_on", name=op.f("uq_steps_case_id_campaign_anchor_on")),
    )
    op.create_index(op.f("ix_steps_case_id"), "steps", ["case_id"], unique=False)
    op.create_index(op.f("ix_steps_debtor_id"), "steps", ["debtor_id"], unique=False)
    op.create_index("ix_steps_due", "steps", ["state", "channel", "due_at"], unique=False)
    op.create_table(
        "suppressions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("debtor_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=True),
        sa.Column("phone_id", Id, nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("until", Instant, nullable=True),
        sa.Column("lifted_at", Instant, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suppressions_case_id_cases")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_suppressions_debtor_id_debtors")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_suppressions_phone_id_phones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    op.create_index(op.f("ix_suppressions_debtor_id"), "suppressions", ["debtor_id"], unique=False)
    op.create_table(
        "attempt_cases",
        sa.Column("attempt_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("step_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_cases_attempt_id_attempts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attempt_cases_case_id_cases")),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_attempt_cases_step_id_steps")),
        sa.PrimaryKeyConstraint("attempt_id", "case_id", name=op.f("pk_attempt_cases")),
    )
    op.create_index("ix_attempt_cases_case", "attempt_cases", ["case_id"], unique=False)
    op.create_table(
        "promises",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("check_at", Instant, nullable=False),
        sa.Column("settled_at", Instant, nullable=True),
        sa.Column("attempt_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_promises_attempt_id_attempts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_promises_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_case_id"), "promises", ["case_id"], unique=False)
    op.create_index("ix_promises_check", "promises", ["status", "check_at"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("done_at", Instant, nullable=True),
        sa.Column("inbound_message_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["inbound_message_id"], ["inbound_messages.id"], name=op.f("fk_tasks_inbound_message_id_inbound_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_case_id"), "tasks", ["case_id"], unique=False)
    op.create_index("ix_tasks_state", "tasks", ["state", "due_at"], unique=False)
