//! One message of the manager interface: fields in their order. Architecture invariant: a caller's name gets no further
//! than here.

/// Asterisk's own names for channels and queues are shorter.
const LONGEST_VALUE: usize = 250;

/// Keys may repeat and are written in any case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Message {
    fields: Vec<(String, String)>,
}

/// What a message is shown as in a log: its kind, never what it says about a caller.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, {} fields)", self.event().or(self.response()).unwrap_or("?"), self.fields.len())
    }
}

impl Message {
    /// A line without a colon is no field; names of callers are left out, and so is what no database could keep as a key.
    pub(super) fn push_line(&mut self, line: &str) {
        let Some((key, value)) = line.split_once(':') else { return };
        let key = key.trim();
        if !is_name(key) {
            let value = value.trim().chars().filter(|sign| !sign.is_control()).take(LONGEST_VALUE).collect();
            self.fields.push((key.to_owned(), value));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    pub fn event(&self) -> Option<&str> {
        self.get("Event")
    }

    pub fn response(&self) -> Option<&str> {
        self.get("Response")
    }

    pub fn action_id(&self) -> Option<&str> {
        self.get("ActionID")
    }

    /// The first of its name: a dialplan's own fields stand behind the channel's.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// A value that says something: Asterisk writes out what it does not know.
    pub fn said(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| says_something(value))
    }

    /// How many, or how long.
    pub fn count(&self, key: &str) -> Option<i32> {
        self.get(key)?.parse().ok().filter(|count| *count >= 0)
    }

    /// A channel variable that the telephone system adds to everything it says about a channel.
    pub fn variable<'a>(&'a self, role: &str, name: &str) -> Option<&'a str> {
        let key = format!("{role}ChanVariable");
        let values = self.fields.iter().filter(|(found, _)| found.eq_ignore_ascii_case(&key));
        values
            .filter_map(|(_, value)| value.split_once('='))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .filter(|value| says_something(value))
    }
}

fn says_something(value: &str) -> bool {
    !value.is_empty() && value != "<unknown>" && value != "unknown"
}

fn is_name(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.ends_with("calleridname") || key.ends_with("connectedlinename")
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Message {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(fields: T) -> Self {
        Self { fields: fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect() }
    }
}
