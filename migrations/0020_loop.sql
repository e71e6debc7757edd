-- Gaps that another tenant gave count what they cost there now, and whoever wrote a bulletin without an end is reminded of it.

-- Of a gap that was handed over: when something was reported there last. `count` and `lost_ms` are kept up with it.
alter table gap_report add column last_at timestamptz;
create index gap_report_by_giver on gap_report (from_tenant_id, from_gap_id) where kind = 'handed';

-- Of every gap that stands for itself: calls, other cases, and what they cost, since a moment. A call counts once in a gap,
-- with the most that any of its reports says, and `least_ms` at least; everything without a call costs exactly that. What
-- was handed over costs what the collector counted there; it is no case once that is nothing.
create or replace function gap_figures(owner int, since timestamptz, least_ms int)
returns table (gap_id bigint, calls bigint, others bigint, lost_ms bigint)
language sql stable as $$
    with counted as (
        select coalesce(gap.merged_into, gap.id) as root, report.call_id, report.count as cases,
               case when report.kind = 'handed' then report.lost_ms
                    when report.call_id is null then report.count::bigint * least_ms
                    else greatest(coalesce(report.lost_ms, 0), least_ms) end as cost
        from gap join gap_report report on report.tenant_id = gap.tenant_id and report.gap_id = gap.id
        where gap.tenant_id = owner and report.kind <> 'returned'
          and case report.kind when 'handed' then report.lost_ms > 0 else report.at >= since end
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

-- Who wrote it last, to be reminded; null: no person, or gone.
alter table bulletin add column author_id bigint references account on delete set null;
-- The day for which somebody was reminded.
alter table bulletin add column reminded_for date;
create index bulletin_to_remind on bulletin (remind_on) where ended_at is null and remind_on is not null;
