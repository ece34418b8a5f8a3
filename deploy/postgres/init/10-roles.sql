-- Databases and roles: whoever serves owns nothing. `provision` signs in as `provisioner`, makes one schema per
-- service and grants the serving role SELECT and INSERT on the events, and UPDATE only on the fence and on the lanes
-- (shared/recorders.py). A service that is broken into can add to its own log; it cannot alter it, nor read another's.
-- Passwords come from files; the folder is $SECRETS, by default where the container engine mounts them.

\set ON_ERROR_STOP on
\set provisioner_password `cat "${SECRETS:-/run/secrets}/postgres-provisioner.password"`
\set intake_password `cat "${SECRETS:-/run/secrets}/postgres-intake.password"`
\set review_password `cat "${SECRETS:-/run/secrets}/postgres-review.password"`
\set payout_password `cat "${SECRETS:-/run/secrets}/postgres-payout.password"`
\set ledger_password `cat "${SECRETS:-/run/secrets}/postgres-ledger.password"`

CREATE ROLE provisioner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'provisioner_password';
CREATE ROLE intake LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 24 PASSWORD :'intake_password';
CREATE ROLE review LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 24 PASSWORD :'review_password';
CREATE ROLE payout LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 24 PASSWORD :'payout_password';
CREATE ROLE ledger LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 24 PASSWORD :'ledger_password';

-- A commit that was answered must be on disk, whatever a session asks for.
ALTER ROLE intake SET synchronous_commit = on;
ALTER ROLE review SET synchronous_commit = on;
ALTER ROLE payout SET synchronous_commit = on;
ALTER ROLE ledger SET synchronous_commit = on;

CREATE DATABASE foerderstrom ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE foerderstrom FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE foerderstrom TO provisioner;
GRANT CONNECT ON DATABASE foerderstrom TO intake, review, payout, ledger;

\connect foerderstrom
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- The vault of keys: apart from the logs, so that its backups can be short-lived. The ledger proves without it.
\connect postgres
CREATE DATABASE keys ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE keys FROM PUBLIC;
GRANT CONNECT ON DATABASE keys TO provisioner, intake, review, payout;
\connect keys
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO provisioner;
GRANT USAGE ON SCHEMA public TO intake, review, payout;
