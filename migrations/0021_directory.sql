-- The directory that knows "now": people and functions, structured hours, who is responsible for whom, what became of transfers.

alter table unit
    add column kind text not null default 'office' check (kind in ('department', 'office', 'team', 'desk')),
    add column short_name text,
    -- What it does, in the words that people look for.
    add column tasks text,
    add column languages text[] not null default '{}',
    add column deputy_unit_id bigint,
    -- Nobody is connected until then.
    add column hold_until timestamptz,
    add column hold_reason text,
    -- Nobody is connected any more; taken back by emptying this.
    add column archived_at timestamptz,
    add foreign key (tenant_id, deputy_unit_id) references unit (tenant_id, id);

-- A person or a function of an office.
create table contact (
    tenant_id int not null,
    id bigint generated always as identity,
    unit_id bigint not null,
    name text not null check (name <> ''),
    task text,
    room text,
    phone text,
    mail text,
    languages text[] not null default '{}',
    deputy_id bigint,
    hold_until timestamptz,
    hold_reason text,
    position int not null default 0,
    version int not null default 1,
    archived_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id),
    foreign key (tenant_id, deputy_id) references contact (tenant_id, id)
);
create index contact_by_unit on contact (tenant_id, unit_id, position, name);

-- Where an office has none of a kind, the free text of the office stands beside the hours of the town.
create table unit_hours (
    tenant_id int not null,
    unit_id bigint not null,
    kind text not null check (kind in ('phone', 'opening')),
    weekday int not null check (weekday between 1 and 7),
    opens time not null,
    closes time not null,
    primary key (tenant_id, unit_id, kind, weekday, opens),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id) on delete cascade,
    check (opens < closes)
);

-- Days on which an office works otherwise; without times it is closed.
create table unit_exception (
    tenant_id int not null,
    id bigint generated always as identity,
    unit_id bigint not null,
    first_day date not null,
    last_day date not null,
    opens time,
    closes time,
    label text not null,
    archived_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id) on delete cascade,
    check (first_day <= last_day),
    check ((opens is null) = (closes is null) and opens < closes)
);
create index unit_exception_by_unit on unit_exception (tenant_id, unit_id, last_day);

-- Who works where. Without a row in a town a person works for all of it.
create table unit_member (
    tenant_id int not null,
    unit_id bigint not null,
    account_id bigint not null references account on delete cascade,
    primary key (tenant_id, account_id, unit_id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id) on delete cascade
);

-- Who is responsible: for a topic (a whole entry with all its adaptations, or a life situation) or within an office.
create table responsibility (
    tenant_id int not null,
    id bigint generated always as identity,
    topic_tenant_id int,
    topic_entry_id bigint,
    life_situation text,
    within_unit_id bigint,
    narrows text not null check (narrows in ('all', 'street', 'district', 'initials')),
    street text,
    -- The street as it is compared: "Haupt-Str." and "Hauptstraße" are one.
    street_key text,
    -- Null: from the first, to the last.
    number_from int check (number_from > 0),
    number_to int check (number_to >= number_from),
    side text check (side in ('all', 'odd', 'even')),
    district text,
    -- One to three letters each; both belong to it.
    initial_from text collate "C" check (initial_from ~ '^[A-Z]{1,3}$'),
    initial_to text collate "C" check (initial_to ~ '^[A-Z]{1,3}$'),
    valid_from date,
    valid_until date check (valid_until >= valid_from),
    unit_id bigint not null,
    contact_id bigint,
    version int not null default 1,
    deleted_at timestamptz,
    primary key (tenant_id, id),
    foreign key (topic_tenant_id, topic_entry_id) references entry (tenant_id, id),
    foreign key (tenant_id, within_unit_id) references unit (tenant_id, id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id),
    foreign key (tenant_id, contact_id) references contact (tenant_id, id),
    check (num_nonnulls(topic_entry_id, life_situation, within_unit_id) = 1),
    check ((topic_entry_id is null) = (topic_tenant_id is null)),
    check ((narrows = 'street') = (street is not null) and (street is null) = (street_key is null) and (street is null) = (side is null)),
    check (narrows = 'street' or num_nonnulls(number_from, number_to) = 0),
    check ((narrows = 'district') = (district is not null)),
    check ((narrows = 'initials') = (initial_from is not null) and (initial_from is null) = (initial_to is null))
);
create index responsibility_by_entry on responsibility (tenant_id, topic_entry_id) where deleted_at is null;
create index responsibility_by_unit on responsibility (tenant_id, within_unit_id) where deleted_at is null;

-- What became of a transfer: the counter-duty of whoever is connected to. Belongs to the office's tenant; the call may be
-- another town's. No person is named.
create table transfer (
    tenant_id int not null,
    id bigint generated always as identity,
    unit_id bigint not null,
    contact_id bigint,
    call_tenant_id int not null,
    call_opened_at timestamptz not null,
    call_id bigint not null,
    -- The number as it was dialled, to find it again in what the telephone system tells.
    target text,
    at timestamptz not null,
    -- Null: nobody has told yet.
    result text check (result in ('reached', 'missed', 'returned', 'busy')),
    source text check (source in ('pbx', 'agent')),
    primary key (tenant_id, id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id),
    foreign key (tenant_id, contact_id) references contact (tenant_id, id),
    check ((result is null) = (source is null))
);
create index transfer_by_unit on transfer (tenant_id, unit_id, at);
create index transfer_by_call on transfer (call_id);
create index transfer_open on transfer (at) where result is null;

-- Raised with every change, so that an index in memory knows which towns to read again. The row is held to the end of the
-- transaction: revisions of a town come in the order of their commits.
create table directory_revision (
    tenant_id int primary key references tenant on delete cascade,
    revision bigint not null default 1,
    xact xid8 not null default pg_current_xact_id()
);

call protect_knowledge('contact');
call protect_knowledge('unit_hours');
call protect_knowledge('unit_exception');
call protect_knowledge('responsibility');
call protect_by_tenant('unit_member');
call protect_by_tenant('directory_revision');
call protect_by_tenant('transfer');
-- Whoever has the call writes down what became of it, also where the office is another town's.
create policy callers_side on transfer using (call_tenant_id = any ((select scope_tenants())::int[]));

create function announce_directory_change() returns trigger
language plpgsql as $$
begin
    insert into directory_revision (tenant_id) values (coalesce(new.tenant_id, old.tenant_id))
    on conflict (tenant_id) do update set revision = directory_revision.revision + 1, xact = pg_current_xact_id()
    where directory_revision.xact <> pg_current_xact_id();
    notify directory_change;
    return null;
end $$;
create trigger announce_directory_change after insert or update or delete on unit
    for each row execute function announce_directory_change();
create trigger announce_directory_change after insert or update or delete on contact
    for each row execute function announce_directory_change();
-- What stood there before this file.
insert into directory_revision (tenant_id) select distinct tenant_id from unit;
