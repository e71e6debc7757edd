//! Typed keys: the compiler keeps a tenant's number from being taken for an account's.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A town, the Kreis, a Jobcenter; also Land and Bund as bearers of knowledge.
    TenantId(i32)
);
id!(
    /// A person who signs in.
    AccountId(i64)
);
id!(
    /// A dialled number.
    LineId(i64)
);
id!(
    /// An office that a call can be connected to.
    UnitId(i64)
);
id!(
    /// A knowledge entry.
    EntryId(i64)
);
id!(
    /// Something that an editor has to look at.
    KnowledgeTaskId(i64)
);
id!(
    /// What holds for a while.
    BulletinId(i64)
);
id!(
    /// A file of an entry.
    AttachmentId(i64)
);
id!(
    /// A call, unique across tenants and months.
    CallId(i64)
);
id!(
    /// A telephone system, or whatever else tells about calls.
    SourceId(i32)
);
id!(
    /// A telephone at which an agent sits.
    SeatId(i32)
);
id!(
    /// What agents missed in the knowledge, grouped.
    GapId(i64)
);
id!(
    /// Something that was promised to somebody, or that somebody complained about.
    CaseId(i64)
);
id!(
    /// What an office gives appointments for.
    AppointmentTypeId(i64)
);
id!(
    /// A counter, a room, a person.
    ResourceId(i64)
);
id!(
    /// When appointments are given.
    PatternId(i64)
);
id!(
    /// Somebody comes at a time.
    AppointmentId(i64)
);
id!(
    /// A person or a function of an office.
    ContactId(i64)
);
id!(
    /// Who is responsible for what.
    RuleId(i64)
);
id!(
    /// A call that was connected to an office.
    TransferId(i64)
);
