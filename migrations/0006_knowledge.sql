-- Knowledge entries: append-only versions with a published pointer.

create table entry (
    tenant_id int not null references tenant,
    id bigint generated always as identity unique,
    external_id text not null check (external_id <> ''),
    -- The entry of a knowledge base that this one overrides field by field; a null field of a version then means "as the base".
    base_tenant_id int,
    base_entry_id bigint,
    -- Null: nothing is public.
    published_version int,
    latest_version int not null,
    -- Of the latest version's content: tells whether a text that comes again is a new one.
    content_hash bytea not null,
    created_at timestamptz not null,
    -- When the text last changed; kept apart from checks and technical changes.
    changed_at timestamptz not null,
    -- What lists filter and sort by, repeated from the published version, or from the latest where none is published.
    title text not null,
    -- The title folded as a German dictionary sorts it (knowledge::sort_key).
    sort_key text collate "C" not null,
    letter text collate "C" not null generated always as (case when sort_key < 'a' then '0' else left(sort_key, 1) end) stored,
    unit_id bigint,
    unit_name text,
    life_situations text[] not null,
    valid_from date,
    valid_until date,
    primary key (tenant_id, id),
    unique (tenant_id, external_id),
    foreign key (base_tenant_id, base_entry_id) references entry (tenant_id, id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id),
    check ((base_tenant_id is null) = (base_entry_id is null))
);
create index entry_by_title on entry (tenant_id, letter, sort_key, id);
create index entry_by_unit on entry (tenant_id, unit_id);

create table entry_version (
    tenant_id int not null,
    entry_id bigint not null,
    version int not null check (version > 0),
    title text not null,
    -- The whole text as knowledge::Content.
    content jsonb not null,
    created_at timestamptz not null,
    created_by bigint references account on delete set null,
    author text not null,
    primary key (tenant_id, entry_id, version),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id)
);

alter table entry add foreign key (tenant_id, id, published_version)
    references entry_version (tenant_id, entry_id, version) deferrable initially deferred;

alter table line add foreign key (preset_entry_tenant_id, preset_entry_id) references entry (tenant_id, id);

-- What the index follows. Sequence order is not commit order, so a follower reads only below the oldest running
-- transaction: pg_snapshot_xmin(pg_current_snapshot()).
create table entry_change (
    id bigint generated always as identity primary key,
    xact xid8 not null default pg_current_xact_id(),
    tenant_id int not null,
    entry_id bigint not null
);
create index entry_change_by_xact on entry_change (xact, id);

-- Raised by `reindex`: an index of another epoch is rebuilt from scratch.
create table index_epoch (
    only_row boolean primary key default true check (only_row),
    epoch bigint not null
);
insert into index_epoch (epoch) values (1);

create function announce_entry_change() returns trigger
language plpgsql as $$
begin
    notify entry_change;
    return null;
end $$;
create trigger announce_entry_change after insert on entry_change
    for each statement execute function announce_entry_change();
create trigger announce_index_epoch after update on index_epoch
    for each statement execute function announce_entry_change();

create procedure protect_knowledge(relation regclass)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', relation);
    execute format('alter table %s force row level security', relation);
    execute format(
        'create policy tenant_border on %s using ((select scope_is_system()) or tenant_id = any ((select scope_tenants())::int[]))',
        relation);
    execute format('create policy knowledge_readers on %s for select using (tenant_id = any ((select scope_knowledge())::int[]))', relation);
end $$;
call protect_knowledge('entry');
call protect_knowledge('entry_version');
call protect_by_tenant('entry_change');
revoke update, delete on entry_version from ortsgespraech_app;
revoke update, delete on entry_change from ortsgespraech_app;
revoke insert, delete on index_epoch from ortsgespraech_app;
