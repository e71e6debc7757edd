//! A person or a function of an office.

use chrono::{DateTime, Utc};

use super::Hold;
use crate::ids::{ContactId, TenantId, UnitId};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub tenant: TenantId,
    pub id: ContactId,
    pub unit: UnitId,
    /// "Frau Yilmaz", "Kasse".
    pub name: String,
    pub task: Option<String>,
    pub room: Option<String>,
    pub phone: Option<String>,
    pub mail: Option<String>,
    pub languages: Vec<String>,
    pub deputy: Option<ContactId>,
    pub hold: Option<Hold>,
    pub position: i32,
    pub archived_at: Option<DateTime<Utc>>,
    pub version: i32,
}
