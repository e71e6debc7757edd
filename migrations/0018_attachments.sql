-- Files of entries, and the door through which a town lets everybody read.

create table attachment (
    tenant_id int not null references tenant,
    id bigint generated always as identity unique,
    entry_id bigint not null,
    -- What the link says; the file's own name is what a download is called.
    label text not null check (label <> '' and length(label) <= 120),
    file_name text not null check (file_name <> '' and length(file_name) <= 120),
    media_type text not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg')),
    size int not null check (size between 1 and 10485760),
    sha256 bytea not null check (length(sha256) = 32),
    -- For agents only, never public.
    internal boolean not null,
    created_at timestamptz not null,
    created_by text not null,
    -- Kept for a while, so that removing it can be taken back.
    removed_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, entry_id) references entry (tenant_id, id) on delete cascade
);
create index attachment_by_entry on attachment (tenant_id, entry_id);
create index attachment_removed on attachment (removed_at) where removed_at is not null;

-- Apart from what lists read.
create table attachment_content (
    tenant_id int not null,
    attachment_id bigint not null,
    bytes bytea not null,
    primary key (tenant_id, attachment_id),
    foreign key (tenant_id, attachment_id) references attachment (tenant_id, id) on delete cascade
);
alter table attachment_content alter column bytes set storage external;

call protect_knowledge('attachment');
call protect_knowledge('attachment_content');

-- A row means that the town's knowledge is open to everybody; without one it is not.
create table public_door (
    tenant_id int primary key references tenant,
    opened_at timestamptz not null,
    opened_by text not null
);
call protect_by_tenant('public_door');

-- Entries that a tenant keeps to the people at the telephone: its own from every door, those of others from its own door.
create table public_exclusion (
    tenant_id int not null references tenant,
    entry_id bigint not null references entry (id) on delete cascade,
    excluded_at timestamptz not null,
    excluded_by text not null,
    primary key (tenant_id, entry_id)
);
call protect_knowledge('public_exclusion');
