-- Vorgänge: what was promised to somebody and is not done yet, such as a callback or the answer to a complaint; how a town wants
-- that to be kept, the way in for offices without a sign-in, and mails in a town's own words.

-- A town without a row keeps to the defaults.
create table case_rule (
    tenant_id int primary key references tenant on delete cascade,
    -- Service hours of the office.
    promise_hours int not null default 24 check (promise_hours between 1 and 200),
    warn_hours int not null default 4 check (warn_hours between 0 and 200),
    -- Null: the town's own administration.
    escalation_mail text check (escalation_mail like '%_@_%'),
    -- How long the way to somebody is kept after the case was closed.
    contact_days int not null default 30 check (contact_days between 0 and 365),
    complaint_days int not null default 14 check (complaint_days between 1 and 90),
    -- Before it may be said that somebody was not reached.
    attempts int not null default 3 check (attempts between 1 and 10),
    -- More than that has to be confirmed.
    extensions int not null default 1 check (extensions between 0 and 10),
    link_days int not null default 14 check (link_days between 1 and 90),
    version int not null default 1
);
call protect_by_tenant('case_rule');

create table case_file (
    -- Who has to act: the town, or the authority that its office belongs to.
    tenant_id int not null references tenant,
    id bigint generated always as identity unique,
    -- Seven digits, the last one a check.
    reference text not null unique check (reference ~ '^[1-9][0-9]{6}$'),
    kind text not null check (kind in ('callback', 'complaint', 'suggestion', 'praise')),
    -- About a matter, never about a person (search::privacy).
    concern text not null check (concern <> '' and length(concern) <= 500),
    category text check (category <> '' and length(category) <= 60),
    topic_tenant_id int,
    topic_entry_id bigint,
    call_tenant_id int,
    call_opened_at timestamptz,
    call_id bigint,
    -- The caller's town.
    town_id int not null references tenant,
    unit_id bigint,
    -- Who took it down in the call.
    taken_by bigint references account on delete set null,
    -- Who looks after it; an office without a sign-in is nobody.
    assignee bigint references account on delete set null,
    -- With whom it lies, by the name at that time: a person of the center is nobody that a town can look up.
    holder text,
    channel text not null check (channel in ('phone', 'mail', 'letter', 'none')),
    best_time text check (length(best_time) <= 80),
    state text not null default 'open' check (state in ('open', 'working', 'closed')),
    begun_at timestamptz not null,
    -- What was said to the caller; it never changes. Null: nothing was promised.
    promised_at timestamptz,
    -- The same, until somebody extends it.
    due_at timestamptz,
    warn_at timestamptz,
    warned_at timestamptz,
    escalated_at timestamptz,
    answer text check (answer <> '' and length(answer) <= 1000),
    answered_at timestamptz,
    attempts int not null default 0,
    extensions int not null default 0,
    outcome text check (outcome in ('done', 'unreached', 'settled', 'mistaken')),
    closed_at timestamptz,
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, unit_id) references unit (tenant_id, id),
    foreign key (topic_tenant_id, topic_entry_id) references entry (tenant_id, id)
        on delete set null (topic_tenant_id, topic_entry_id),
    foreign key (call_tenant_id, call_opened_at, call_id) references call (tenant_id, opened_at, id)
        on update cascade on delete set null (call_tenant_id, call_opened_at, call_id),
    check ((state = 'closed') = (closed_at is not null)),
    check ((state = 'closed') = (outcome is not null)),
    check ((answer is null) = (answered_at is null)),
    check ((promised_at is null) = (due_at is null) and (due_at is null) = (warn_at is null))
);
create index case_file_open on case_file (tenant_id, due_at) where state <> 'closed';
create index case_file_by_begin on case_file (tenant_id, begun_at desc, id desc);
create index case_file_by_unit on case_file (unit_id) where unit_id is not null;
create index case_file_by_call on case_file (call_id) where call_id is not null;
create index case_file_by_taker on case_file (taken_by) where state <> 'closed';
call protect_by_tenant('case_file');
-- Whoever promised it for their town sees what becomes of it, whoever has to act.
create policy callers_town on case_file for select using (town_id = any ((select scope_tenants())::int[]));

-- The way to somebody, apart from the case and from the call. Deleted some days after the case was closed.
create table case_contact (
    tenant_id int not null,
    case_id bigint not null,
    -- A name, a file number, whatever the office needs to know whom it is talking to.
    name text check (length(name) <= 120),
    phone text check (length(phone) <= 60),
    mail text check (length(mail) <= 200),
    address text check (length(address) <= 300),
    primary key (tenant_id, case_id),
    foreign key (tenant_id, case_id) references case_file (tenant_id, id) on delete cascade
);
create index case_contact_by_phone on case_contact (phone) where phone is not null;
call protect_by_tenant('case_contact');

-- What happened, in order. Never a name or number of a caller.
create table case_event (
    tenant_id int not null,
    id bigint generated always as identity,
    case_id bigint not null,
    at timestamptz not null,
    act text not null,
    -- Who did it: the person's name at that time, or the office.
    actor text not null,
    account_id bigint references account on delete set null,
    note text check (length(note) <= 1000),
    details jsonb not null default '{}',
    primary key (tenant_id, id),
    foreign key (tenant_id, case_id) references case_file (tenant_id, id) on delete cascade
);
create index case_event_by_case on case_event (tenant_id, case_id, at, id);
call protect_by_tenant('case_event');
-- Cascades run as the owner; nobody else changes a row.
revoke update, delete on case_event from ortsgespraech_app;

-- The way in for an office without a sign-in. The token stands nowhere but in the mail.
create table case_link (
    tenant_id int not null,
    id bigint generated always as identity,
    case_id bigint not null,
    unit_id bigint not null,
    token_hash bytea not null unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- The case was closed or went to another office.
    ended_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, case_id) references case_file (tenant_id, id) on delete cascade,
    foreign key (tenant_id, unit_id) references unit (tenant_id, id) on delete cascade
);
create index case_link_by_case on case_link (tenant_id, case_id);
call protect_by_tenant('case_link');

-- What the tokens of this installation are signed with, so that a guess is known for one.
create table case_key (
    is_only boolean primary key default true check (is_only),
    key bytea not null
);
insert into case_key (key)
values (sha256((gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text)::bytea));
call protect_for_system('case_key');

-- For whoever writes a mail, in the midst of a transaction of their own.
create function case_signing_key() returns bytea
language plpgsql as $$
declare
    system constant text := coalesce(current_setting('ortsgespraech.system', true), '');
    found_key bytea;
begin
    perform set_config('ortsgespraech.system', 'on', true);
    select key into found_key from case_key;
    perform set_config('ortsgespraech.system', system, true);
    return found_key;
end $$;

-- As before, with what was taken down in the call that goes.
alter function merge_call(int, timestamptz, bigint, int, timestamptz, bigint) rename to merge_call_without_cases;
create function merge_call(
    gone_tenant int, gone_opened_at timestamptz, gone bigint, kept_tenant int, kept_opened_at timestamptz, kept bigint
) returns void
language plpgsql security definer set search_path = public as $$
begin
    update case_file set call_tenant_id = kept_tenant, call_opened_at = kept_opened_at, call_id = kept where call_id = gone;
    perform merge_call_without_cases(gone_tenant, gone_opened_at, gone, kept_tenant, kept_opened_at, kept);
end $$;

-- Mails: the same number at every try, so that a server that got a mail twice knows it; and a part that looks like a letter.
alter table mail add column message_key uuid not null default gen_random_uuid();
alter table mail add column html text;

-- A town's own words around what a mail has to say. A town without a row keeps to ours.
create table mail_words (
    tenant_id int not null references tenant on delete cascade,
    purpose text not null check (purpose in ('case_new', 'case_warn', 'case_late')),
    subject text not null check (subject <> '' and length(subject) <= 150),
    greeting text not null check (greeting <> '' and length(greeting) <= 150),
    signature text not null check (signature <> '' and length(signature) <= 500),
    version int not null default 1,
    primary key (tenant_id, purpose)
);
call protect_by_tenant('mail_words');
