//! What we ask a telephone system to do.

/// Fields in their order; the first one is the action's name.
#[derive(Clone, PartialEq, Eq)]
pub struct Action {
    name: &'static str,
    fields: Vec<(&'static str, String)>,
}

/// Without values: one of them may be the secret.
impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Action({})", self.name)
    }
}

impl Action {
    pub fn new(name: &'static str, id: impl Into<String>) -> Self {
        Self { name, fields: Vec::new() }.with("ActionID", id)
    }

    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((key, value.into()));
        self
    }

    #[must_use]
    pub fn with_some(self, key: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| *found == key).map(|(_, value)| value.as_str())
    }

    /// A line end in a value would begin a field, or an action, that nobody here wrote.
    pub(super) fn to_lines(&self) -> String {
        let mut lines = format!("Action: {}\r\n", self.name);
        for (key, value) in &self.fields {
            let value = value.replace(|sign: char| sign.is_control(), " ");
            lines.extend([key, ": ", &value, "\r\n"]);
        }
        lines.push_str("\r\n");
        lines
    }
}
