//! What two people did to the same text.

/// What somebody else changed meanwhile in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub field: &'static str,
    pub label: &'static str,
    pub theirs: String,
    pub yours: String,
    /// This person had not touched the field, so the form now has the other's text.
    pub is_taken_over: bool,
}

impl Change {
    pub fn between(field: &'static str, label: &'static str, base: &str, theirs: &str, yours: &str) -> Option<Self> {
        (base != theirs && yours != theirs).then(|| Self {
            field,
            label,
            theirs: theirs.to_owned(),
            yours: yours.to_owned(),
            is_taken_over: yours == base,
        })
    }
}
