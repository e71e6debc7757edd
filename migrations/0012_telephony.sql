-- Telephone systems as sources of calls, what they report, and the seats at which it rings.

alter table source
    add column active boolean not null default true,
    add column created_at timestamptz not null default now(),
    add column version int not null default 1;

-- The door of a source that calls us: what may come through it, and from where.
create table source_door (
    source_id int primary key references source on delete cascade,
    -- Secret of a signature over the raw body, or the public key that checks one; null: the token is enough.
    signing_secret text,
    signing_key text,
    -- Networks that may knock; empty: all.
    allowed_networks cidr[] not null default '{}',
    -- More requests a second are answered with 429.
    per_second int not null default 1000 check (per_second between 1 and 100000)
);

-- Two may be valid at the same time, so that a new one can be carried to the telephone system in peace.
create table source_token (
    token_hash bytea primary key,
    source_id int not null references source on delete cascade,
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index source_token_by_source on source_token (source_id);

-- How we reach a telephone system that has to be called.
create table source_link (
    source_id int primary key references source on delete cascade,
    address text not null,
    account text not null,
    secret text not null,
    tls boolean not null default false,
    -- Certificate of the telephone system's own authority, as PEM.
    tls_authority text,
    -- Channels of this dialplan context are callers.
    trunk_context text not null default 'from-trunk',
    -- The second account may transfer, pause and originate.
    may_control boolean not null default false,
    -- Where transfers and originated calls enter the dialplan.
    inside_context text not null default 'internal'
);

-- How it stands with a source, as the process that holds its connection sees it.
create table source_state (
    source_id int primary key references source on delete cascade,
    state text not null check (state in ('connected', 'lost', 'refused')),
    since timestamptz not null,
    detail text,
    holder uuid,
    held_until timestamptz
);

-- Times in which a source could not be heard.
create table source_gap (
    source_id int not null references source on delete cascade,
    lost_at timestamptz not null,
    back_at timestamptz,
    primary key (source_id, lost_at)
);

-- Per hour, what came and how far its clock was off.
create table source_traffic (
    source_id int not null references source on delete cascade,
    hour timestamptz not null,
    messages int not null,
    duplicates int not null,
    last_at timestamptz not null,
    -- Received minus occurred, of messages with a clock of their own; milliseconds.
    skew_ms bigint,
    primary key (source_id, hour)
);

-- What a source sent that nobody expects: names of unknown events, numbers of no town, messages that were refused. Counted, not kept.
create table source_oddity (
    source_id int not null references source on delete cascade,
    kind text not null check (kind in ('event', 'number', 'refused')),
    name text not null check (length(name) <= 100),
    times bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (source_id, kind, name)
);

-- Whose calls wait in a queue, where the dialled number does not say it; and which skill they ask for.
create table source_queue (
    source_id int not null references source on delete cascade,
    queue text not null check (queue <> ''),
    tenant_id int not null references tenant on delete cascade,
    skill text,
    primary key (source_id, queue)
);

-- A telephone as its source names it ("Platz-11"). Known as soon as it was named once.
create table seat (
    id int generated always as identity primary key,
    source_id int not null references source on delete cascade,
    name text not null check (name <> ''),
    -- The last signal; counted under the row's lock, so that the order of signals is the order of commits.
    signal bigint not null default 0,
    state text check (state in ('available', 'paused', 'logged_out')),
    reason text,
    state_since timestamptz,
    unique (source_id, name)
);

-- What a desk at this seat has to look at. Short-lived: who comes back later sees the present anyway.
create table seat_signal (
    seat_id int not null references seat on delete cascade,
    signal bigint not null,
    kind text not null check (kind in ('ringing', 'silent', 'connected', 'changed', 'left', 'ended', 'state', 'source')),
    call_id bigint,
    at timestamptz not null,
    primary key (seat_id, signal)
);
create index seat_signal_by_age on seat_signal (at);

-- A seat's states over time; append-only, for figures of the team.
create table seat_state (
    seat_id int not null references seat on delete cascade,
    at timestamptz not null,
    state text not null,
    reason text,
    primary key (seat_id, at, state)
);

-- What a telephone system shall do for us, and what became of it.
create table source_order (
    id bigint generated always as identity primary key,
    source_id int not null references source on delete cascade,
    -- Of the call that it is about, if any.
    tenant_id int,
    opened_at timestamptz,
    call_id bigint,
    act text not null check (act in ('pause', 'ready', 'enter_queue', 'leave_queue', 'transfer', 'consult', 'call', 'answer', 'hold')),
    details jsonb not null,
    -- Who ordered it, and when that person was told that it failed.
    account_id bigint references account on delete set null,
    told_at timestamptz,
    created_at timestamptz not null,
    taken_at timestamptz,
    done_at timestamptz,
    -- Null while nobody knows.
    succeeded boolean,
    outcome text
);
create index source_order_open on source_order (source_id, id) where done_at is null;
create index source_order_untold on source_order (account_id, id) where not succeeded and told_at is null;

-- Calls as the fold of their events has them.
alter table call
    add column transfers jsonb not null default '[]',
    -- Seats at which it rings now, and the seat that talks now.
    add column ringing text[] not null default '{}',
    add column talking text,
    -- Where it waits now, and since when.
    add column waiting_queue text,
    add column waiting_since timestamptz,
    -- When its source last said something about it.
    add column heard_at timestamptz,
    -- A person chose the town; the dialled number decides no more.
    add column is_assigned boolean not null default false,
    -- A place that is no tenant, named by the caller of a shared line.
    add column caller_place text;
create index call_running on call (source_id) where result = 'open';
create index call_by_seat on call (talking) where talking is not null;
create index call_by_ringing on call using gin (ringing) where ringing <> '{}';

alter table queue_leg
    add column rings jsonb not null default '[]',
    drop constraint queue_leg_outcome_check,
    add constraint queue_leg_outcome_check check (outcome in ('answered', 'abandoned', 'left_queue', 'waiting'));

alter table call_reference
    -- Between the first and the last event of this generation.
    add column first_at timestamptz,
    add column last_at timestamptz,
    -- Its start was seen; one that lacks it gets it when it comes, however late.
    add column has_start boolean not null default true;
update call_reference set first_at = opened_at, last_at = opened_at;
alter table call_reference alter column first_at set not null, alter column last_at set not null;
-- A call that moves to another tenant takes its references along.
alter table call_reference
    add foreign key (tenant_id, opened_at, call_id) references call (tenant_id, opened_at, id) on update cascade;
create index call_reference_by_call on call_reference (call_id);

-- Towns that are no tenants: whom a caller of a shared line may name.
create table place (
    id int generated always as identity primary key,
    name text not null check (name <> ''),
    ars text,
    postcodes text[] not null default '{}',
    unique (name, ars)
);

-- Who answers first, the center or the town's own switchboard, by line and hour; line_id null: all lines of the tenant.
-- Where no row holds, the center answers.
create table answering (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity,
    line_id bigint,
    weekday int not null check (weekday between 1 and 7),
    from_time time not null,
    -- Midnight is the end of the day.
    to_time time not null,
    first text not null check (first in ('center', 'town')),
    -- After so many seconds the other side gets the call too; null: never.
    overflow_seconds int check (overflow_seconds between 1 and 600),
    primary key (tenant_id, id),
    foreign key (tenant_id, line_id) references line (tenant_id, id) on delete cascade,
    check (from_time < to_time or to_time = '00:00')
);

alter table desk
    add column seat_id int references seat on delete set null,
    -- The last signal of the seat that this desk has settled.
    add column settled_signal bigint not null default 0,
    add column pause_reason text,
    -- The telephone at the seat talks, or talked, in the desk's call.
    add column has_talked boolean not null default false,
    -- When somebody at the desk last chose between pause and ready: a later word of the telephone system counts more.
    add column state_chosen_at timestamptz,
    -- What the agent has to be told until the next act.
    add column notice text;
create unique index desk_by_seat on desk (seat_id) where seat_id is not null;

call protect_for_system('source_door');
call protect_for_system('source_token');
call protect_for_system('source_link');
call protect_for_system('source_traffic');
call protect_for_system('source_oddity');
call protect_for_system('source_order');
call protect_by_tenant('source_queue');
call protect_by_tenant('answering');
-- Seats, how a telephone system stands, and the gazetteer belong to the center's team; who is signed in may read them.
create procedure protect_for_team(relation regclass)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', relation);
    execute format('alter table %s force row level security', relation);
    execute format('create policy system_only on %s using ((select scope_is_system()))', relation);
    execute format('create policy team on %s for select using ((select scope_account()) is not null)', relation);
end $$;
call protect_for_team('source_state');
call protect_for_team('source_gap');
call protect_for_team('seat');
call protect_for_team('seat_signal');
call protect_for_team('seat_state');
call protect_for_team('place');

-- Whoever sits down may name a telephone that was never named before.
create policy team_names on seat for insert with check ((select scope_account()) is not null);
-- What a person ordered is theirs to see.
create policy own_orders on source_order for select using (account_id = (select scope_account()));

-- What a desk does beyond its own rows. Each function opens the border for one statement of its own and closes it again.

-- A telephone that somebody sits down at is nobody else's any more; whoever sat there is told. True: somebody did.
create function free_seat(wanted int, taker bigint, moment timestamptz) returns boolean
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
    was_taken boolean;
begin
    perform set_config('ortsgespraech.system', 'on', true);
    update desk set seat_id = null, settled_signal = 0,
        notice = 'Jemand anders hat sich an Ihrem Telefon ' || (select name from seat where id = wanted)
            || ' angemeldet. Sie arbeiten jetzt ohne Telefonanlage.'
    where seat_id = wanted and account_id <> taker;
    was_taken := found;
    if was_taken then
        with counted as (update seat set signal = signal + 1 where id = wanted returning id, signal)
        insert into seat_signal (seat_id, signal, kind, at) select id, signal, 'changed', moment from counted;
        notify seat_signal;
    end if;
    perform set_config('ortsgespraech.system', system, true);
    return was_taken;
end $$;

-- What a person orders for the own telephone. Nothing happens where the telephone system may not be controlled.
create function order_for_seat(
    wanted int, person bigint, wanted_act text, more jsonb, moment timestamptz,
    of_tenant int default null, of_opened_at timestamptz default null, of_call bigint default null
) returns void
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
begin
    perform set_config('ortsgespraech.system', 'on', true);
    insert into source_order (source_id, tenant_id, opened_at, call_id, act, details, account_id, created_at)
    select seat.source_id, of_tenant, of_opened_at, of_call, wanted_act,
           jsonb_build_object('seat', seat.name) || more, person, moment
    from seat
    join source on source.id = seat.source_id and source.adapter = 'asterisk-ami' and source.active
    join source_link link on link.source_id = source.id and link.may_control
    where seat.id = wanted;
    if found then
        notify source_order;
    end if;
    perform set_config('ortsgespraech.system', system, true);
end $$;

-- Whether this source lets us transfer, pause and call.
create function may_control_source(wanted int) returns boolean
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
    may boolean;
begin
    perform set_config('ortsgespraech.system', 'on', true);
    may := exists (select from source_link where source_id = wanted and may_control);
    perform set_config('ortsgespraech.system', system, true);
    return may;
end $$;

-- The sentence of the last order that failed and was not told yet; told now.
create function tell_failed_order(person bigint, moment timestamptz) returns table (act text, outcome text)
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
begin
    perform set_config('ortsgespraech.system', 'on', true);
    return query
    with told as (
        update source_order o set told_at = moment where o.account_id = person and not o.succeeded and o.told_at is null
        returning o.id, o.act, o.outcome
    )
    select told.act, told.outcome from told order by id desc limit 1;
    perform set_config('ortsgespraech.system', system, true);
end $$;

-- A call that an agent opened by hand turns out to be one that the telephone system reports: what was done in it goes
-- over, and one record remains. Events are append-only for the program, so this runs as the owner.
create function merge_call(
    gone_tenant int, gone_opened_at timestamptz, gone bigint, kept_tenant int, kept_opened_at timestamptz, kept bigint
) returns void
language plpgsql security definer set search_path = public as $$
begin
    delete from call_event event
    where (event.tenant_id, event.opened_at, event.call_id) = (gone_tenant, gone_opened_at, gone) and type = 'call.started';
    update call_event event set tenant_id = kept_tenant, opened_at = kept_opened_at, call_id = kept
    where (event.tenant_id, event.opened_at, event.call_id) = (gone_tenant, gone_opened_at, gone);
    delete from call_entry entry
    where (entry.tenant_id, entry.opened_at, entry.call_id) = (kept_tenant, kept_opened_at, kept)
      and exists (select from call_entry other
                  where (other.tenant_id, other.opened_at, other.call_id) = (gone_tenant, gone_opened_at, gone)
                    and (other.entry_tenant_id, other.entry_id, other.version)
                        = (entry.entry_tenant_id, entry.entry_id, entry.version));
    update call_entry entry set tenant_id = kept_tenant, opened_at = kept_opened_at, call_id = kept
    where (entry.tenant_id, entry.opened_at, entry.call_id) = (gone_tenant, gone_opened_at, gone);
    update call_note note set tenant_id = kept_tenant, opened_at = kept_opened_at, call_id = kept
    where (note.tenant_id, note.opened_at, note.call_id) = (gone_tenant, gone_opened_at, gone)
      and not exists (select from call_note other
                      where (other.tenant_id, other.opened_at, other.call_id) = (kept_tenant, kept_opened_at, kept));
    update call set
        disposition = coalesce(call.disposition, hand.disposition),
        disposition_detail = coalesce(call.disposition_detail, hand.disposition_detail),
        topic_tenant_id = coalesce(call.topic_tenant_id, hand.topic_tenant_id),
        topic_entry_id = coalesce(call.topic_entry_id, hand.topic_entry_id),
        tenant_competent = coalesce(call.tenant_competent, hand.tenant_competent),
        tenant_caller = coalesce(hand.tenant_caller, call.tenant_caller),
        version = call.version + 1
    from call hand
    where (call.tenant_id, call.opened_at, call.id) = (kept_tenant, kept_opened_at, kept)
      and (hand.tenant_id, hand.opened_at, hand.id) = (gone_tenant, gone_opened_at, gone);
    delete from call_note note where (note.tenant_id, note.opened_at, note.call_id) = (gone_tenant, gone_opened_at, gone);
    delete from call where (tenant_id, opened_at, id) = (gone_tenant, gone_opened_at, gone);
end $$;
