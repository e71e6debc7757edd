//! Where appointments are kept, how they stand, and how callers hear of them once more.

/// Where the appointments of an office are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum System {
    #[default]
    Own,
    /// A system of the town's own that speaks as Berlin's ZMS does.
    Zms,
    /// Callers are sent to a page.
    Link,
}

impl System {
    pub const ALL: [Self; 3] = [Self::Own, Self::Zms, Self::Link];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Zms => "zms",
            Self::Link => "link",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Own => "hier, im eigenen Terminbuch",
            Self::Zms => "im Terminsystem der Verwaltung (ZMS-Schnittstelle)",
            Self::Link => "nur über eine Internetseite",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Held,
    Booked,
    Cancelled,
    Moved,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Booked, Self::Held, Self::Cancelled, Self::Moved];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Moved => "moved",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Held => "vorgemerkt",
            Self::Booked => "gebucht",
            Self::Cancelled => "abgesagt",
            Self::Moved => "verlegt",
        }
    }

    /// For `data-state`.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Held => "info",
            Self::Booked => "good",
            Self::Cancelled => "bad",
            Self::Moved => "off",
        }
    }
}

/// How the caller hears of it once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    None,
    Mail,
    Letter,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::None, Self::Mail, Self::Letter];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mail => "mail",
            Self::Letter => "letter",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::None => "nicht nötig",
            Self::Mail => "per E-Mail",
            Self::Letter => "per Brief",
        }
    }
}
