-- Two roles for the bot's database: `chidao_owner` owns the tables and changes them on an upgrade, `chidao` is what the bot, its
-- workers and `chidao backup` run as: it reads and writes rows, and can neither change nor drop a table. Run once as a superuser (or as
-- the database's owner with CREATEROLE) in the bot's own, empty or migrated, database; running it again changes nothing:
--
--   psql --dbname chidao --set ON_ERROR_STOP=1 --file roles.sql
--   psql --dbname chidao --command '\password chidao_owner' --command '\password chidao'
--
-- The database itself, so that it sorts as SQLite does and not otherwise after an upgrade of the system:
--
--   CREATE DATABASE chidao TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
--
-- Where one role does both (as deploy/compose/postgres-init.sh makes it) this file is not needed.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chidao_owner') THEN
        CREATE ROLE chidao_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chidao') THEN
        CREATE ROLE chidao LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
    -- Nobody else connects.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO chidao_owner, chidao', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO chidao_owner;
GRANT USAGE ON SCHEMA public TO chidao;

-- What another role has migrated so far becomes the owner's (sequences of a table's own numbers go with it).
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'chidao_owner' LOOP
        EXECUTE format('ALTER TABLE public.%I OWNER TO chidao_owner', one.tablename);
    END LOOP;
END
$$;

-- What is there, and what the owner's next migration makes. UPDATE on sequences is for `chidao restore`.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO chidao;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO chidao;
ALTER DEFAULT PRIVILEGES FOR ROLE chidao_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO chidao;
ALTER DEFAULT PRIVILEGES FOR ROLE chidao_owner IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO chidao;

-- The tables' version is the owner's to write. (The table is there once the owner has migrated: run this file again then.)
DO $$
BEGIN
    IF to_regclass('public.alembic_version') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM chidao;
    END IF;
    IF to_regclass('public.compatibility') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON public.compatibility FROM chidao;
    END IF;
END
$$;
