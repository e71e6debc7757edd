-- Calls, ready for tens of millions of rows: partitioned by month of `opened_at`, which never changes, and the tenant first
-- in every key. `tenant_id` is the dialled tenant; a call whose town is not known belongs to the reserved intake tenant.

create table source (
    id int generated always as identity primary key,
    name text not null unique,
    adapter text not null
);
-- Calls that an agent opens by hand at the desk.
insert into source (name, adapter) values ('arbeitsplatz', 'desk'), ('simulation', 'native');

create sequence call_id as bigint;

create table call (
    tenant_id int not null references tenant,
    opened_at timestamptz not null,
    id bigint not null default nextval('call_id'),
    source_id int not null references source,
    call_ref text,
    generation int not null default 1,
    parent_ref text,
    direction text not null default 'in' check (direction in ('in', 'out')),
    dialled text,
    -- The line keeps its own tenant: a shared line stays the center's when the call moves to a town.
    line_tenant_id int,
    line_id bigint,
    -- A call has three tenants: dialled (tenant_id), the caller's town, the competent authority.
    tenant_caller int references tenant,
    tenant_competent int references tenant,
    started_at timestamptz not null,
    connected_at timestamptz,
    ended_at timestamptz,
    wait_ms int check (wait_ms >= 0),
    talk_ms int check (talk_ms >= 0),
    result text not null check (result in
        ('open', 'answered', 'abandoned', 'overflow', 'closed', 'unserved', 'busy', 'outbound', 'unknown')),
    -- The seat as the PBX names it; the person only until the retention rule takes it.
    agent_seat text,
    account_id bigint,
    disposition text check (disposition in
        ('answered', 'transferred', 'callback', 'unanswered', 'complaint', 'misdialled')),
    -- To whom a call was connected, or why it was not answered.
    disposition_detail text,
    topic_tenant_id int,
    topic_entry_id bigint,
    incomplete boolean not null default false,
    version int not null default 1,
    primary key (tenant_id, opened_at, id),
    foreign key (line_tenant_id, line_id) references line (tenant_id, id)
) partition by range (opened_at);
create index call_by_start on call (started_at, id);
create index call_by_account on call (account_id, opened_at desc) where account_id is not null;

-- The first event decides which call a reference means, once, across all months.
create table call_reference (
    source_id int not null references source,
    call_ref text not null,
    generation int not null,
    tenant_id int not null,
    opened_at timestamptz not null,
    call_id bigint not null,
    primary key (source_id, call_ref, generation)
);

-- Raw events as they came, in our vocabulary; append-only. Dedupe keys live unpartitioned beside them.
create table call_event (
    tenant_id int not null,
    opened_at timestamptz not null,
    call_id bigint not null,
    id bigint generated always as identity,
    type text not null,
    occurred_at timestamptz not null,
    clock text not null check (clock in ('source', 'received')),
    received_at timestamptz not null,
    payload jsonb not null default '{}',
    primary key (tenant_id, opened_at, call_id, id)
) partition by range (opened_at);

create table call_event_key (
    source_id int not null references source,
    dedupe_key bytea not null,
    received_at timestamptz not null,
    repeats int not null default 0,
    primary key (source_id, dedupe_key)
);

create table queue_leg (
    tenant_id int not null,
    opened_at timestamptz not null,
    call_id bigint not null,
    position int not null,
    queue text not null,
    joined_at timestamptz not null,
    outcome text not null check (outcome in ('answered', 'abandoned', 'left_queue')),
    wait_ms int,
    talk_ms int,
    agent_seat text,
    primary key (tenant_id, opened_at, call_id, position)
) partition by range (opened_at);

-- What was read to the caller: the entry, its version and when it was opened and marked as the answer.
create table call_entry (
    tenant_id int not null,
    opened_at timestamptz not null,
    call_id bigint not null,
    entry_tenant_id int not null,
    entry_id bigint not null,
    version int not null,
    -- For which town the entry was shown.
    shown_for int not null references tenant,
    shown_at timestamptz not null,
    answered_at timestamptz,
    primary key (tenant_id, opened_at, call_id, entry_tenant_id, entry_id, version)
) partition by range (opened_at);
create index call_entry_by_entry on call_entry (entry_tenant_id, entry_id, shown_at desc);

-- Free text and numbers are kept apart, so that they can be deleted by rule while the record stays.
create table call_note (
    tenant_id int not null,
    opened_at timestamptz not null,
    call_id bigint not null,
    text text not null check (length(text) <= 500),
    primary key (tenant_id, opened_at, call_id),
    foreign key (tenant_id, opened_at, call_id) references call (tenant_id, opened_at, id) on update cascade
);
create table caller_number (
    tenant_id int not null,
    opened_at timestamptz not null,
    call_id bigint not null,
    number text not null,
    delete_at timestamptz not null,
    primary key (tenant_id, opened_at, call_id),
    foreign key (tenant_id, opened_at, call_id) references call (tenant_id, opened_at, id) on update cascade
);

call protect_by_tenant('call');
call protect_by_tenant('call_reference');
call protect_by_tenant('call_event');
call protect_by_tenant('queue_leg');
call protect_by_tenant('call_entry');
call protect_by_tenant('call_note');
call protect_by_tenant('caller_number');
revoke update, delete on call_event from ortsgespraech_app;

-- Makes the month's partitions when the first call of that month arrives; data of 1999 arrives too. The application role
-- owns nothing, so this runs as the owner; partitions are reached only through their parents.
create function ensure_call_month(moment timestamptz) returns void
language plpgsql security definer set search_path = public as $$
declare
    month timestamptz := date_trunc('month', moment, 'UTC');
    suffix text := to_char(month at time zone 'UTC', 'YYYY_MM');
    parent text;
begin
    if to_regclass('call_entry_' || suffix) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('ensure_call_month'));
    foreach parent in array array['call', 'call_event', 'queue_leg', 'call_entry'] loop
        execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
            parent || '_' || suffix, parent, month, month + interval '1 month');
        execute format('alter table %I enable row level security', parent || '_' || suffix);
        execute format('alter table %I force row level security', parent || '_' || suffix);
        execute format('revoke all on %I from ortsgespraech_app', parent || '_' || suffix);
        -- Month refers to month: a key to the whole of `call` would be looked for in the plan of every month.
        if parent <> 'call' then
            execute format(
                'alter table %I add foreign key (tenant_id, opened_at, call_id)
                    references %I (tenant_id, opened_at, id) on update cascade',
                parent || '_' || suffix, 'call_' || suffix);
        end if;
    end loop;
end $$;
