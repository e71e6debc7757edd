-- Searches that found nothing, as a town's editors see them: what was asked for and how often. Never who asked, in which
-- call, or anything about a person (search::privacy).

create table search_miss (
    tenant_id int not null references tenant,
    id bigint generated always as identity unique,
    -- As it was typed first, in small letters.
    words text not null check (words <> '' and length(words) <= 200),
    -- The same without umlauts and signs: whatever is spelled otherwise is the same question.
    folded text not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    count int not null default 1 check (count > 0),
    primary key (tenant_id, id),
    unique (tenant_id, folded)
);
-- What nobody asked for any more is deleted by this.
create index search_miss_by_time on search_miss (last_at);

call protect_by_tenant('search_miss');
