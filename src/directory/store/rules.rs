//! SQL on `responsibility`.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use crate::directory::{Initials, Narrowing, Rule, Side, StreetPart, Subject};
use crate::ids::{ContactId, EntryId, RuleId, TenantId, UnitId};

/// All of a tenant that are not deleted; `subjects` leaves out those about anything else.
pub async fn list_rules(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    subjects: Option<&[Subject]>,
) -> sqlx::Result<Vec<Rule>> {
    let of = |pick: fn(&Subject) -> Option<i64>| subjects.map(|all| all.iter().filter_map(pick).collect::<Vec<_>>());
    let situations = subjects.map(|all| all.iter().filter_map(Subject::situation).collect::<Vec<_>>());
    let wanted = Wanted {
        entries: of(|subject| if let Subject::Entry(_, entry) = subject { Some(entry.0) } else { None }),
        within: of(|subject| if let Subject::Within(unit) = subject { Some(unit.0) } else { None }),
        situations,
        one: None,
    };
    select_rules(db, tenant, wanted).await
}

/// Also a deleted one.
pub async fn find_rule(db: impl PgExecutor<'_>, tenant: TenantId, rule: RuleId) -> sqlx::Result<Option<Rule>> {
    let wanted = Wanted { one: Some(rule), ..Wanted::default() };
    Ok(select_rules(db, tenant, wanted).await?.pop())
}

#[derive(Default)]
struct Wanted {
    entries: Option<Vec<i64>>,
    within: Option<Vec<i64>>,
    situations: Option<Vec<String>>,
    one: Option<RuleId>,
}

struct Row {
    tenant: TenantId,
    id: RuleId,
    topic_tenant: Option<TenantId>,
    topic_entry: Option<EntryId>,
    life_situation: Option<String>,
    within: Option<UnitId>,
    street: Option<String>,
    street_key: Option<String>,
    number_from: Option<i32>,
    number_to: Option<i32>,
    side: Option<String>,
    district: Option<String>,
    initial_from: Option<String>,
    initial_to: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
    unit: UnitId,
    contact: Option<ContactId>,
    version: i32,
    deleted_at: Option<DateTime<Utc>>,
}

async fn select_rules(db: impl PgExecutor<'_>, tenant: TenantId, wanted: Wanted) -> sqlx::Result<Vec<Rule>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select tenant_id as "tenant: TenantId", id as "id: RuleId", topic_tenant_id as "topic_tenant: TenantId",
                  topic_entry_id as "topic_entry: EntryId", life_situation, within_unit_id as "within: UnitId", street,
                  street_key, number_from, number_to, side, district, initial_from, initial_to, valid_from, valid_until,
                  unit_id as "unit: UnitId", contact_id as "contact: ContactId", version, deleted_at
           from responsibility
           where tenant_id = $1 and (deleted_at is null or id = $2) and ($2::bigint is null or id = $2)
             and ($3::bigint[] is null or topic_entry_id = any ($3) or life_situation = any ($4)
                  or within_unit_id = any ($5))
           order by id"#,
        tenant as TenantId,
        wanted.one as Option<RuleId>,
        wanted.entries.as_deref(),
        wanted.situations.as_deref(),
        wanted.within.as_deref(),
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(Row::rule).collect())
}

impl Row {
    fn rule(self) -> Option<Rule> {
        let subject = match (self.topic_tenant.zip(self.topic_entry), self.within) {
            (Some((tenant, entry)), _) => Subject::Entry(tenant, entry),
            (None, Some(unit)) => Subject::Within(unit),
            (None, None) => Subject::Situation(self.life_situation.clone()?),
        };
        Some(Rule {
            tenant: self.tenant,
            id: self.id,
            subject,
            narrowing: self.narrowing()?,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            unit: self.unit,
            contact: self.contact,
            version: self.version,
            deleted_at: self.deleted_at,
        })
    }

    fn narrowing(&self) -> Option<Narrowing> {
        let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
        if let (Some(street), Some(key)) = (&self.street, &self.street_key) {
            return Some(Narrowing::Street(StreetPart {
                street: street.clone(),
                key: key.clone(),
                from: number(self.number_from),
                to: number(self.number_to),
                side: self.side.as_deref().and_then(Side::parse).unwrap_or_default(),
            }));
        }
        if let Some(district) = &self.district {
            return Some(Narrowing::District(district.clone()));
        }
        match (&self.initial_from, &self.initial_to) {
            (Some(from), Some(to)) => Initials::new(from, to).map(Narrowing::Initials),
            _ => Some(Narrowing::All),
        }
    }
}

/// A rule in the columns of the table.
struct Columns<'a> {
    topic: Option<(TenantId, EntryId)>,
    situation: Option<&'a str>,
    within: Option<UnitId>,
    part: Option<&'a StreetPart>,
    district: Option<&'a str>,
    initials: Option<&'a Initials>,
}

impl<'a> Columns<'a> {
    fn of(rule: &'a Rule) -> Self {
        let mut columns =
            Self { topic: None, situation: None, within: None, part: None, district: None, initials: None };
        match &rule.subject {
            Subject::Entry(tenant, entry) => columns.topic = Some((*tenant, *entry)),
            Subject::Situation(situation) => columns.situation = Some(situation),
            Subject::Within(unit) => columns.within = Some(*unit),
        }
        match &rule.narrowing {
            Narrowing::All => {}
            Narrowing::Street(part) => columns.part = Some(part),
            Narrowing::District(district) => columns.district = Some(district),
            Narrowing::Initials(initials) => columns.initials = Some(initials),
        }
        columns
    }

    fn number(&self, pick: fn(&StreetPart) -> Option<u32>) -> Option<i32> {
        self.part.and_then(pick).and_then(|number| i32::try_from(number).ok())
    }
}

/// The id and version of `rule` are not looked at.
pub async fn insert_rule(db: impl PgExecutor<'_>, rule: &Rule) -> sqlx::Result<RuleId> {
    let columns = Columns::of(rule);
    sqlx::query_scalar!(
        r#"insert into responsibility (tenant_id, topic_tenant_id, topic_entry_id, life_situation, within_unit_id, narrows,
                                       street, street_key, number_from, number_to, side, district, initial_from,
                                       initial_to, valid_from, valid_until, unit_id, contact_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
           returning id as "id: RuleId""#,
        rule.tenant as TenantId,
        columns.topic.map(|topic| topic.0) as Option<TenantId>,
        columns.topic.map(|topic| topic.1) as Option<EntryId>,
        columns.situation,
        columns.within as Option<UnitId>,
        rule.narrowing.as_str(),
        columns.part.map(|part| part.street.as_str()),
        columns.part.map(|part| part.key.as_str()),
        columns.number(|part| part.from),
        columns.number(|part| part.to),
        columns.part.map(|part| part.side.as_str()),
        columns.district,
        columns.initials.map(|initials| initials.from.as_str()),
        columns.initials.map(|initials| initials.to.as_str()),
        rule.valid_from,
        rule.valid_until,
        rule.unit as UnitId,
        rule.contact as Option<ContactId>,
    )
    .fetch_one(db)
    .await
}

/// False: somebody else was faster.
pub async fn update_rule(db: impl PgExecutor<'_>, rule: &Rule) -> sqlx::Result<bool> {
    let columns = Columns::of(rule);
    let done = sqlx::query!(
        "update responsibility set topic_tenant_id = $4, topic_entry_id = $5, life_situation = $6, within_unit_id = $7,
                narrows = $8, street = $9, street_key = $10, number_from = $11, number_to = $12, side = $13,
                district = $14, initial_from = $15, initial_to = $16, valid_from = $17, valid_until = $18, unit_id = $19,
                contact_id = $20, version = version + 1
         where tenant_id = $1 and id = $2 and version = $3 and deleted_at is null",
        rule.tenant as TenantId,
        rule.id as RuleId,
        rule.version,
        columns.topic.map(|topic| topic.0) as Option<TenantId>,
        columns.topic.map(|topic| topic.1) as Option<EntryId>,
        columns.situation,
        columns.within as Option<UnitId>,
        rule.narrowing.as_str(),
        columns.part.map(|part| part.street.as_str()),
        columns.part.map(|part| part.key.as_str()),
        columns.number(|part| part.from),
        columns.number(|part| part.to),
        columns.part.map(|part| part.side.as_str()),
        columns.district,
        columns.initials.map(|initials| initials.from.as_str()),
        columns.initials.map(|initials| initials.to.as_str()),
        rule.valid_from,
        rule.valid_until,
        rule.unit as UnitId,
        rule.contact as Option<ContactId>,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deleted, or with None there again.
pub async fn delete_rule(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    rule: RuleId,
    at: Option<DateTime<Utc>>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update responsibility set deleted_at = $3, version = version + 1
         where tenant_id = $1 and id = $2 and (deleted_at is null) = ($3::timestamptz is not null)",
        tenant as TenantId,
        rule as RuleId,
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
