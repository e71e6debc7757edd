-- Knowledge that stays true: mails to those who keep it, links that answer or not, who looks after an entry and when somebody
-- last did, and what a town lets the center say.

-- Mails that wait, were sent or were given up. Nobody's mailbox is asked twice for the same thing.
create table mail (
    id bigint generated always as identity primary key,
    -- Null: of the center as a whole.
    tenant_id int references tenant on delete cascade,
    dedupe_key text not null,
    recipient text not null check (recipient like '%_@_%'),
    subject text not null check (subject <> ''),
    text text not null,
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    tries int not null default 0,
    -- Also keeps two servers from sending the same one.
    next_try_at timestamptz not null,
    created_at timestamptz not null,
    -- Sent, or given up.
    settled_at timestamptz,
    error text,
    unique nulls not distinct (tenant_id, dedupe_key),
    check ((state = 'waiting') = (settled_at is null))
);
create index mail_waiting on mail (next_try_at) where state = 'waiting';
create index mail_by_time on mail (created_at desc, id desc);
call protect_by_tenant('mail');

-- Whether the pages that entries point to answer.
create table link_check (
    tenant_id int not null,
    entry_id bigint not null,
    url text not null,
    -- Addresses may be longer than an index takes.
    url_key text not null generated always as (md5(url)) stored,
    -- Null: it answers.
    failing_since timestamptz,
    reason text,
    checked_at timestamptz not null,
    primary key (tenant_id, entry_id, url_key),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade,
    check ((failing_since is null) = (reason is null))
);
call protect_by_tenant('link_check');

-- A town without a row keeps to the defaults.
create table keeping_rule (
    tenant_id int primary key references tenant on delete cascade,
    interval_months int not null default 12 check (interval_months between 1 and 60),
    remind_days int not null default 14 check (remind_days between 0 and 90),
    version int not null default 1
);

create table entry_keeping (
    tenant_id int not null,
    entry_id bigint not null,
    owner_id bigint references account on delete set null,
    -- Null: as the town's rule says.
    interval_months int check (interval_months between 1 and 60),
    -- Something about the entry changed that is neither its text nor a check of it.
    technical_changed_at timestamptz,
    version int not null default 1,
    primary key (tenant_id, entry_id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);
create index entry_keeping_by_owner on entry_keeping (owner_id);

-- "Looked at, still true": one row each time, those of one click with the same batch, so that the click can be taken back.
create sequence entry_check_batch as bigint;
create table entry_check (
    tenant_id int not null,
    id bigint generated always as identity,
    entry_id bigint not null,
    batch bigint not null,
    checked_at timestamptz not null,
    account_id bigint references account on delete set null,
    checked_by text not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);
create index entry_check_latest on entry_check (tenant_id, entry_id, checked_at desc, id desc);
create index entry_check_by_batch on entry_check (tenant_id, batch);

-- What an owner was reminded of, so that nothing is said twice.
create table keeping_reminder (
    tenant_id int not null,
    entry_id bigint not null,
    kind text not null check (kind in ('due', 'expiry')),
    for_day date not null,
    owner_id bigint not null references account on delete cascade,
    reminded_at timestamptz not null,
    primary key (tenant_id, entry_id, kind, for_day, owner_id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);

-- How often an entry was opened in calls of all towns that read it, counted in the background: its own editors see the number
-- and no call.
create table entry_use (
    tenant_id int not null,
    entry_id bigint not null,
    -- Of the last 90 days.
    shown int not null check (shown >= 0),
    -- Those in calls with a result, and those whose result was "not answered".
    judged int not null check (judged between 0 and shown),
    unanswered int not null check (unanswered between 0 and judged),
    counted_at timestamptz not null,
    primary key (tenant_id, entry_id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);

-- Banners stand wherever the text is read.
call protect_knowledge('keeping_rule');
call protect_knowledge('entry_keeping');
call protect_knowledge('entry_check');
call protect_by_tenant('keeping_reminder');
call protect_by_tenant('entry_use');

-- Withdrawing and moving to another office change no word of the text.
create function note_technical_change() returns trigger
language plpgsql as $$
begin
    insert into entry_keeping (tenant_id, entry_id, technical_changed_at) values (new.tenant_id, new.id, now())
    on conflict (tenant_id, entry_id) do update set technical_changed_at = excluded.technical_changed_at;
    return null;
end $$;
create trigger note_technical_change after update on entry for each row
    when (old.content_hash = new.content_hash and old.latest_version = new.latest_version
          and ((old.published_version is not null and new.published_version is null)
               or old.unit_id is distinct from new.unit_id or old.external_id <> new.external_id))
    execute function note_technical_change();

-- Every entry with the dates that keep it true. The next check is due an interval after the last one, or after the entry was made.
-- An owner who may not edit here any more is none.
create view keeping with (security_invoker = true) as
    select entry.tenant_id, entry.id as entry_id, entry.title, entry.sort_key, entry.published_version is not null as is_published,
           entry.created_at, entry.changed_at, entry.valid_until,
           owner.id as owner_id, owner.name as owner_name, owner.email as owner_email,
           kept.interval_months as own_interval,
           coalesce(kept.interval_months, rule.interval_months, 12) as interval_months,
           coalesce(rule.remind_days, 14) as remind_days,
           kept.technical_changed_at, coalesce(kept.version, 0) as version,
           latest.checked_at, latest.checked_by,
           ((coalesce(latest.checked_at, entry.created_at) at time zone 'Europe/Berlin')
               + make_interval(months => coalesce(kept.interval_months, rule.interval_months, 12)))::date as due_on
    from entry
    left join keeping_rule rule on rule.tenant_id = entry.tenant_id
    left join entry_keeping kept on kept.tenant_id = entry.tenant_id and kept.entry_id = entry.id
    left join lateral (
        select checked_at, checked_by from entry_check
        where entry_check.tenant_id = entry.tenant_id and entry_check.entry_id = entry.id
        order by checked_at desc, id desc limit 1
    ) latest on true
    left join account owner on owner.id = kept.owner_id and owner.disabled_at is null
         and exists (select from account_role role where role.account_id = owner.id and role.tenant_id = entry.tenant_id
                        and role.role in ('editor', 'tenant-admin'));

-- Every time an entry was opened in a call, with the call's result: what the knowledge may know of calls. Where a town's
-- adaptation was opened, the entry that it stands upon was too.
create view entry_showing with (security_invoker = true) as
    select shown.entry_tenant_id as tenant_id, shown.entry_id, shown.shown_at, call.disposition
    from call_entry shown
    join call on call.tenant_id = shown.tenant_id and call.opened_at = shown.opened_at and call.id = shown.call_id
    union all
    select entry.base_tenant_id, entry.base_entry_id, shown.shown_at, call.disposition
    from call_entry shown
    join call on call.tenant_id = shown.tenant_id and call.opened_at = shown.opened_at and call.id = shown.call_id
    join entry on entry.tenant_id = shown.entry_tenant_id and entry.id = shown.entry_id and entry.base_entry_id is not null;

-- What the center may say for a town, by topic and by the stage of the agreement. '*' stands for every topic without a row.
create table service_scope (
    tenant_id int not null references tenant on delete cascade,
    topic text not null check (topic <> ''),
    stage int not null check (stage between 1 and 3),
    level text not null check (level in ('refer', 'basic', 'full')),
    primary key (tenant_id, topic, stage)
);

-- Which stage the agreement has from a day on.
create table agreement_stage (
    tenant_id int not null references tenant on delete cascade,
    valid_from date not null,
    stage int not null check (stage between 1 and 3),
    is_test boolean not null default false,
    primary key (tenant_id, valid_from)
);
call protect_by_tenant('service_scope');
call protect_by_tenant('agreement_stage');
