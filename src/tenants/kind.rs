//! What a tenant is, and the marks that tell it apart on the screen.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Kreis,
    Stadt,
    Gemeinde,
    Jobcenter,
    /// Land and Bund carry knowledge only: nobody calls them here.
    Land,
    Bund,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Kreis, Self::Stadt, Self::Gemeinde, Self::Jobcenter, Self::Land, Self::Bund];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kreis => "kreis",
            Self::Stadt => "stadt",
            Self::Gemeinde => "gemeinde",
            Self::Jobcenter => "jobcenter",
            Self::Land => "land",
            Self::Bund => "bund",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Kreis => "Kreis",
            Self::Stadt => "Stadt",
            Self::Gemeinde => "Gemeinde",
            Self::Jobcenter => "Jobcenter",
            Self::Land => "Land (nur Wissen)",
            Self::Bund => "Bund (nur Wissen)",
        }
    }

    pub fn takes_calls(self) -> bool {
        !matches!(self, Self::Land | Self::Bund)
    }
}

/// Colours of a town, by the names of the style sheet.
pub const ACCENTS: [(&str, &str); 12] = [
    ("wine", "Weinrot"),
    ("brick", "Ziegel"),
    ("amber", "Bernstein"),
    ("olive", "Olive"),
    ("leaf", "Laub"),
    ("fir", "Tanne"),
    ("petrol", "Petrol"),
    ("sky", "Himmel"),
    ("cobalt", "Kobalt"),
    ("violet", "Veilchen"),
    ("plum", "Pflaume"),
    ("slate", "Schiefer"),
];

/// Shapes of a town, by the names of the style sheet.
pub const SHAPES: [(&str, &str); 8] = [
    ("circle", "Kreis"),
    ("square", "Quadrat"),
    ("diamond", "Raute"),
    ("triangle", "Dreieck"),
    ("hexagon", "Sechseck"),
    ("star", "Stern"),
    ("cross", "Kreuz"),
    ("drop", "Tropfen"),
];
