-- Texts that stand upon each other: a town adapts single fields of an entry of its knowledge bases, everything else
-- follows the base. An adaptation is an entry of its own whose `base_*` names the root, the entry that is whole; a version
-- of it is a patch (knowledge::Adaptation) and points at the very version it stands on. So one version is one text, for ever.

-- Knowledge bases reach through: a town that reads its Kreis reads what the Kreis takes over from the Land. Depth first in
-- the given order; limits to topics add up along a way, and ways to the same tenant are united.
create or replace function knowledge_sources(reader int) returns table (place int, tenant_id int, topics text[])
language sql stable parallel safe
begin atomic
    with recursive walk (tenant_id, topics, way, place) as (
        select reader, null::text[], array[reader], array[]::int[]
        union all
        select base.base_tenant_id,
               case when walk.topics is null then base.topics
                    when base.topics is null then walk.topics
                    else array(select unnest(walk.topics) intersect select unnest(base.topics)) end,
               walk.way || base.base_tenant_id, walk.place || base.position
        from walk join knowledge_base base on base.tenant_id = walk.tenant_id
        where base.base_tenant_id <> all (walk.way) and cardinality(walk.way) < 6
    ),
    reached as (
        select walk.tenant_id, min(walk.place) as place, bool_or(walk.topics is null) as is_whole
        from walk group by walk.tenant_id
    )
    select (row_number() over (order by reached.place))::int - 1, reached.tenant_id,
           case when not reached.is_whole then
               array(select unnest(walk.topics) from walk where walk.tenant_id = reached.tenant_id order by walk.place) end
    from reached;
end;
-- Whom one's knowledge bases read is no secret to those who read them.
create policy knowledge_readers on knowledge_base for select using (tenant_id = any ((select scope_knowledge())::int[]));

alter table entry
    -- The base was withdrawn: the adaptation comes back by itself when the base does.
    add column rests boolean not null default false,
    -- When `published_version` was set; the history of what was public is kept by it.
    add column pointed_at timestamptz,
    add column archived_at timestamptz,
    -- An adaptation that says more than other words: 'not_offered' or 'done_by_base'; repeated from the published version.
    add column stance text check (stance in ('not_offered', 'done_by_base'));
create unique index entry_by_base on entry (base_entry_id, tenant_id) where base_entry_id is not null;

alter table entry_version
    add column below_tenant_id int,
    add column below_entry_id bigint,
    add column below_version int,
    -- 'base': not this tenant wrote, its base became another one.
    add column reason text not null default 'text' check (reason in ('text', 'base')),
    add foreign key (below_tenant_id, below_entry_id, below_version) references entry_version (tenant_id, entry_id, version),
    add check ((below_entry_id is null) = (below_version is null) and (below_entry_id is null) = (below_tenant_id is null));
create index entry_version_by_below on entry_version (below_entry_id, below_version) where below_entry_id is not null;

-- A version with everything it stands on, the uppermost first.
create function version_layers(of_tenant int, of_entry bigint, of_version int)
returns table (place int, tenant_id int, entry_id bigint, version int, content jsonb)
language sql stable parallel safe
begin atomic
    with recursive layer as (
        select 0 as place, v.tenant_id, v.entry_id, v.version, v.content, v.below_tenant_id, v.below_entry_id, v.below_version
        from entry_version v where v.tenant_id = of_tenant and v.entry_id = of_entry and v.version = of_version
        union all
        select layer.place + 1, v.tenant_id, v.entry_id, v.version, v.content, v.below_tenant_id, v.below_entry_id, v.below_version
        from layer join entry_version v on v.tenant_id = layer.below_tenant_id and v.entry_id = layer.below_entry_id
                                       and v.version = layer.below_version
        where layer.place < 8
    )
    select layer.place, layer.tenant_id, layer.entry_id, layer.version, layer.content from layer;
end;

-- What one tenant sees: of each family (a root and its adaptations) the entry of the nearest tenant.
create function readable_entries(reader int) returns table (place int, tenant_id int, id bigint)
language sql stable parallel safe
begin atomic
    select source.place, entry.tenant_id, entry.id
    from entry
    join knowledge_sources(reader) source on source.tenant_id = entry.tenant_id
         and (source.topics is null or source.topics && entry.life_situations)
    where entry.published_version is not null
      and not exists (
          select from entry nearer
          join knowledge_sources(reader) near on near.tenant_id = nearer.tenant_id and near.place < source.place
               and (near.topics is null or near.topics && nearer.life_situations)
          where nearer.base_entry_id = coalesce(entry.base_entry_id, entry.id) and nearer.published_version is not null);
end;

-- What somebody who tends adaptations has to look at.
create table knowledge_task (
    tenant_id int not null references tenant on delete cascade,
    id bigint generated always as identity,
    entry_id bigint not null,
    kind text not null check (kind in ('base_changed', 'base_withdrawn')),
    -- The last version of the adaptation whose base somebody here has seen.
    since_version int not null,
    opened_at timestamptz not null,
    -- Counts how often the base moved since.
    moves int not null default 1,
    closed_at timestamptz,
    closed_by bigint references account on delete set null,
    outcome text check (outcome in ('kept', 'accepted', 'withdrawn', 'detached', 'over')),
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade,
    check ((closed_at is null) = (outcome is null))
);
create unique index knowledge_task_open on knowledge_task (tenant_id, entry_id, kind) where closed_at is null;
call protect_by_tenant('knowledge_task');

-- When which version was public; null: none.
create table entry_publication (
    tenant_id int not null,
    entry_id bigint not null,
    id bigint generated always as identity,
    at timestamptz not null,
    version int,
    primary key (tenant_id, entry_id, id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);
call protect_knowledge('entry_publication');
revoke update, delete on entry_publication from ortsgespraech_app;
insert into entry_publication (tenant_id, entry_id, at, version)
select tenant_id, entry_id, created_at, version from entry_version order by created_at, version;
insert into entry_publication (tenant_id, entry_id, at, version)
select tenant_id, id, changed_at, null from entry where published_version is null and latest_version > 0;

create function note_publication() returns trigger
language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new.published_version is not distinct from old.published_version then
            return null;
        end if;
    elsif new.published_version is null then
        return null;
    end if;
    insert into entry_publication (tenant_id, entry_id, at, version)
    values (new.tenant_id, new.id, greatest(new.changed_at, new.pointed_at), new.published_version);
    return null;
end $$;
create trigger note_publication after insert or update of published_version on entry
    for each row execute function note_publication();

-- The entries of one family are changed one after the other: whoever adapts or publishes in it waits here.
create function hold_family(root bigint) returns void
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
begin
    perform set_config('ortsgespraech.system', 'on', true);
    perform from entry where id = root for update;
    perform set_config('ortsgespraech.system', system, true);
end $$;

-- Whatever happens to an entry happens to the adaptations above it: a base that moved makes a new version of each, with
-- the same words of their own; a base that went lets them rest. One level at a time: each new version is a change again.
create function follow_bases() returns trigger
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
    roots bigint[];
begin
    perform set_config('ortsgespraech.system', 'on', true);
    roots := array(
        select distinct coalesce(entry.base_entry_id, entry.id) as root
        from added join entry on entry.tenant_id = added.tenant_id and entry.id = added.entry_id
        where entry.base_entry_id is not null or exists (select from entry above where above.base_entry_id = entry.id)
        order by root);
    if cardinality(roots) > 0 then
        perform from entry where id = any (roots) order by id for update;
        perform from entry where base_entry_id = any (roots) order by id for update;
        with reading as materialized (
            select reader.tenant_id as reader, source.place, source.tenant_id, source.topics
            from (select distinct entry.tenant_id from entry where base_entry_id = any (roots)) reader
            cross join lateral knowledge_sources(reader.tenant_id) source
        ),
        wanted as (
            select above.tenant_id, above.id, above.latest_version, above.published_version is not null as is_public,
                   current.content, current.created_at as since,
                   (current.below_tenant_id, current.below_entry_id, current.below_version)
                       is distinct from (base.tenant_id, base.id, base.published_version) as is_moved,
                   base.tenant_id as base_tenant_id, base.id as base_id, base.published_version as base_version, base.title,
                   base.sort_key, base.life_situations, base.unit_name, base.valid_from, base.valid_until, base.made_at,
                   base.short_name
            from entry above
            join entry_version current on current.tenant_id = above.tenant_id and current.entry_id = above.id
                                      and current.version = above.latest_version
            left join lateral (
                select candidate.*, version.created_at as made_at, tenant.short_name
                from reading
                join entry candidate on candidate.tenant_id = reading.tenant_id
                     and (candidate.id = above.base_entry_id or candidate.base_entry_id = above.base_entry_id)
                     and (reading.topics is null or reading.topics && candidate.life_situations)
                join entry_version version on version.tenant_id = candidate.tenant_id and version.entry_id = candidate.id
                                          and version.version = candidate.published_version
                join tenant on tenant.id = candidate.tenant_id
                where reading.reader = above.tenant_id and reading.place > 0
                  -- Two that read each other do not stand on each other.
                  and not exists (select from reading back
                                  where back.reader = candidate.tenant_id and back.place > 0 and back.tenant_id = above.tenant_id
                                    and candidate.base_entry_id is not null)
                order by reading.place limit 1
            ) base on true
            where above.base_entry_id = any (roots) and (above.published_version is not null or above.rests)
        ),
        moved as (
            select *, greatest(since, made_at) as moment, content -> 'parts' as parts
            from wanted where base_id is not null and (is_moved or not is_public)
        ),
        gone as (select * from wanted where base_id is null and is_public),
        written as (
            insert into entry_version (tenant_id, entry_id, version, title, content, created_at, author, reason,
                                       below_tenant_id, below_entry_id, below_version)
            select tenant_id, id, latest_version + 1,
                   case when parts ? 'title' then content -> 'content' ->> 'title' else title end,
                   content, moment, short_name, 'base', base_tenant_id, base_id, base_version
            from moved
        ),
        pointed as (
            update entry
            set latest_version = entry.latest_version + 1, published_version = entry.latest_version + 1, rests = false,
                pointed_at = moved.moment,
                title = case when parts ? 'title' then entry.title else moved.title end,
                sort_key = case when parts ? 'title' then entry.sort_key else moved.sort_key end,
                life_situations = case when parts ? 'life_situations' then entry.life_situations else moved.life_situations end,
                unit_name = case when parts ? 'unit' then entry.unit_name else moved.unit_name end,
                valid_from = case when parts ? 'validity' then entry.valid_from else moved.valid_from end,
                valid_until = case when parts ? 'validity' then entry.valid_until else moved.valid_until end
            from moved where entry.tenant_id = moved.tenant_id and entry.id = moved.id
        ),
        rested as (
            update entry set published_version = null, rests = true, pointed_at = now()
            from gone where entry.tenant_id = gone.tenant_id and entry.id = gone.id
        ),
        told as (
            insert into knowledge_task (tenant_id, entry_id, kind, since_version, opened_at)
            select tenant_id, id, 'base_changed', latest_version, moment from moved where is_moved
            union all
            select tenant_id, id, 'base_withdrawn', latest_version, now() from gone
            on conflict (tenant_id, entry_id, kind) where closed_at is null
                do update set moves = knowledge_task.moves + 1, opened_at = excluded.opened_at
        ),
        over as (
            update knowledge_task task set closed_at = moved.moment, outcome = 'over'
            from moved
            where task.tenant_id = moved.tenant_id and task.entry_id = moved.id and task.kind = 'base_withdrawn'
              and task.closed_at is null
        )
        insert into entry_change (tenant_id, entry_id)
        select tenant_id, id from moved union all select tenant_id, id from gone;
    end if;
    perform set_config('ortsgespraech.system', system, true);
    return null;
end $$;
create trigger follow_bases after insert on entry_change
    referencing new table as added for each statement execute function follow_bases();

-- Whom a town reads decides what its adaptations stand on; looked at once, when the transaction ends.
create function follow_relations() returns trigger
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
    reader int := coalesce(new.tenant_id, old.tenant_id);
begin
    perform set_config('ortsgespraech.system', 'on', true);
    insert into entry_change (tenant_id, entry_id)
    select entry.tenant_id, entry.id from entry
    where base_entry_id is not null
      and exists (select from knowledge_sources(entry.tenant_id) source where source.tenant_id = reader);
    perform set_config('ortsgespraech.system', system, true);
    return null;
end $$;
create constraint trigger follow_relations after insert or update or delete on knowledge_base
    deferrable initially deferred for each row execute function follow_relations();

-- What a town's search learned about an entry holds for its adaptation as long as that one is public. Forgotten lessons
-- stay for a day with weight 0, so that every server notices.
create function move_lessons() returns trigger
language plpgsql as $$
begin
    insert into learned (tenant_id, words, entry_tenant_id, entry_id, weight, answered_on)
    select distinct on (words) new.tenant_id, words,
           case when new.published_version is null then new.base_tenant_id else new.tenant_id end,
           case when new.published_version is null then new.base_entry_id else new.id end, weight, answered_on
    from learned
    where tenant_id = new.tenant_id and weight > 0
      and (entry_id = new.id or entry_id = new.base_entry_id
           or entry_id in (select id from entry where base_entry_id = new.base_entry_id))
    order by words, weight desc
    on conflict (tenant_id, words, entry_tenant_id, entry_id) do update
        set weight = greatest(learned.weight, excluded.weight), answered_on = greatest(learned.answered_on, excluded.answered_on),
            xact = pg_current_xact_id();
    update learned set weight = 0, xact = pg_current_xact_id()
    where tenant_id = new.tenant_id and weight > 0
      and entry_id <> case when new.published_version is null then new.base_entry_id else new.id end
      and (entry_id = new.id or entry_id = new.base_entry_id
           or entry_id in (select id from entry where base_entry_id = new.base_entry_id));
    return null;
end $$;
create trigger move_lessons after update of published_version on entry
    for each row when (new.base_entry_id is not null
                       and (old.published_version is null) <> (new.published_version is null))
    execute function move_lessons();

-- The working text beside the public one. Every saving is a revision, so that two people can be brought together; all are
-- deleted when the text is published or thrown away.
create table entry_draft (
    tenant_id int not null,
    entry_id bigint not null,
    -- The version it began with; 0: none yet.
    based_on int not null,
    -- The last saving.
    revision bigint not null,
    state text not null default 'draft' check (state in ('draft', 'review', 'returned', 'approved')),
    -- When an approved text becomes public.
    release_at timestamptz,
    note text check (length(note) <= 500),
    asked_at timestamptz,
    reviewed_by bigint references account on delete set null,
    reviewer text,
    changed_at timestamptz not null,
    primary key (tenant_id, entry_id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade,
    check ((state = 'approved') = (release_at is not null))
);
create index entry_draft_due on entry_draft (release_at) where release_at is not null;
-- Numbers of revisions are never used twice, so that a form that was left open is not taken for another one.
create sequence draft_revision as bigint;
create table entry_draft_revision (
    tenant_id int not null,
    entry_id bigint not null,
    revision bigint not null,
    content jsonb not null,
    saved_at timestamptz not null,
    account_id bigint references account on delete set null,
    author text not null,
    primary key (tenant_id, entry_id, revision),
    foreign key (tenant_id, entry_id) references entry_draft (tenant_id, entry_id) on delete cascade
);
call protect_by_tenant('entry_draft');
call protect_by_tenant('entry_draft_revision');

-- How a tenant works on its texts; without a row: one person is enough.
create table editorial (
    tenant_id int primary key references tenant on delete cascade,
    requires_review boolean not null,
    version int not null default 1
);
call protect_by_tenant('editorial');

-- Who reads an entry: every town that takes it over, and whether it says something otherwise. The owner may know that,
-- though the towns' rows are not its own.
create function entry_readers(of_tenant int, of_entry bigint)
returns table (short_name text, kind text, adapts boolean)
language plpgsql as $$
declare
    system text := coalesce(current_setting('ortsgespraech.system', true), '');
begin
    perform set_config('ortsgespraech.system', 'on', true);
    return query
    select tenant.short_name, tenant.kind, own.id is not null
    from entry
    join tenant on tenant.kind <> 'intake' and tenant.id <> of_tenant
    join lateral knowledge_sources(tenant.id) source on source.tenant_id = entry.tenant_id
         and (source.topics is null or source.topics && entry.life_situations)
    left join entry own on own.tenant_id = tenant.id and own.base_entry_id = coalesce(entry.base_entry_id, entry.id)
         and own.published_version is not null
    where entry.tenant_id = of_tenant and entry.id = of_entry
    order by tenant.short_name;
    perform set_config('ortsgespraech.system', system, true);
end $$;
