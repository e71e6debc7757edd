-- The tenant border inside PostgreSQL. The application role owns nothing; every tenant table has row-level security
-- that compares `tenant_id` with the scope of the running transaction. Without a scope a query sees no row.

-- Roles belong to the cluster and are made at bootstrap (src/db/roles.rs); here they only receive rights.
grant usage on schema public to ortsgespraech_app;
alter default privileges in schema public grant select, insert, update, delete on tables to ortsgespraech_app;
alter default privileges in schema public grant usage, select on sequences to ortsgespraech_app;

-- Tenants whose own things the transaction may see and change.
create function scope_tenants() returns int[]
language sql stable parallel safe
return coalesce(nullif(current_setting('ortsgespraech.tenants', true), '')::int[], '{}');

-- Tenants whose published knowledge the transaction may read: its own and their knowledge bases.
create function scope_knowledge() returns int[]
language sql stable parallel safe
return coalesce(nullif(current_setting('ortsgespraech.knowledge', true), '')::int[], '{}');

-- The person who asks; null for programs.
create function scope_account() returns bigint
language sql stable parallel safe
return nullif(current_setting('ortsgespraech.account', true), '')::bigint;

-- Set only by sign-in, the command line and background work, never by a request of a person.
create function scope_is_system() returns boolean
language sql stable parallel safe
return coalesce(current_setting('ortsgespraech.system', true), '') = 'on';

-- Switches on row-level security for one table whose rows belong to `tenant_id`.
create procedure protect_by_tenant(relation regclass)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', relation);
    execute format('alter table %s force row level security', relation);
    execute format(
        'create policy tenant_border on %s using ((select scope_is_system()) or tenant_id = any ((select scope_tenants())::int[]))',
        relation);
end $$;
