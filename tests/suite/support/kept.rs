//! What keeps a town's entries true, in rows of the tests' own.

/// Everything that keeps the town's entry true, and what the center may say for it.
pub const KEEPING: [&str; 9] = [
    "insert into keeping_rule (tenant_id, interval_months) select $1, 6 where $2 <> ''",
    "insert into entry_keeping (tenant_id, entry_id, owner_id)
     select $1, id, (select account_id from account_role where tenant_id = $1 and role = 'editor')
     from entry where tenant_id = $1 and external_id = $2",
    "insert into entry_check (tenant_id, entry_id, batch, checked_at, checked_by)
     select $1, id, nextval('entry_check_batch'), now() - interval '8 months', $2
     from entry where tenant_id = $1 and external_id = $2",
    "insert into owner_change (tenant_id, batch, entry_id, version, account_id, changed_at)
     select $1, batch, entry_id, 1, (select account_id from account_role where tenant_id = $1 and role = 'editor'), now()
     from entry_check where tenant_id = $1 and checked_by = $2",
    "insert into keeping_reminder (tenant_id, entry_id, kind, for_day, owner_id, reminded_at)
     select $1, id, 'due', '2026-01-01', (select account_id from account_role where tenant_id = $1 and role = 'editor'), now()
     from entry where tenant_id = $1 and external_id = $2",
    "insert into entry_use (tenant_id, entry_id, shown, judged, unanswered, counted_at)
     select $1, id, 9, 8, 4, now() from entry where tenant_id = $1 and external_id = $2",
    "insert into link_check (tenant_id, entry_id, url, failing_since, reason, checked_at)
     select $1, id, 'https://example.org/antrag', now(), $2, now() from entry where tenant_id = $1 and external_id = $2",
    "insert into service_scope (tenant_id, topic, stage, level)
     select $1, topic, 2, 'basic' from unnest(array[$2, '*']) topic",
    "insert into agreement_stage (tenant_id, valid_from, stage) select $1, '2026-01-01', 2 where $2 <> ''",
];
