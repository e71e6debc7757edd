-- Tenants, what they are to each other, their numbers and when they answer.

create table tenant (
    id int generated always as identity primary key,
    slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{1,39}$'),
    name text not null check (name <> ''),
    short_name text not null check (short_name <> ''),
    -- 'intake' is reserved: it owns shared lines and calls whose town is not known yet.
    kind text not null check (kind in ('kreis', 'stadt', 'gemeinde', 'jobcenter', 'land', 'bund', 'intake')),
    -- Told apart by name, colour and shape, never by colour alone.
    accent text not null default 'petrol',
    shape text not null default 'circle',
    ars text check (ars ~ '^[0-9]{2,12}$'),
    inhabitants int check (inhabitants >= 0),
    time_zone text not null default 'Europe/Berlin',
    -- Switchboards without extension, as E.164 ('+492214710'): where the hyphen stands when a number is shown.
    number_blocks text[] not null default '{}',
    -- Callers of a shared line may name their postcode; one can belong to several towns.
    postcodes text[] not null default '{}',
    -- The center that answers for this tenant; null: it answers itself.
    served_by int references tenant,
    observes_holidays boolean not null default true,
    -- Agents may say the greeting in words of their own, as long as they name the town and themselves.
    allows_own_greeting boolean not null default false,
    after_call_seconds int not null default 15 check (after_call_seconds between 0 and 600),
    created_at timestamptz not null,
    version int not null default 1
);

insert into tenant (slug, name, short_name, kind, created_at)
values ('intake', 'Noch kein Ort', 'Ort?', 'intake', now());

-- Where a tenant takes knowledge from, in order; optionally only for some life situations.
create table knowledge_base (
    tenant_id int not null references tenant on delete cascade,
    position int not null,
    base_tenant_id int not null references tenant,
    topics text[],
    primary key (tenant_id, position),
    unique (tenant_id, base_tenant_id),
    check (tenant_id <> base_tenant_id)
);

-- Whose entries a tenant reads: its own first, then its bases in order, each whole or only some life situations.
create function knowledge_sources(reader int) returns table (place int, tenant_id int, topics text[])
language sql stable parallel safe
begin atomic
    select 0, reader, null::text[]
    union all
    select base.position, base.base_tenant_id, base.topics from knowledge_base base where base.tenant_id = reader;
end;

-- Who decides on a topic in this town; may be a body that is no tenant.
create table authority (
    tenant_id int not null references tenant on delete cascade,
    topic text not null,
    body_tenant_id int references tenant,
    body_name text,
    primary key (tenant_id, topic),
    check ((body_tenant_id is null) <> (body_name is null))
);

create table line (
    tenant_id int not null references tenant,
    id bigint generated always as identity,
    number text not null unique check (number ~ '^\+?[0-9]{3,15}$'),
    label text not null check (label <> ''),
    -- Only agents with this skill get the line; null: everybody of the center.
    skill text,
    preset_entry_tenant_id int,
    preset_entry_id bigint,
    active boolean not null default true,
    version int not null default 1,
    primary key (tenant_id, id)
);

-- Greetings of a line, or of the whole tenant where line_id is null.
create table greeting (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity,
    line_id bigint,
    situation text not null check (situation in ('open', 'closed')),
    from_time time,
    to_time time,
    text text not null check (text <> ''),
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, line_id) references line (tenant_id, id) on delete cascade,
    check ((from_time is null) = (to_time is null))
);

-- Weekly hours of a line, or of the whole tenant where line_id is null. 1 is Monday.
create table service_hours (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity,
    line_id bigint,
    weekday int not null check (weekday between 1 and 7),
    opens time not null,
    closes time not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, line_id) references line (tenant_id, id) on delete cascade,
    check (opens < closes)
);

-- Local closing days and days with other hours; both dates inclusive.
create table calendar_exception (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity,
    line_id bigint,
    first_day date not null,
    last_day date not null,
    -- Both null: closed.
    opens time,
    closes time,
    label text not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, line_id) references line (tenant_id, id) on delete cascade,
    check (first_day <= last_day),
    check ((opens is null) = (closes is null)),
    check (opens < closes)
);

alter table tenant enable row level security;
alter table tenant force row level security;
create policy tenant_border on tenant using (
    (select scope_is_system()) or id = any ((select scope_tenants())::int[])
);
-- Whose knowledge is read is known by name; changing it stays its own business.
create policy knowledge_readers on tenant for select using (id = any ((select scope_knowledge())::int[]));
call protect_by_tenant('knowledge_base');
call protect_by_tenant('authority');
call protect_by_tenant('line');
call protect_by_tenant('greeting');
call protect_by_tenant('service_hours');
call protect_by_tenant('calendar_exception');
