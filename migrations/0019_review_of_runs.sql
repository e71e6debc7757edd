-- What becomes of an import where somebody else has a say: the second person of the own town, and the towns for which the
-- file names an office.

alter table import_run
    drop constraint import_run_state_check,
    add constraint import_run_state_check
        check (state in ('reading', 'ready', 'applying', 'applied', 'undoing', 'undone', 'failed', 'refused')),
    add column refused_at timestamptz,
    add column refused_by text,
    -- What whoever uploaded the file reads.
    add column refusal text,
    add check ((state = 'refused') = (refused_at is not null) and (refused_at is null) = (refusal is null));

-- What a town says to an office that a knowledge base's import named for it. It belongs to the office as it was named: one that
-- is named otherwise by a later run is a new proposal.
create table proposal_decision (
    tenant_id int not null references tenant on delete cascade,
    by_tenant_id int not null references tenant on delete cascade,
    external_id text not null,
    unit_name text not null,
    address text not null,
    decision text not null check (decision in ('accepted', 'declined')),
    decided_at timestamptz not null,
    account_id bigint references account on delete set null,
    decided_by text not null,
    primary key (tenant_id, by_tenant_id, external_id)
);
call protect_by_tenant('proposal_decision');

-- Each town's proposals as it may see them: of the latest run that names an office for an entry, if that run still holds. What
-- the town's own words say already is settled.
create view town_proposal with (security_invoker = true) as
    select latest.for_tenant_id, latest.tenant_id, latest.run_id, latest.external_id, latest.unit_name, latest.address,
           entry.id as entry_id, coalesce(own.title, entry.title) as title, coalesce(own.sort_key, entry.sort_key) as sort_key,
           coalesce(own.unit_name, entry.unit_name) as present_unit, entry.life_situations,
           case when decision.decision is not null then decision.decision
                when own.unit_name = latest.unit_name then 'settled'
                else 'open' end as state,
           decision.decided_at, decision.decided_by
    from (select distinct on (for_tenant_id, tenant_id, external_id)
                 for_tenant_id, tenant_id, external_id, run_id, unit_name, address
          from import_proposal where active
          order by for_tenant_id, tenant_id, external_id, run_id desc) latest
    join entry on entry.tenant_id = latest.tenant_id and entry.external_id = latest.external_id
              and entry.published_version is not null
    left join entry own on own.tenant_id = latest.for_tenant_id
              and own.base_entry_id = coalesce(entry.base_entry_id, entry.id) and own.published_version is not null
    left join proposal_decision decision on decision.tenant_id = latest.for_tenant_id
              and decision.by_tenant_id = latest.tenant_id and decision.external_id = latest.external_id
              and decision.unit_name = latest.unit_name and decision.address = latest.address;

-- Who looked after entries before somebody set one owner for many at once, so that the click can be taken back. Batches are
-- counted with those of checks.
create table owner_change (
    tenant_id int not null,
    batch bigint not null,
    entry_id bigint not null,
    former_owner_id bigint references account on delete set null,
    -- The row of `entry_keeping` as the click left it: another version was changed since.
    version int not null,
    account_id bigint not null references account on delete cascade,
    changed_at timestamptz not null,
    primary key (tenant_id, batch, entry_id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);
call protect_by_tenant('owner_change');
