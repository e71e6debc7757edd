-- Bulletins: what holds for a while and has to be known at once.

create table bulletin (
    -- Who wrote it, and alone may change it.
    tenant_id int not null references tenant,
    id bigint generated always as identity unique,
    title text not null check (title <> '' and length(title) <= 120),
    text text not null check (length(text) <= 1000),
    priority text not null check (priority in ('normal', 'important', 'urgent')),
    starts_at timestamptz not null,
    -- Null: until further notice. Somebody is reminded then that it still stands.
    ends_at timestamptz check (ends_at > starts_at),
    remind_on date,
    -- Somebody ended it before its time; taken back by emptying this.
    ended_at timestamptz,
    needs_acknowledgement boolean not null,
    -- For whom it holds. Arrays, because everybody who reads bulletins reads them whole.
    towns int[] not null check (towns <> '{}'),
    -- Empty: on every line.
    lines bigint[] not null,
    topics text[] not null,
    -- The entries it is about, each with its owner at the same place.
    entry_tenants int[] not null,
    entries bigint[] not null check (cardinality(entries) = cardinality(entry_tenants)),
    version int not null default 1,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by text not null,
    primary key (tenant_id, id),
    check ((ends_at is null) = (remind_on is not null))
);
-- What is asked with every look at a desk: only what is not over can still hold.
create index bulletin_open on bulletin (starts_at) where ended_at is null;

-- Who has read what. The program shows counts of it and no names.
create table bulletin_acknowledgement (
    tenant_id int not null,
    bulletin_id bigint not null,
    account_id bigint not null references account on delete cascade,
    acknowledged_at timestamptz not null,
    primary key (tenant_id, bulletin_id, account_id),
    foreign key (tenant_id, bulletin_id) references bulletin (tenant_id, id) on delete cascade
);
create index bulletin_acknowledgement_by_account on bulletin_acknowledgement (account_id);

-- Owners write; the towns it holds for read.
call protect_by_tenant('bulletin');
create policy readers on bulletin for select using (towns && (select scope_tenants())::int[]);
-- The owner may begin the count anew; everybody says for themselves that they have read what they can see.
call protect_by_tenant('bulletin_acknowledgement');
create policy own_acknowledgement on bulletin_acknowledgement
    using (account_id = (select scope_account()))
    with check (
        account_id = (select scope_account())
        and exists (select from bulletin b where b.tenant_id = bulletin_acknowledgement.tenant_id and b.id = bulletin_id)
    );

create function announce_bulletin_change() returns trigger
language plpgsql as $$
begin
    notify bulletin_change;
    return null;
end $$;
create trigger announce_bulletin_change after insert or update or delete on bulletin
    for each statement execute function announce_bulletin_change();

-- How many of those who answer for its towns have read it: two numbers and nothing about anybody. Most of these people
-- belong to the center, whom a town does not see; so the border is opened for this one statement and closed again.
create function count_bulletin_readers(owner int, wanted bigint, out read bigint, out total bigint)
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
begin
    perform set_config('ortsgespraech.system', 'on', true);
    with reader as (
        select distinct role.account_id
        from bulletin b
        join account_role role on role.role in ('agent', 'supervisor')
                              and (role.tenant_id is null or role.tenant_id = any (b.towns))
        join account on account.id = role.account_id and account.disabled_at is null
        where b.tenant_id = owner and b.id = wanted
    )
    select count(ack.account_id), count(*) into read, total
    from reader left join bulletin_acknowledgement ack
        on ack.tenant_id = owner and ack.bulletin_id = wanted and ack.account_id = reader.account_id;
    perform set_config('ortsgespraech.system', system, true);
end $$;
