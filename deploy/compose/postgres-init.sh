#!/bin/sh
# Run once by the postgres image, in an empty database: the role `chidao` owns the database's schema and is no superuser; nobody
# else may connect. The password comes from a file, so that no command line shows it.
set -eu
SECRETS=${SECRETS:-/run/secrets}
export SECRETS

# A password with a quote in it would end the statement below: psql quotes it itself (:'…').
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set password `cat "$SECRETS/database_password"`
CREATE ROLE chidao LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO chidao;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO chidao;
-- A worker that died in the middle of a transaction must not hold its locks for ever.
ALTER ROLE chidao IN DATABASE :"DBNAME" SET idle_in_transaction_session_timeout = '5min';
SQL
