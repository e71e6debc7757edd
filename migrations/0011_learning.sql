-- What answers taught the search: words that agents typed for a town, and the entry that answered the call. No person, no
-- call, no moment: only how often, counted so that old answers fade.

create table learned (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity unique,
    -- Folded stems in order, each known to the tenant's texts or to the lexicon. A star: the word was not typed to its end.
    words text[] not null check (cardinality(words) between 1 and 8),
    entry_tenant_id int not null,
    entry_id bigint not null,
    -- Answers as they count on the day of the last one. 0: forgotten, kept for a day so that every server notices.
    weight real not null check (weight >= 0),
    answered_on date not null,
    -- What a server has not read yet; see entry_change.
    xact xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, words, entry_tenant_id, entry_id),
    foreign key (entry_tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);
create index learned_by_xact on learned (xact);
call protect_by_tenant('learned');

-- A town without a row learns.
create table learning_switch (
    tenant_id int primary key references tenant on delete cascade,
    learns boolean not null,
    xact xid8 not null default pg_current_xact_id()
);
call protect_by_tenant('learning_switch');

create function announce_learned() returns trigger
language plpgsql as $$
begin
    notify learned;
    return null;
end $$;
create trigger announce_learned after insert or update on learned
    for each statement execute function announce_learned();
create trigger announce_learning_switch after insert or update on learning_switch
    for each statement execute function announce_learned();

-- The list of what a town's search has learned. Without a title: the town does not read the entry any more.
create view lesson with (security_invoker = true) as
    select learned.tenant_id, learned.id, words, entry_tenant_id, entry_id, weight, answered_on, title, sort_key
    from learned
    left join entry on entry.tenant_id = entry_tenant_id and entry.id = entry_id
         and (entry.tenant_id = learned.tenant_id or published_version is not null)
         and exists (select from knowledge_sources(learned.tenant_id) source
                     where source.tenant_id = entry.tenant_id
                       and (source.topics is null or source.topics && life_situations));
