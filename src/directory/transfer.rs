//! What became of a transfer.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Told {
    Reached,
    Missed,
    /// The caller was back on the line.
    Returned,
    Busy,
}

impl Told {
    /// In the order of their keys, 1 to 4.
    pub const ALL: [Self; 4] = [Self::Reached, Self::Missed, Self::Returned, Self::Busy];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Missed => "missed",
            Self::Returned => "returned",
            Self::Busy => "busy",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|told| told.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Reached => "erreicht",
            Self::Missed => "nicht erreicht",
            Self::Returned => "zurückgekommen",
            Self::Busy => "besetzt",
        }
    }

    pub fn state(self) -> &'static str {
        match self {
            Self::Reached => "good",
            Self::Missed | Self::Returned => "bad",
            Self::Busy => "warn",
        }
    }

    /// What a telephone system says of a transfer. None: it says only that it has put the call through, or nothing.
    pub fn of_exchange(kind: Option<&str>, result: Option<&str>) -> Option<Self> {
        let result: String = result?.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
        let is_attended = kind == Some("attended");
        match result.as_str() {
            "answered" | "answer" | "connected" => Some(Self::Reached),
            // Put through blindly, nobody knows whether it was answered.
            "success" | "ok" => is_attended.then_some(Self::Reached),
            "busy" | "userbusy" => Some(Self::Busy),
            "returned" | "back" | "recalled" | "recall" => Some(Self::Returned),
            "fail" | "failed" | "invalid" | "noanswer" | "cancel" | "cancelled" | "congestion" | "notfound"
            | "unavailable" | "chanunavail" | "rejected" | "timeout" => Some(Self::Missed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchange_tells_what_it_knows() {
        let told = |kind, result| Told::of_exchange(Some(kind), result);
        assert_eq!(told("blind", Some("Success")), None, "put through is not answered");
        assert_eq!(told("attended", Some("Success")), Some(Told::Reached));
        assert_eq!(told("blind", Some("BUSY")), Some(Told::Busy));
        assert_eq!(told("blind", Some("no-answer")), Some(Told::Missed));
        assert_eq!(told("blind", Some("answered")), Some(Told::Reached));
        assert_eq!(told("blind", None), None);
        assert_eq!(told("blind", Some("sonstwas")), None);
    }
}
