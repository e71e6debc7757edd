//! The second navigation: the areas of one tenant, and of the center as a whole.

use crate::access::{Permission, TenantAccess};

/// Head of a page within one tenant or within the center; `web/_places.html` shows it.
#[derive(Debug, Clone)]
pub struct Places {
    /// "Stadt A", "Betrieb".
    pub title: String,
    pub above: Option<(&'static str, &'static str)>,
    /// Colour and shape of the tenant.
    pub mark: Option<(String, String)>,
    /// Each with its links; a single group needs no name.
    pub groups: Vec<PlaceGroup>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceGroup {
    pub label: &'static str,
    pub links: Vec<PlaceLink>,
}

impl PlaceGroup {
    /// A single group, without a name.
    pub fn only(links: Vec<PlaceLink>) -> Vec<Self> {
        vec![Self { label: "", links }]
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceLink {
    pub label: &'static str,
    pub url: String,
    pub current: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantPlace {
    Profile,
    Relations,
    Lines,
    Greetings,
    Hours,
    Answering,
    ClosingDays,
    Service,
    Mails,
    People,
    Audit,
}

impl TenantPlace {
    const ALL: [Self; 11] = [
        Self::Profile,
        Self::Relations,
        Self::Lines,
        Self::Greetings,
        Self::Hours,
        Self::Answering,
        Self::ClosingDays,
        Self::Service,
        Self::Mails,
        Self::People,
        Self::Audit,
    ];
    /// What the reserved intake tenant has: the lines that towns share.
    const SHARED: [Self; 4] = [Self::Lines, Self::Greetings, Self::Hours, Self::ClosingDays];

    fn label(self) -> &'static str {
        match self {
            Self::Profile => "Profil",
            Self::Relations => "Beziehungen",
            Self::Lines => "Rufnummern",
            Self::Greetings => "Begrüßungen",
            Self::Hours => "Servicezeiten",
            Self::Answering => "Wer nimmt zuerst ab",
            Self::ClosingDays => "Schließtage",
            Self::Service => "Leistungsspektrum",
            Self::Mails => "E-Mails",
            Self::People => "Personen",
            Self::Audit => "Protokoll",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Relations => "relations",
            Self::Lines => "lines",
            Self::Greetings => "greetings",
            Self::Hours => "hours",
            Self::Answering => "answering",
            Self::ClosingDays => "closing-days",
            Self::Service => "service",
            Self::Mails => "mails",
            Self::People => "people",
            Self::Audit => "audit",
        }
    }

    fn permission(self) -> Permission {
        match self {
            Self::Relations => Permission::ManageCenter,
            Self::People => Permission::ManagePeople,
            Self::Audit => Permission::ReadAudit,
            _ => Permission::ManageTenant,
        }
    }

    pub fn url(self, tenant: &TenantAccess) -> String {
        format!("/tenants/{}/{}", tenant.slug, self.path())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CenterPlace {
    Tenants,
    Team,
    Tokens,
    Telephony,
    Unassigned,
    Mail,
    Audit,
    Name,
}

impl CenterPlace {
    const ALL: [Self; 8] = [
        Self::Tenants,
        Self::Team,
        Self::Telephony,
        Self::Unassigned,
        Self::Tokens,
        Self::Mail,
        Self::Audit,
        Self::Name,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Tenants => "Mandanten",
            Self::Team => "Team",
            Self::Telephony => "Telefonanlagen",
            Self::Unassigned => "Nicht zugeordnete Anrufe",
            Self::Mail => "E-Mails",
            Self::Tokens => "Zugänge für Programme",
            Self::Audit => "Protokoll",
            Self::Name => "ServiceCenter",
        }
    }

    pub fn url(self) -> &'static str {
        match self {
            Self::Tenants => "/center",
            Self::Team => "/center/team",
            Self::Telephony => "/telephony",
            Self::Unassigned => "/telephony/unassigned",
            Self::Mail => "/center/mail",
            Self::Tokens => "/center/tokens",
            Self::Audit => "/center/audit",
            Self::Name => "/center/name",
        }
    }
}

impl Places {
    pub fn of_tenant(tenant: &TenantAccess, here: TenantPlace) -> Self {
        let offered = if tenant.is_intake() { &TenantPlace::SHARED[..] } else { &TenantPlace::ALL };
        let links = offered.iter().filter(|place| tenant.may(place.permission())).map(|place| PlaceLink {
            label: place.label(),
            url: place.url(tenant),
            current: *place == here,
        });
        Self {
            title: if tenant.is_intake() { "Gemeinsame Rufnummern".to_owned() } else { tenant.name.clone() },
            above: Some(if tenant.is_intake() { ("Betrieb", "/center") } else { ("Mandanten", "/tenants") }),
            mark: (!tenant.is_intake()).then(|| (tenant.accent.clone(), tenant.shape.clone())),
            groups: PlaceGroup::only(links.collect()),
        }
    }

    pub fn of_center(here: CenterPlace) -> Self {
        let link = |place: CenterPlace| PlaceLink {
            label: place.label(),
            url: place.url().to_owned(),
            current: place == here,
        };
        let mut links: Vec<_> = CenterPlace::ALL.into_iter().map(link).collect();
        let shared =
            PlaceLink { label: "Gemeinsame Rufnummern", url: "/tenants/intake/lines".to_owned(), current: false };
        links.insert(1, shared);
        Self { title: "Betrieb".to_owned(), above: None, mark: None, groups: PlaceGroup::only(links) }
    }
}
