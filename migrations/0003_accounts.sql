-- People, what they may do where, and how they prove who they are.

-- What the center calls itself, on every page and before sign-in.
create table center (
    only_row boolean primary key default true check (only_row),
    name text not null check (name <> ''),
    version int not null default 1
);
insert into center (name) values ('Telefon-ServiceCenter');

create table account (
    id bigint generated always as identity primary key,
    email text not null unique check (email = lower(email) and email like '%_@_%'),
    name text not null check (name <> ''),
    -- Null until the invitation is accepted.
    password_hash text,
    disabled_at timestamptz,
    -- How this person works at the desk.
    single_keys boolean not null default true,
    town_sound boolean not null default true,
    greeting text check (greeting <> ''),
    -- One of the center's team: a town's admin sees this person and changes nothing.
    of_center boolean not null default false,
    created_at timestamptz not null,
    version int not null default 1
);

-- A center role without a tenant holds for every tenant of the center: 30 agents x 12 towns are not 360 rows to tend.
create table account_role (
    account_id bigint not null references account on delete cascade,
    role text not null check (role in ('agent', 'supervisor', 'operator', 'editor', 'tenant-admin', 'unit', 'viewer')),
    tenant_id int references tenant,
    unique nulls not distinct (account_id, role, tenant_id),
    check (tenant_id is not null or role in ('agent', 'supervisor', 'operator')),
    -- Who keeps tenants, team and tokens keeps them all.
    check (role <> 'operator' or tenant_id is null)
);

create table account_skill (
    account_id bigint not null references account on delete cascade,
    skill text not null,
    primary key (account_id, skill)
);

-- Server-side sessions. Only the hash of the cookie is kept.
create table session (
    token_hash bytea primary key,
    account_id bigint not null references account on delete cascade,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    browser text not null,
    flash jsonb
);
create index session_by_account on session (account_id);

create table invitation (
    token_hash bytea primary key,
    account_id bigint not null references account on delete cascade,
    created_by bigint references account,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index invitation_by_account on invitation (account_id);

-- Failed sign-ins by account and by network address, both only as hashes.
create table sign_in_throttle (
    key bytea primary key,
    failures int not null,
    first_failure_at timestamptz not null,
    locked_until timestamptz
);

create table api_token (
    id bigint generated always as identity primary key,
    token_hash bytea not null unique,
    label text not null,
    scopes text[] not null check (scopes <> '{}'),
    -- Null: all tenants.
    tenants int[],
    created_at timestamptz not null,
    revoked_at timestamptz
);

-- Rows about a person are seen by the tenants the person works for; the rest is for sign-in alone.
alter table account_role enable row level security;
alter table account_role force row level security;
create policy tenant_border on account_role using (
    (select scope_is_system()) or tenant_id = any ((select scope_tenants())::int[])
);
alter table account enable row level security;
alter table account force row level security;
create policy tenant_border on account using (
    (select scope_is_system())
    or exists (select from account_role r where r.account_id = id and r.tenant_id = any ((select scope_tenants())::int[]))
);
create procedure protect_for_system(relation regclass)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', relation);
    execute format('alter table %s force row level security', relation);
    execute format('create policy system_only on %s using ((select scope_is_system()))', relation);
end $$;
call protect_for_system('center');
call protect_for_system('account_skill');
call protect_for_system('session');
call protect_for_system('invitation');
call protect_for_system('sign_in_throttle');
call protect_for_system('api_token');
