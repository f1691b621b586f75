"""PostgreSQL: a case is inserted with its first line in place, and what a book fills is checked a batch at a time.

Until now each new case was written twice: empty, and moved on to its first line. Now the line goes in first, and the
database holds the case against the log it comes with.

PostgreSQL checks a foreign key row by row, each time locking what is referred to: a third of its work for a book. What
the book's rows refer to (debtors, phones, cases) is emptied when a person is forgotten, and never deleted. That is made a
rule here, and so a reference is true for good once it has been true: one look for all rows of a statement, no lock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

GENESIS = "0" * 64
OPENS = "cases: a new case stands as its log does: active and without a line, or at its last one"
KEPT = "foreign key: what others refer to is emptied, never deleted, and keeps its id"
FIXED = "foreign key: what a row refers to never changes"
# Of each table, what its rows refer to; checked below.
REFERENCES = {
    "phones": {"debtor_id": "debtors"},
    "addresses": {"debtor_id": "debtors"},
    "consents": {"debtor_id": "debtors", "phone_id": "phones"},
    "cases": {"debtor_id": "debtors"},
    "case_events": {"case_id": "cases"},
}
STANDS_OTHERWISE = f"""(f.last_seq < 2 AND f.status <> 'active')
           OR f.last_seq || ' ' || f.last_hash <> coalesce(
             (SELECT e.seq || ' ' || e.hash FROM case_events e WHERE e.case_id = f.id ORDER BY e.seq DESC LIMIT 1),
             '0 {GENESIS}')"""


def _function(name: str, wrong: str, message: str, state: str) -> str:
    """A trigger function that looks at all rows of a statement at once. Its plan is made once and kept, perhaps while the
    tables are empty: it must never be to read one of them through."""
    return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
       BEGIN
         IF EXISTS (SELECT FROM fresh f WHERE {wrong}) THEN
           RAISE EXCEPTION '%', '{message}' USING ERRCODE = '{state}';
         END IF;
         RETURN NULL;
       END $$"""


def _looks(table: str, function: str) -> str:
    return f"""CREATE TRIGGER {function.removeprefix("outreach_")} AFTER INSERT ON {table}
       REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {function}()"""


DEBTOR = "(SELECT d.id FROM debtors d WHERE d.id = f.debtor_id) IS NULL"
PHONE = """f.phone_id IS NOT NULL
           AND (SELECT p.debtor_id FROM phones p WHERE p.id = f.phone_id) IS DISTINCT FROM f.debtor_id"""
FOREIGN = "foreign_key_violation"
POSTGRESQL = [
    # The first line goes in before its case, and later ones only after it: so the first is looked at, at the commit.
    f"""CREATE FUNCTION outreach_of_a_case() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NOT EXISTS (SELECT FROM cases c WHERE c.id = NEW.case_id) THEN
           RAISE EXCEPTION 'foreign key: a line of no case' USING ERRCODE = '{FOREIGN}';
         END IF;
         RETURN NULL;
       END $$""",
    """CREATE CONSTRAINT TRIGGER of_a_case AFTER INSERT ON case_events DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW WHEN (NEW.seq = 1) EXECUTE FUNCTION outreach_of_a_case()""",
    "DROP TRIGGER cases_open ON cases",
    _function("outreach_cases_open", STANDS_OTHERWISE, OPENS, "restrict_violation"),
    _looks("cases", "outreach_cases_open"),
    _function("outreach_of_a_debtor", DEBTOR, "foreign key: of no debtor", FOREIGN),
    *(_looks(table, "outreach_of_a_debtor") for table in ("phones", "addresses", "consents", "cases")),
    _function("outreach_of_their_phone", PHONE, "foreign key: of a number that is not the debtor''s", FOREIGN),
    _looks("consents", "outreach_of_their_phone"),
    *(
        f"""CREATE TRIGGER {column}_fixed BEFORE UPDATE OF {column} ON {table} FOR EACH ROW
            WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION outreach_refuse('{FIXED}')"""
        for table, columns in REFERENCES.items()
        if table != "case_events"  # of which nothing changes
        for column in columns
    ),
    *(
        f"""CREATE TRIGGER kept_{what.split()[0].lower()} BEFORE {what} ON {table} FOR EACH {each}
            EXECUTE FUNCTION outreach_refuse('{KEPT}')"""
        for table in ("debtors", "phones", "cases")
        for what, each in (("DELETE", "ROW"), ("TRUNCATE", "STATEMENT"))
    ),
    *(
        f"""CREATE TRIGGER id_fixed BEFORE UPDATE OF id ON {table} FOR EACH ROW
            WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION outreach_refuse('{KEPT}')"""
        for table in ("debtors", "phones")
    ),
    *(
        f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{column}_{target}"
        for table, columns in REFERENCES.items()
        for column, target in columns.items()
    ),
    # Room for the next version of a case beside it; the first is no longer written at once.
    "ALTER TABLE cases SET (fillfactor = 70)",
    # Nobody searches by these, and they are long: the planner need not know what stands in them.
    *(
        f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0"
        for table, columns in {
            "debtors": ("salt", "book_said"),
            "phones": ("digest",),
            "cases": ("last_hash", "book_said"),
            "case_events": ("detail", "hash"),
        }.items()
        for column in columns
    ),
]


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            op.execute(sa.text(statement.replace(":", "\\:")))
