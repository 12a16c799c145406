#!/bin/sh
# Run once, when the database is made: a role that may read Weir's views and nothing else.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$READER_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE weir_reader LOGIN PASSWORD :'password';
ALTER ROLE weir_reader SET default_transaction_read_only = on;
SQL
