"""The truth on disk: tables, the case log with its hash chain, facts loaded in batches, migrations."""
