//! A row of `appointment_shown` becomes an appointment.

use chrono::{DateTime, Utc};

use crate::appointments::{Appointment, Channel, Contact, State};
use crate::ids::{AccountId, AppointmentId, AppointmentTypeId, CallId, ResourceId, TenantId, UnitId};

#[derive(Debug)]
pub struct Row {
    pub tenant: TenantId,
    pub id: AppointmentId,
    pub unit: UnitId,
    pub kind: AppointmentTypeId,
    pub resource: Option<ResourceId>,
    pub type_name: String,
    pub documents: String,
    pub unit_name: String,
    pub unit_mail: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub city: Option<String>,
    pub room: Option<String>,
    pub resource_name: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub state: String,
    pub hold_until: Option<DateTime<Utc>>,
    pub reference: String,
    pub check_hash: Option<Vec<u8>>,
    pub channel: Option<String>,
    pub uid: String,
    pub sequence: i32,
    pub remote_id: Option<String>,
    pub remote_key: Option<String>,
    pub cancel_reason: Option<String>,
    pub held_by: Option<AccountId>,
    pub call: Option<CallId>,
    pub replaces: Option<AppointmentId>,
    pub contact_name: Option<String>,
    pub contact_mail: Option<String>,
    pub contact_address: Option<String>,
    pub contact_phone: Option<String>,
    pub contact_days: i32,
    pub version: i32,
}

impl From<Row> for Appointment {
    fn from(row: Row) -> Self {
        let place = place(&row);
        let contact = Contact {
            name: row.contact_name,
            mail: row.contact_mail,
            address: row.contact_address,
            phone: row.contact_phone,
        };
        Self {
            tenant: row.tenant,
            id: row.id,
            unit: row.unit,
            kind: row.kind,
            resource: row.resource,
            type_name: row.type_name,
            documents: row.documents,
            unit_name: row.unit_name,
            unit_mail: row.unit_mail,
            place,
            resource_name: row.resource_name,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            state: State::parse(&row.state).unwrap_or(State::Cancelled),
            hold_until: row.hold_until,
            reference: row.reference,
            check_hash: row.check_hash,
            channel: row.channel.as_deref().and_then(Channel::parse),
            uid: row.uid,
            sequence: row.sequence,
            remote_id: row.remote_id,
            remote_key: row.remote_key,
            cancel_reason: row.cancel_reason,
            held_by: row.held_by,
            call: row.call,
            replaces: row.replaces,
            contact,
            contact_days: row.contact_days,
            version: row.version,
        }
    }
}

/// "Markt 1, 50667 Musterstadt, Zimmer 3": the same words as of the office itself.
fn place(row: &Row) -> String {
    let unit = crate::directory::Unit {
        street: row.street.clone(),
        postcode: row.postcode.clone(),
        city: row.city.clone(),
        room: row.room.clone(),
        ..crate::directory::Unit::default()
    };
    unit.address()
}

/// The columns of a row, with the condition and order given.
macro_rules! select_appointments {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            $crate::appointments::store::row::Row,
            r#"select tenant_id as "tenant!: TenantId", id as "id!: AppointmentId", unit_id as "unit!: UnitId",
                      type_id as "kind!: AppointmentTypeId", resource_id as "resource: ResourceId",
                      type_name as "type_name!", documents as "documents!", unit_name as "unit_name!", unit_mail,
                      street, postcode, city, room, resource_name, starts_at as "starts_at!", ends_at as "ends_at!",
                      state as "state!", hold_until, reference as "reference!", check_hash, channel, uid as "uid!",
                      sequence as "sequence!", remote_id, remote_key, cancel_reason, held_by as "held_by: AccountId",
                      call_id as "call: CallId", replaces as "replaces: AppointmentId", contact_name, contact_mail, contact_address, contact_phone,
                      contact_days as "contact_days!", version as "version!"
               from appointment_shown "# + $rest,
            $($argument),*
        )
    };
}
pub(super) use select_appointments;
