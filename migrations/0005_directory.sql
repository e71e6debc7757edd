-- Offices of a tenant that a call can be connected to.

create table unit (
    tenant_id int not null references tenant,
    id bigint generated always as identity,
    parent_id bigint,
    name text not null check (name <> ''),
    phone text,
    mail text,
    street text,
    postcode text,
    city text,
    room text,
    opening_hours text,
    phone_hours text,
    version int not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, name),
    foreign key (tenant_id, parent_id) references unit (tenant_id, id)
);

-- Read with the knowledge: an inherited entry names the office of its owner.
alter table unit enable row level security;
alter table unit force row level security;
create policy tenant_border on unit using (
    (select scope_is_system()) or tenant_id = any ((select scope_tenants())::int[])
);
create policy knowledge_readers on unit for select using (tenant_id = any ((select scope_knowledge())::int[]));
