-- The gap loop: what agents missed while somebody was on the telephone, grouped into one queue of the tenant whose text it is.

create table gap (
    -- Who has to act: the owner of the entry, or the town for whose knowledge somebody searched.
    tenant_id int not null references tenant,
    id bigint generated always as identity unique,
    -- What makes two reports one gap: 'entry 3-17', 'words perso verlor', 'calls'.
    key text not null check (key <> ''),
    entry_tenant_id int,
    entry_id bigint,
    -- The entry's latest version when the gap was opened: a later one may be the answer.
    entry_version int,
    -- Folded stems in order, for gaps without an entry.
    stems text[] not null default '{}',
    title text not null check (title <> ''),
    state text not null default 'open' check (state in ('open', 'working', 'closed')),
    assignee bigint references account on delete set null,
    -- What the reporters are told.
    answer text check (length(answer) <= 500),
    outcome text check (outcome in ('version', 'words', 'no_error', 'handed', 'returned')),
    -- The version that closed it.
    outcome_version int,
    closed_at timestamptz,
    closed_by text,
    first_at timestamptz not null,
    last_at timestamptz not null,
    -- Reported again after it had been closed.
    reopened_at timestamptz,
    -- Part of another gap of this tenant; undone by setting it null.
    merged_into bigint,
    -- The gap of another tenant that has to act.
    other_tenant_id int references tenant,
    other_gap_id bigint references gap (id) on delete set null,
    -- Calls that showed the entry and have a result, and those of them that were answered, before and after.
    calls_before int,
    answered_before int,
    calls_after int,
    answered_after int,
    -- Length of both windows.
    effect_days double precision,
    effect_at timestamptz,
    version int not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, key),
    foreign key (entry_tenant_id, entry_id) references entry (tenant_id, id) on delete set null (entry_id),
    foreign key (tenant_id, merged_into) references gap (tenant_id, id),
    check ((state = 'closed') = (closed_at is not null)),
    check ((state = 'closed') = (outcome is not null)),
    check (merged_into <> id)
);
create index gap_by_stems on gap using gin (stems);
create index gap_by_merged on gap (tenant_id, merged_into) where merged_into is not null;
create index gap_by_other on gap (other_gap_id) where other_gap_id is not null;

-- One report, or several searches of the same words.
create table gap_report (
    tenant_id int not null references tenant,
    id bigint generated always as identity unique,
    gap_id bigint not null,
    kind text not null check (kind in
        ('wrong', 'missing', 'unclear', 'unanswered', 'transferred', 'miss', 'handed', 'returned')),
    -- What it was about, in the reporter's words; never about a person (search::privacy).
    about text not null,
    line text check (length(line) <= 200),
    at timestamptz not null,
    count int not null default 1 check (count > 0),
    -- Until the reporter was told, 90 days at most.
    account_id bigint references account on delete set null,
    call_tenant_id int,
    call_opened_at timestamptz,
    call_id bigint,
    -- What the call cost beyond an ordinary one; null: not known yet.
    lost_ms int check (lost_ms >= 0),
    -- The gap of another tenant that was handed over.
    from_tenant_id int references tenant,
    from_name text,
    from_gap_id bigint references gap (id) on delete set null,
    told text,
    told_at timestamptz,
    seen_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, gap_id) references gap (tenant_id, id) on delete cascade,
    foreign key (call_tenant_id, call_opened_at, call_id) references call (tenant_id, opened_at, id)
        on update cascade on delete set null (call_tenant_id, call_opened_at, call_id)
);
create index gap_report_by_gap on gap_report (tenant_id, gap_id, at desc);
create index gap_report_by_account on gap_report (account_id, at desc) where account_id is not null;
create index gap_report_by_call on gap_report (call_id) where call_id is not null;
create index gap_report_by_time on gap_report (at);
-- A call's result is reported once, by the desk or afterwards.
create unique index gap_report_by_result on gap_report (call_id) where kind in ('unanswered', 'transferred');

-- How many searches of a row in search_miss have come into the queue.
create table gap_miss (
    tenant_id int not null,
    miss_id bigint not null,
    counted int not null,
    primary key (tenant_id, miss_id),
    foreign key (tenant_id, miss_id) references search_miss (tenant_id, id) on delete cascade
);

-- The median of a tenant's answered calls, against which lost time is measured.
create table gap_measure (
    tenant_id int primary key references tenant on delete cascade,
    median_ms int,
    calls int not null,
    counted_at timestamptz not null
);

call protect_by_tenant('gap');
call protect_by_tenant('gap_report');
call protect_by_tenant('gap_miss');
call protect_by_tenant('gap_measure');
-- Whoever reported something sees what became of it, whoever's text it is.
create policy own_reports on gap_report for select using (account_id = (select scope_account()));
create policy own_reports_seen on gap_report for update using (account_id = (select scope_account()));

-- An agent connected the caller because the knowledge did not have the answer.
alter table call add column lacks_knowledge boolean not null default false;
create index call_lacking_knowledge on call (opened_at) where disposition = 'unanswered' or lacks_knowledge;

-- The gap that these words or this entry belong to; opened where there is none. Words are the same where their stems are, or
-- where at least two of them are shared and those are three fifths of all. Whoever asks waits for whoever asked before.
create function gap_for(
    owner int, wanted_key text, wanted_stems text[], of_tenant int, of_entry bigint, of_title text, moment timestamptz
) returns bigint
language plpgsql as $$
declare
    found_gap bigint;
    own constant int := cardinality(wanted_stems);
begin
    perform pg_advisory_xact_lock(hashtext('gap'), owner);
    select id into found_gap from gap where tenant_id = owner and key = wanted_key;
    if found_gap is null and own >= 2 then
        select near.id into found_gap
        from (
            select gap.id, cardinality(gap.stems) as theirs,
                   (select count(*) from unnest(gap.stems) stem where stem = any (wanted_stems)) as shared
            from gap where gap.tenant_id = owner and gap.stems && wanted_stems
        ) near
        where shared >= 2 and shared * 5 >= 3 * (theirs + own - shared)
        order by shared::numeric / (theirs + own - shared) desc, near.id limit 1;
    end if;
    if found_gap is null then
        insert into gap (tenant_id, key, stems, entry_tenant_id, entry_id, entry_version, title, first_at, last_at)
        values (owner, wanted_key, wanted_stems, of_tenant, of_entry,
                (select latest_version from entry where entry.tenant_id = of_tenant and entry.id = of_entry),
                of_title, moment, moment)
        on conflict (tenant_id, key) do update set last_at = greatest(gap.last_at, excluded.last_at)
        returning id into found_gap;
    end if;
    return found_gap;
end $$;

-- Files one report. A gap that was closed before is open again, unless editors know that it is none and only searches say
-- so, or another tenant is at it. Null: the call's result was reported before.
create function file_gap_report(
    owner int, wanted_key text, wanted_stems text[], of_tenant int, of_entry bigint, of_title text,
    of_kind text, words text, moment timestamptz, times int default 1, reporter bigint default null,
    of_call_tenant int default null, of_call_opened_at timestamptz default null, of_call bigint default null
) returns bigint
language plpgsql as $$
declare
    member constant bigint := gap_for(owner, wanted_key, wanted_stems, of_tenant, of_entry, of_title, moment);
begin
    insert into gap_report (tenant_id, gap_id, kind, about, line, at, count, account_id,
                            call_tenant_id, call_opened_at, call_id)
    values (owner, member, of_kind, of_title, nullif(words, ''), moment, times, reporter,
            of_call_tenant, of_call_opened_at, of_call)
    on conflict (call_id) where kind in ('unanswered', 'transferred') do nothing;
    if not found then
        -- A gap that was opened for it alone is none.
        delete from gap where tenant_id = owner and id = member and state = 'open' and version = 1
            and not exists (select from gap_report where tenant_id = owner and gap_id = member)
            and not exists (select from gap part where part.tenant_id = owner and part.merged_into = member);
        return null;
    end if;
    update gap set last_at = greatest(last_at, moment), first_at = least(first_at, moment)
    where tenant_id = owner and id = member;
    update gap set
        last_at = greatest(last_at, moment), state = 'open', outcome = null, outcome_version = null, closed_at = null,
        closed_by = null, reopened_at = moment, version = version + 1,
        calls_before = null, answered_before = null, calls_after = null, answered_after = null, effect_days = null, effect_at = null
    where tenant_id = owner and state = 'closed' and closed_at <= moment
      and id = (select coalesce(merged_into, id) from gap where tenant_id = owner and id = member)
      and outcome <> 'handed' and (outcome <> 'no_error' or of_kind <> 'miss');
    return member;
end $$;

-- Of every gap that stands for itself: calls, other cases, and what they cost, since a moment. A call counts once in a gap,
-- with the most that any of its reports says, and `least_ms` at least; everything without a call costs exactly that.
create function gap_figures(owner int, since timestamptz, least_ms int)
returns table (gap_id bigint, calls bigint, others bigint, lost_ms bigint)
language sql stable as $$
    with counted as (
        select coalesce(gap.merged_into, gap.id) as root, report.call_id, report.count as cases,
               case when report.kind = 'handed' then coalesce(report.lost_ms, 0)
                    when report.call_id is null then report.count::bigint * least_ms
                    else greatest(coalesce(report.lost_ms, 0), least_ms) end as cost
        from gap join gap_report report on report.tenant_id = gap.tenant_id and report.gap_id = gap.id
        where gap.tenant_id = owner and report.at >= since and report.kind <> 'returned'
    ), by_case as (
        select root, true as is_call, 1::bigint as cases, max(cost) as cost from counted
        where call_id is not null group by root, call_id
        union all
        select root, false, cases, cost from counted where call_id is null
    )
    select root, coalesce(sum(cases) filter (where is_call), 0)::bigint,
           coalesce(sum(cases) filter (where not is_call), 0)::bigint, sum(cost)::bigint
    from by_case group by root
$$;

-- As before, with what was reported as a gap in the call that goes.
create or replace function merge_call(
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
        lacks_knowledge = call.lacks_knowledge or hand.lacks_knowledge,
        version = call.version + 1
    from call hand
    where (call.tenant_id, call.opened_at, call.id) = (kept_tenant, kept_opened_at, kept)
      and (hand.tenant_id, hand.opened_at, hand.id) = (gone_tenant, gone_opened_at, gone);
    -- What was reported in it goes over too; a result is reported once.
    update gap_report report set call_tenant_id = kept_tenant, call_opened_at = kept_opened_at, call_id = kept
    where report.call_id = gone
      and (report.kind not in ('unanswered', 'transferred')
           or not exists (select from gap_report other
                          where other.call_id = kept and other.kind in ('unanswered', 'transferred')));
    delete from call_note note where (note.tenant_id, note.opened_at, note.call_id) = (gone_tenant, gone_opened_at, gone);
    delete from call where (tenant_id, opened_at, id) = (gone_tenant, gone_opened_at, gone);
end $$;
