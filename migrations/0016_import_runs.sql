-- Imports as runs that can be looked at before, told afterwards and taken back.

create table import_run (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity unique,
    -- 'reading', 'applying' and 'undoing' are work for the server; the others wait for people or are over.
    state text not null check (state in ('reading', 'ready', 'applying', 'applied', 'undoing', 'undone', 'failed')),
    format text not null check (format in ('jsonl', 'csv', 'xzufi')),
    file_name text not null,
    -- Where the uploaded file lies until it was read.
    path text,
    -- What the file deletes is withdrawn here too.
    withdraws boolean not null default false,
    -- How far the work is, and how far it goes: bytes while reading, records afterwards.
    done bigint not null default 0,
    total bigint not null default 0,
    created bigint not null default 0,
    updated bigint not null default 0,
    unchanged bigint not null default 0,
    rejected bigint not null default 0,
    conflicts bigint not null default 0,
    withdrawals bigint not null default 0,
    -- Of an undone run: entries that are as before, and those that somebody changed since.
    restored bigint not null default 0,
    left_alone bigint not null default 0,
    -- What else there is to tell: keys that mean nothing, offices that the directory does not know.
    remarks jsonb not null default '{}',
    failure text,
    created_at timestamptz not null,
    created_by bigint references account on delete set null,
    author text not null,
    -- Who asked for what the server is at: applying or undoing need not be the uploader's act.
    asked_by bigint references account on delete set null,
    asked_name text,
    applied_at timestamptz,
    undone_at timestamptz,
    undone_by text,
    primary key (tenant_id, id)
);
create index import_run_at_work on import_run (id) where state in ('reading', 'applying', 'undoing');

-- One record of the file and what became of it.
create table import_record (
    tenant_id int not null,
    run_id bigint not null,
    position int not null,
    line bigint not null,
    external_id text not null,
    title text not null,
    outcome text not null check (outcome in
        ('created', 'updated', 'conflict', 'kept', 'unchanged', 'rejected', 'withdrawn')),
    reason text,
    entry_id bigint,
    -- The latest version and the public one as the run found them; the one that the run wrote.
    version_before int,
    published_before int,
    version_after int,
    -- What the file brings, as long as it is not written.
    content jsonb,
    -- Of an undone run: false where somebody changed the entry since.
    restored boolean,
    primary key (tenant_id, run_id, position),
    foreign key (tenant_id, run_id) references import_run (tenant_id, id) on delete cascade,
    foreign key (tenant_id, entry_id) references entry (tenant_id, id)
);
create index import_record_by_outcome on import_record (tenant_id, run_id, outcome, position);

-- What an import brought last for an entry: the text that both sides began with. The newest run counts; taking a run back
-- deletes its rows.
create table import_base (
    tenant_id int not null,
    entry_id bigint not null,
    run_id bigint not null,
    -- The version that says the same, or the text itself where no version does.
    version int,
    content jsonb,
    hash bytea not null,
    primary key (tenant_id, entry_id, run_id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade,
    foreign key (tenant_id, run_id) references import_run (tenant_id, id) on delete cascade,
    check ((version is null) <> (content is null))
);
create index import_base_by_run on import_base (tenant_id, run_id);

-- Both sides changed one part of an entry; what stands there stays until somebody decides.
create table import_conflict (
    tenant_id int not null,
    run_id bigint not null,
    position int not null,
    part text not null,
    base jsonb not null,
    ours jsonb not null,
    theirs jsonb not null,
    decision text check (decision in ('ours', 'theirs')),
    decided_at timestamptz,
    decided_by text,
    primary key (tenant_id, run_id, position, part),
    foreign key (tenant_id, run_id, position) references import_record (tenant_id, run_id, position) on delete cascade,
    check ((decision is null) = (decided_at is null))
);

-- The file names another office for a town that reads these entries: told to that town, never written into it.
create table import_proposal (
    tenant_id int not null,
    run_id bigint not null,
    for_tenant_id int not null references tenant on delete cascade,
    external_id text not null,
    unit_name text not null,
    address text not null default '',
    -- Only what a run brought that was applied and not taken back.
    active boolean not null default false,
    primary key (tenant_id, run_id, for_tenant_id, external_id),
    foreign key (tenant_id, run_id) references import_run (tenant_id, id) on delete cascade
);
create index import_proposal_by_town on import_proposal (for_tenant_id, tenant_id, external_id, run_id desc);

call protect_by_tenant('import_run');
call protect_by_tenant('import_record');
call protect_by_tenant('import_base');
call protect_by_tenant('import_conflict');
call protect_by_tenant('import_proposal');
create policy proposed_to on import_proposal for select using (for_tenant_id = any ((select scope_tenants())::int[]));

create function announce_import_run() returns trigger
language plpgsql as $$
begin
    notify import_run;
    return null;
end $$;
create trigger announce_import_run after insert or update of state on import_run
    for each statement execute function announce_import_run();
