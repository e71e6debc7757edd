-- What an agent's desk shows right now. It lives in the database, so that a reload, a second tab, a lost network or a
-- killed server changes nothing.

create table desk (
    account_id bigint primary key references account on delete cascade,
    -- The running call, or the last one during after-call work.
    tenant_id int,
    opened_at timestamptz,
    call_id bigint,
    -- The entry that stands open beside the results.
    entry_tenant_id int,
    entry_id bigint,
    entry_version int,
    -- The town whose knowledge is shown; it can change within a call.
    shown_tenant_id int references tenant,
    -- Set while after-call work counts down; past: the agent is ready.
    after_call_until timestamptz,
    paused_at timestamptz,
    pause_after_call boolean not null default false,
    -- The line taken last stands first in the list.
    last_line_tenant_id int,
    last_line_id bigint,
    -- The town of the call before: another one is told apart by a word and a sound.
    previous_town_id int references tenant,
    -- The last change that can be taken back, and until when.
    undo jsonb,
    undo_until timestamptz,
    foreign key (tenant_id, opened_at, call_id) references call (tenant_id, opened_at, id) on update cascade
);
alter table desk enable row level security;
alter table desk force row level security;
create policy own_desk on desk using ((select scope_is_system()) or account_id = (select scope_account()));
