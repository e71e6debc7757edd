-- Appointments: what an office offers, where and when, and who comes at which time. Two people never get the same place at the
-- same time: an exclusion constraint says so, whatever the program does.

-- Compares numbers in the same index as ranges.
create extension if not exists btree_gist;

-- How an office makes its appointments.
create table appointment_office (
    tenant_id int not null references tenant,
    unit_id bigint not null,
    -- Our own book, a system of the town's own, or only a page to which callers are sent.
    system text not null default 'own' check (system in ('own', 'zms', 'link')),
    -- Of that system or page.
    address text check (length(address) <= 500),
    -- Of that system: what it calls the office.
    scope text check (length(scope) <= 80),
    -- Of that system; never shown.
    secret text,
    -- So long a slot waits while the caller decides.
    hold_minutes int not null default 5 check (hold_minutes between 1 and 30),
    -- So many days after the appointment names and addresses are deleted.
    contact_days int not null default 7 check (contact_days between 0 and 365),
    -- Of the calendar that others may read; null: nobody.
    feed_hash bytea unique,
    feed_since timestamptz,
    version int not null default 1,
    primary key (tenant_id, unit_id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id) on delete cascade,
    check (system = 'own' or address is not null)
);

create table appointment_type (
    tenant_id int not null,
    id bigint generated always as identity,
    unit_id bigint not null,
    name text not null check (name <> ''),
    minutes int not null check (minutes between 5 and 480),
    -- Between this appointment and the next at the same place.
    buffer_minutes int not null default 0 check (buffer_minutes between 0 and 120),
    -- What to bring.
    documents text not null default '',
    -- So many of a resource's places one appointment takes.
    need int not null default 1 check (need between 1 and 50),
    -- Earliest and latest, in days from today.
    min_days int not null default 0 check (min_days >= 0),
    max_days int not null default 60 check (max_days between 0 and 365),
    needs_name boolean not null default false,
    -- How the town's own system calls it.
    remote_id text check (length(remote_id) <= 80),
    active boolean not null default true,
    version int not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, unit_id, name),
    foreign key (tenant_id, unit_id) references appointment_office (tenant_id, unit_id) on delete cascade,
    check (min_days <= max_days)
);

-- A counter, a room, a person: whatever serves one caller at a time, or several where it has several places.
create table appointment_resource (
    tenant_id int not null,
    id bigint generated always as identity,
    unit_id bigint not null,
    name text not null check (name <> ''),
    places int not null default 1 check (places between 1 and 50),
    active boolean not null default true,
    version int not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, unit_id, name),
    foreign key (tenant_id, unit_id) references appointment_office (tenant_id, unit_id) on delete cascade
);

create table appointment_type_resource (
    tenant_id int not null,
    type_id bigint not null,
    resource_id bigint not null,
    primary key (tenant_id, type_id, resource_id),
    foreign key (tenant_id, type_id) references appointment_type (tenant_id, id) on delete cascade,
    foreign key (tenant_id, resource_id) references appointment_resource (tenant_id, id) on delete cascade
);

-- The entries at which it is offered: those upon which adaptations stand, maybe of a knowledge base.
create table appointment_type_entry (
    tenant_id int not null,
    type_id bigint not null,
    entry_tenant_id int not null,
    entry_id bigint not null,
    primary key (tenant_id, type_id, entry_tenant_id, entry_id),
    foreign key (tenant_id, type_id) references appointment_type (tenant_id, id) on delete cascade,
    foreign key (entry_tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);
create index appointment_type_entry_by_entry on appointment_type_entry (entry_tenant_id, entry_id);

-- When appointments are given; without any the office's own hours.
create table opening_pattern (
    tenant_id int not null,
    id bigint generated always as identity,
    unit_id bigint not null,
    -- Null: for everything of the office that has none of its own.
    type_id bigint,
    weekday smallint not null check (weekday between 1 and 7),
    opens time not null,
    closes time not null,
    valid_from date,
    valid_until date,
    label text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, unit_id) references appointment_office (tenant_id, unit_id) on delete cascade,
    foreign key (tenant_id, type_id) references appointment_type (tenant_id, id) on delete cascade,
    check (opens < closes),
    check (valid_from <= valid_until)
);
create index opening_pattern_by_unit on opening_pattern (tenant_id, unit_id);

create table appointment (
    tenant_id int not null,
    id bigint generated always as identity,
    unit_id bigint not null,
    type_id bigint not null,
    -- Null: the town's own system knows.
    resource_id bigint,
    -- Which of the resource's places.
    lanes int4range,
    during tstzrange not null,
    -- With the time until the next one may begin.
    blocked tstzrange not null,
    state text not null check (state in ('held', 'booked', 'cancelled', 'moved')),
    hold_until timestamptz,
    -- The same key again is the same appointment.
    request_key text not null,
    -- What the caller is told.
    reference text not null,
    check_hash bytea,
    check_failures int not null default 0,
    check_failed_at timestamptz,
    channel text check (channel in ('mail', 'letter', 'none')),
    -- For calendars: stays when it is moved, with a higher sequence.
    uid text not null,
    sequence int not null default 0,
    moved_to bigint,
    -- Of a held one: the booked one whose place it is to take.
    replaces bigint,
    -- In the town's own system.
    remote_id text,
    remote_key text,
    cancel_reason text check (length(cancel_reason) <= 300),
    cancelled_by text,
    held_by bigint references account on delete set null,
    call_tenant_id int,
    call_opened_at timestamptz,
    call_id bigint,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    version int not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, request_key),
    foreign key (tenant_id, unit_id) references appointment_office (tenant_id, unit_id),
    foreign key (tenant_id, type_id) references appointment_type (tenant_id, id),
    foreign key (tenant_id, resource_id) references appointment_resource (tenant_id, id),
    foreign key (tenant_id, moved_to) references appointment (tenant_id, id) on delete set null (moved_to),
    foreign key (tenant_id, replaces) references appointment (tenant_id, id) on delete set null (replaces),
    foreign key (call_tenant_id, call_opened_at, call_id) references call (tenant_id, opened_at, id)
        on update cascade on delete set null (call_tenant_id, call_opened_at, call_id),
    check ((state = 'held') = (hold_until is not null)),
    check (not isempty(during) and blocked @> during and lower(blocked) = lower(during)),
    check ((resource_id is null) = (lanes is null)),
    check (resource_id is not null or remote_id is not null),
    check (not isempty(lanes)),
    constraint appointment_never_twice exclude using gist
        (tenant_id with =, resource_id with =, lanes with &&, blocked with &&) where (state in ('held', 'booked'))
);
create unique index appointment_by_reference on appointment (tenant_id, reference) where state <> 'moved';
create index appointment_by_day on appointment (tenant_id, unit_id, lower(during));
create index appointment_held on appointment (hold_until) where state = 'held';
create index appointment_by_call on appointment (call_id) where call_id is not null;
create index appointment_by_account on appointment (held_by, changed_at desc) where held_by is not null;

-- Who comes, as far as somebody wanted to say so. Goes by itself.
create table appointment_contact (
    tenant_id int not null,
    appointment_id bigint not null,
    name text check (length(name) <= 120),
    mail text check (length(mail) <= 200),
    address text check (length(address) <= 300),
    phone text check (length(phone) <= 60),
    delete_on date not null,
    primary key (tenant_id, appointment_id),
    foreign key (tenant_id, appointment_id) references appointment (tenant_id, id) on delete cascade
);
create index appointment_contact_by_day on appointment_contact (delete_on);

call protect_by_tenant('appointment_office');
call protect_by_tenant('appointment_type');
call protect_by_tenant('appointment_resource');
call protect_by_tenant('appointment_type_resource');
call protect_by_tenant('appointment_type_entry');
call protect_by_tenant('opening_pattern');
call protect_by_tenant('appointment');
call protect_by_tenant('appointment_contact');

-- An appointment with its names, and who comes.
create view appointment_shown with (security_invoker = true) as
select appointment.tenant_id, appointment.id, appointment.unit_id, appointment.type_id, appointment.resource_id,
       type.name as type_name, type.minutes, type.documents, unit.name as unit_name, resource.name as resource_name,
       unit.street, unit.postcode, unit.city, unit.room, unit.mail as unit_mail,
       lower(during) as starts_at, upper(during) as ends_at, state, appointment.hold_until, reference, check_hash, channel, uid, sequence,
       appointment.remote_id, remote_key, cancel_reason, held_by, call_id, replaces, created_at, changed_at, appointment.version,
       contact.name as contact_name, contact.mail as contact_mail, contact.address as contact_address,
       contact.phone as contact_phone, office.contact_days
from appointment
join appointment_type type on type.tenant_id = appointment.tenant_id and type.id = appointment.type_id
join appointment_office office on office.tenant_id = appointment.tenant_id and office.unit_id = appointment.unit_id
join unit on unit.tenant_id = appointment.tenant_id and unit.id = appointment.unit_id
left join appointment_resource resource
    on resource.tenant_id = appointment.tenant_id and resource.id = appointment.resource_id
left join appointment_contact contact
    on contact.tenant_id = appointment.tenant_id and contact.appointment_id = appointment.id;

-- A file that goes with a mail.
alter table mail add column attachment_name text, add column attachment_text text,
    add check ((attachment_name is null) = (attachment_text is null));
