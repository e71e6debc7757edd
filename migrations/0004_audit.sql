-- Who did what to which thing. Append-only: the application role may write and read, never change.

create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    -- Null: a thing of the center as a whole.
    tenant_id int references tenant,
    account_id bigint references account on delete set null,
    -- The name at that time, or 'Kommandozeile'.
    actor text not null,
    action text not null,
    thing text not null,
    thing_id text not null,
    details jsonb not null default '{}'
);
create index audit_by_tenant on audit (tenant_id, at desc, id desc);
create index audit_by_time on audit (at desc, id desc);

call protect_by_tenant('audit');
-- The foreign key's own update runs as the owner; nobody else changes a row.
revoke update, delete on audit from ortsgespraech_app;
