-- Words of a town: what its people say and what they mean, beside the lexicon that the program carries.

create table lexicon_line (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity,
    -- What people say; each of them stands for all the terms, the likeliest first.
    expressions text[] not null check (cardinality(expressions) between 1 and 30),
    terms text[] not null check (cardinality(terms) between 1 and 15),
    remark text check (remark <> ''),
    changed_at timestamptz not null,
    changed_by text not null,
    version int not null default 1,
    primary key (tenant_id, id)
);
call protect_by_tenant('lexicon_line');

-- Counts the changes of all lines, so that servers notice deletions too. Whoever writes lines holds the row until the end of
-- the transaction: numbers become visible in their order.
create table lexicon_epoch (
    only_row boolean primary key default true check (only_row),
    epoch bigint not null
);
insert into lexicon_epoch (epoch) values (1);
revoke insert, delete on lexicon_epoch from ortsgespraech_app;

create function announce_lexicon_change() returns trigger
language plpgsql as $$
begin
    update lexicon_epoch set epoch = epoch + 1;
    notify lexicon_change;
    return null;
end $$;
create trigger announce_lexicon_change after insert or update or delete on lexicon_line
    for each statement execute function announce_lexicon_change();
