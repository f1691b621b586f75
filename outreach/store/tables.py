"""What is kept, and where? One place for every table.

Personal data (names, numbers, addresses, message bodies) lives in erasable columns only; `outreach.erase` names them.
The case log refers to them by id and salted digest, so a person can be erased and the chain still verifies.
`case_events` is append-only: triggers in the migration refuse UPDATE and DELETE, and a change of `cases.status` without
a new log line. On PostgreSQL the references of the tables that a book fills are held by triggers, a batch at a time, not by
the foreign keys named here (migration 0010).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from outreach.store.database import UTCDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
SHARDS = 64  # `debtors.shard` is 0 to 63: jobs are cut by it
Id = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _ref(table: str, *, null: bool = False, index: bool = False) -> Column[int]:
    return Column(
        f"{table.removesuffix('s') if table != 'addresses' else 'address'}_id",
        Id,
        ForeignKey(f"{table}.id"),
        nullable=null,
        index=index,
    )


debtors = Table(
    "debtors",
    metadata,
    _id(),
    Column("ref", String(100), nullable=False, unique=True),
    Column("name", Text, index=True),  # searched by people: a scan of the index, not of the table
    Column("email", Text),
    Column("salt", LargeBinary),  # destroyed on erasure: digests in the log then lead nowhere
    Column("language", String(8)),
    Column("country", String(2), nullable=False),
    Column("stated_zone", String(64)),  # the debtor's own statement, or the book's `timezone`
    Column("shard", SmallInteger, nullable=False, default=0),
    Column("facts_version", Integer, nullable=False, default=0),  # raised by every stop, payment, reply: see engine
    Column("book_said", Text),  # what the book last said of the person, so that a later word of theirs is not undone
    Column("created_at", UTCDateTime, nullable=False),
    Column("erased_at", UTCDateTime),
)
phones = Table(
    "phones",
    metadata,
    _id(),
    _ref("debtors", index=True),
    Column("e164", String(20), index=True),  # null once erased
    Column("digest", String(64), nullable=False),  # sha256(debtor salt + e164), hex
    Column("kind", String(10), nullable=False),
    Column("place", String(10), nullable=False),
    Column("rank", SmallInteger, nullable=False, default=0),  # 0 is tried first
    UniqueConstraint("debtor_id", "e164"),
)
addresses = Table(
    "addresses",
    metadata,
    _id(),
    _ref("debtors", index=True),
    Column("street", Text),
    Column("city", Text),
    Column("region", String(8)),
    Column("postcode", String(16)),
    Column("country", String(2), nullable=False),
)
cases = Table(
    "cases",
    metadata,
    _id(),
    _ref("debtors", index=True),
    Column("ref", String(100), nullable=False, unique=True),  # the loan_ref
    Column("creditor", String(200), nullable=False, index=True),
    Column("collector", String(20), nullable=False),
    Column("product", String(100)),
    Column("currency", String(3), nullable=False),
    Column("balance_minor", BigInteger),
    Column("amount_due_minor", BigInteger, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("funding_account", String(100)),
    Column("tags", JSON, nullable=False),
    Column("status", String(10), nullable=False, index=True),  # CaseStatus; moved only by caselog.record
    Column("last_seq", Integer, nullable=False, default=0),
    Column("last_hash", String(64), nullable=False),
    Column("last_event_at", UTCDateTime),
    Column("plan_dirty", Boolean, nullable=False, default=True),  # what its steps depend on has changed
    Column("book_said", Text),  # what the book last said of the loan, so that a payment since then is not undone
    Column("opened_at", UTCDateTime, nullable=False),
    Index("ix_cases_plan_dirty", "plan_dirty", "id"),
)
case_events = Table(
    "case_events",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),  # 1, 2, 3 ... without gaps per case
    Column("at", UTCDateTime, nullable=False, index=True),
    Column("kind", String(30), nullable=False),
    Column("attempt_id", Id),
    Column("detail", Text, nullable=False),  # canonical JSON, no personal data
    Column("hash", String(64), nullable=False),
    Index("ix_case_events_kind", "kind", "at"),  # the board counts the last day, kind by kind
)
consents = Table(
    "consents",
    metadata,
    _id(),
    _ref("debtors", index=True),
    _ref("phones", null=True),
    Column("kind", String(20), nullable=False),
    Column("given_to", String(10), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime),
    Column("withdrawn_at", UTCDateTime),
    Column("source", String(40), nullable=False),
)
suppressions = Table(
    "suppressions",
    metadata,
    _id(),
    _ref("debtors", index=True),
    _ref("cases", null=True),
    _ref("phones", null=True),
    Column("reason", String(20), nullable=False),
    Column("scope", String(10), nullable=False),
    Column("channel", String(10)),
    Column("at", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),
    Column("lifted_at", UTCDateTime),
    Column("source", String(40), nullable=False),
)
Index(  # of the few that end by themselves
    "ix_suppressions_until",
    suppressions.c.until,
    sqlite_where=suppressions.c.until.is_not(None),
    postgresql_where=suppressions.c.until.is_not(None),
)
inconvenient_times = Table(
    "inconvenient_times",
    metadata,
    _id(),
    _ref("debtors", index=True),
    Column("days", JSON, nullable=False),
    Column("start", String(5), nullable=False),
    Column("end", String(5), nullable=False),
    Column("channel", String(10)),
    Column("place", String(10)),
    Column("at", UTCDateTime, nullable=False),
    Column("lifted_at", UTCDateTime),
    Column("source", String(40)),
)
campaigns = Table(
    "campaigns",
    metadata,
    _id(),  # one row per content version; never changed but for `current`
    Column("name", String(100), nullable=False),
    Column("version", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("loaded_at", UTCDateTime, nullable=False),
    UniqueConstraint("name", "version"),
)
steps = Table(
    # Where a case stands in a campaign: one row per (case, campaign, anchor), holding the step that is next.
    "steps",
    metadata,
    _id(),
    _ref("cases"),
    _ref("debtors", index=True),
    _ref("campaigns"),
    Column("campaign", String(100), nullable=False),
    Column("anchor_on", Date, nullable=False),
    Column("step", String(100), nullable=False),
    Column("try_no", SmallInteger, nullable=False, default=0),
    Column("shift_days", SmallInteger, nullable=False, default=0),
    Column("planned_at", UTCDateTime, nullable=False),  # when the campaign wants it
    Column("due_at", UTCDateTime, nullable=False),  # when we look at it next: planned_at, or a refusal's retry_at
    Column("channel", String(10), nullable=False),
    Column("priority", SmallInteger, nullable=False, default=0),
    Column("state", String(10), nullable=False),  # waiting | reserved | parked (no lawful instant known) | ended
    Column("last_refusal", String(200)),  # rule ids of the last refusal logged, so that one reason is logged once
    UniqueConstraint("case_id", "campaign", "anchor_on"),
    # The first due of each campaign. None without the campaign: by that, one with nothing due reads all the others'.
    Index("ix_steps_campaign", "campaign", "state", "channel", "due_at"),
)
attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("key", String(32), nullable=False, unique=True),  # ours, sent to the carrier
    _ref("debtors"),
    _ref("phones"),
    Column("channel", String(10), nullable=False),
    Column("voice", String(20)),
    Column("purpose", String(30), nullable=False),
    Column("requested", Boolean, nullable=False, default=False),
    _ref("campaigns", null=True),
    Column("step", String(100)),
    Column("try_no", SmallInteger),
    Column("template", String(100)),
    Column("language", String(8)),
    Column("body", Text),
    Column("segments", SmallInteger),
    Column("offered_on", Date),  # the payment date the text proposed: a bare "yes" accepts it
    Column("offered_minor", BigInteger),  # the amount it proposed or asked the day of, when that is not all that is due
    Column("sender", String(40)),
    Column("carrier", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("sid", String(64), unique=True),
    Column("rank", SmallInteger, nullable=False, default=0),  # carrier status rank: never moves back
    Column("disposition", String(20)),
    Column("error_code", Integer),
    Column("facts_version", Integer, nullable=False),
    Column("window_ends_at", UTCDateTime),
    Column("due_at", UTCDateTime),  # when its step was due: how long it took to leave
    Column("reserved_at", UTCDateTime, nullable=False),
    Column("placed_at", UTCDateTime),
    Column("answered_at", UTCDateTime),
    Column("final_at", UTCDateTime),
    Column("touched_at", UTCDateTime, nullable=False),
    Column("cancel_asked_at", UTCDateTime),  # when the carrier was last asked to drop it
    Column("identified", Boolean, nullable=False, default=False),
    Column("agent_id", Id, ForeignKey("agents.id")),
    Column("price_micro", BigInteger),  # what the carrier asks for it, in millionths: a text costs fractions of a cent
    Column("price_currency", String(3)),
    Column("billed_segments", SmallInteger),  # as the carrier counted them
    Column("price_ask_at", UTCDateTime),  # when the carrier is asked for the price next; null: never (again)
    Index("ix_attempts_debtor_reserved", "debtor_id", "reserved_at"),
    Index("ix_attempts_state", "state", "touched_at"),
)
Index(  # an attempt comes into it once it is placed
    "ix_attempts_campaign",
    attempts.c.campaign_id,
    attempts.c.channel,
    attempts.c.placed_at,
    sqlite_where=attempts.c.placed_at.is_not(None),
    postgresql_where=attempts.c.placed_at.is_not(None),
)
# Calls that nobody has answered yet. As text: a database that does not see the values does not use the index of just these.
RINGING = text("channel = 'call' AND state = 'placed' AND answered_at IS NULL")
Index(  # of the few calls that nobody has answered yet: every second it is asked which of them wait too long
    "ix_attempts_ringing",
    attempts.c.channel,  # the two that never vary, by which SQLite sees that it is better than the index of states
    attempts.c.state,
    sqlite_where=RINGING,
    postgresql_where=RINGING,
)
Index(  # of what is to be priced only, which is little: it costs the rest nothing
    "ix_attempts_price_ask_at",
    attempts.c.price_ask_at,
    sqlite_where=attempts.c.price_ask_at.is_not(None),
    postgresql_where=attempts.c.price_ask_at.is_not(None),
)
paces = Table(
    # What each sender, and the account, was given to send: all workers pace themselves by it (engine.senders).
    "paces",
    metadata,
    Column("name", String(40), primary_key=True),  # the sender's number, or `account`
    Column("channel", String(10), primary_key=True),
    Column("busy_until", UTCDateTime),  # by then it has sent, at its rate, all it was given
    Column("used_on", Date),  # a day of the carrier's zone
    Column("used", Integer, nullable=False),  # segments or calls of that day
)
costs = Table(
    # What the carrier asked for, summed up as prices come in: the board must not read every attempt.
    "costs",
    metadata,
    Column("campaign", String(100), primary_key=True),  # '' for answers, which no campaign leads
    Column("channel", String(10), primary_key=True),
    Column("placed_on", Date, primary_key=True),  # UTC
    Column("currency", String(3), primary_key=True),
    Column("micro", BigInteger, nullable=False),  # millionths of the currency's main unit
    Column("attempts", Integer, nullable=False),
)
attempt_cases = Table(
    "attempt_cases",
    metadata,
    Column("attempt_id", Id, ForeignKey("attempts.id"), primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    _ref("steps", null=True),
    Index("ix_attempt_cases_case", "case_id"),
)
permits = Table(
    # Why a contact was placed: what it was judged on, as known at that time. The log keeps the digest.
    "permits",
    metadata,
    _id(),
    _ref("attempts", index=True),
    Column("judged_at", UTCDateTime, nullable=False),
    Column("document", Text),  # canonical JSON with a salt; null once the person is forgotten
    Column("digest", String(64), nullable=False),  # sha256 of the document, hex
)
rulebook_versions = Table(
    # Every version of a rulebook that was ever in force here; never changed.
    "rulebook_versions",
    metadata,
    _id(),
    Column("name", String(100), nullable=False),
    Column("version", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("loaded_at", UTCDateTime, nullable=False),
    UniqueConstraint("name", "version"),
)
seals = Table(
    # Day by day, what heads the logs of all cases had: a cut-off tail shows. Append-only, chained.
    "seals",
    metadata,
    _id(),
    Column("sealed_at", UTCDateTime, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("root", String(64), nullable=False),  # Merkle root over (ref, last_seq, last_hash) of every case, by id
    Column("hash", String(64), nullable=False),  # over the hash of the seal before, the instant and the root
)
seal_heads = Table(
    # The heads that had moved since the seal before.
    "seal_heads",
    metadata,
    Column("seal_id", Id, ForeignKey("seals.id"), primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_seal_heads_case", "case_id"),
)
laws = Table(
    # Which versions of which rulebooks were in force together, and what was adopted.
    "laws",
    metadata,
    Column("digest", String(64), primary_key=True),  # sha256 of the document, hex
    Column("document", Text, nullable=False),  # canonical JSON: adopted, rulebooks
    Column("loaded_at", UTCDateTime, nullable=False),
)
promises = Table(
    "promises",
    metadata,
    _id(),
    _ref("cases", index=True),
    Column("promised_on", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("status", String(10), nullable=False),
    Column("source", String(20), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("check_at", UTCDateTime, nullable=False),
    Column("settled_at", UTCDateTime),
    _ref("attempts", null=True),
    Index("ix_promises_check", "status", "check_at"),
)
payments = Table(
    "payments",
    metadata,
    _id(),
    Column("ref", String(100), nullable=False, unique=True),
    _ref("cases", index=True),
    Column("paid_at", UTCDateTime, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    Column("reverses_id", Id),  # the payment that this row takes back: its amount is below zero then
    Column(
        "due_minor", BigInteger
    ),  # how much less was due after it, and owed: a payment above what was due takes no more
    Column("balance_minor", BigInteger),
)
inbound_messages = Table(
    "inbound_messages",
    metadata,
    _id(),
    Column("sid", String(64), nullable=False, unique=True),
    _ref("debtors", null=True, index=True),
    _ref("phones", null=True),
    Column("channel", String(10), nullable=False),
    Column("body", Text),
    Column("received_at", UTCDateTime, nullable=False),
    Column("intent", String(20)),
    Column("language", String(8)),
    Column("state", String(12), nullable=False),  # applied | needs_person | answered
    Column("why", Text),
    Column("sender", String(40)),
    Column("asked", JSON),  # what the reader was given beside the words: zone, language, money due, the day we offered
    Column("read", JSON(none_as_null=True)),  # what it read of a sum: amount and currency, or that it is not sure
)
labelled_replies = Table(
    # What a person says a reply means: an example to measure the reader by. The words stay with the message.
    "labelled_replies",
    metadata,
    _id(),
    Column("inbound_message_id", Id, ForeignKey("inbound_messages.id"), nullable=False, unique=True),
    Column("intent", String(20), nullable=False),
    Column("promised_on", Date),
    Column("amount_minor", BigInteger),
    Column("callback_at", UTCDateTime),
    Column("decision", String(20), nullable=False),
    Column("labelled_at", UTCDateTime, nullable=False),
    Column("labelled_by", String(100), nullable=False),
)
carrier_inbox = Table(
    # Every verified webhook, stored before it is answered; applied after, once per `dedupe`.
    "carrier_inbox",
    metadata,
    _id(),
    Column("carrier", String(20), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("dedupe", String(200), nullable=False, unique=True),
    Column("received_at", UTCDateTime, nullable=False),
    Column("raw", Text),
    Column("state", String(10), nullable=False),
    Column("applied_at", UTCDateTime),
    Column("error", Text),
    Column("tries", SmallInteger, nullable=False, default=0),
    Index("ix_carrier_inbox_state", "state", "id"),
)
agents = Table(
    "agents",
    metadata,
    _id(),
    Column("name", String(100), nullable=False, unique=True),
    Column("phone", String(20), nullable=False),
    Column("hours", JSON, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("languages", JSON, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("busy_attempt_id", Id),
    Column("busy_since", UTCDateTime),
    Column("last_call_at", UTCDateTime),
)
tasks = Table(
    # Work for a person: a callback, a reply nobody but a person can answer, a complaint.
    "tasks",
    metadata,
    _id(),
    _ref("cases", index=True),
    Column("kind", String(20), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("state", String(10), nullable=False),  # open | done
    Column("note", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("done_at", UTCDateTime),
    _ref("inbound_messages", null=True),
    Column("phone_id", Id),  # of a callback: the number to call at its time, by us if that is lawful
    Column("attempt_id", Id),  # the call placed for it
    Index("ix_tasks_state", "state", "due_at"),
)
switches = Table(
    # Each time a person stopped everything, or one campaign. It stands until somebody resumes.
    "switches",
    metadata,
    _id(),
    Column("campaign", String(100)),  # null: everything
    Column("stopped_at", UTCDateTime, nullable=False),
    Column("stopped_by", String(100), nullable=False),
    Column("why", Text, nullable=False),
    Column("resumed_at", UTCDateTime),
    Column("resumed_by", String(100)),
    Column("resumed_why", Text),
    Index("ix_switches_resumed_at", "resumed_at"),
)
workers = Table(
    # The processes that work on this database, as each says of itself; one that ends in order takes its row away.
    "workers",
    metadata,
    Column("name", String(100), primary_key=True),  # host and process
    Column("started_at", UTCDateTime, nullable=False),
    Column("ticked_at", UTCDateTime, nullable=False),
)
users = Table(
    "users",
    metadata,
    _id(),
    Column("name", String(100), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),
    Column("role", String(20), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
)
settings = Table(
    # Small facts of this deployment that must survive a restart: the demo clock, the last instant seen.
    "settings",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Text, nullable=False),
)
