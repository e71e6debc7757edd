//! The demo's tenants with their numbers, hours and greetings. Everything is invented; the numbers come from the blocks that
//! the Bundesnetzagentur keeps free for film and print, so nobody is ever called.

use crate::tenants::Kind;

/// What the center calls itself.
pub const CENTER: &str = "ServiceCenter Kreis Musterland";

pub struct DemoTown {
    pub slug: &'static str,
    pub name: &'static str,
    pub short_name: &'static str,
    pub kind: Kind,
    pub accent: &'static str,
    pub shape: &'static str,
    pub ars: &'static str,
    pub inhabitants: Option<i32>,
    /// The switchboard without extension: where the hyphen stands.
    pub block: &'static str,
    pub postcodes: &'static [&'static str],
    /// Agents may greet in words of their own.
    pub own_greeting: bool,
    /// Life situations taken over from the Kreis; empty: all.
    pub topics: &'static [&'static str],
    /// On these topics somebody else decides.
    pub authorities: &'static [(&'static str, Decides)],
    pub week: Week,
    pub greetings: &'static [DemoGreeting],
    pub lines: &'static [DemoLine],
}

#[derive(Clone, Copy)]
pub enum Decides {
    Tenant(&'static str),
    /// A body that is no tenant here.
    Named(&'static str),
}

/// Opening and closing time of each day from Monday on; the days behind the last are closed.
pub type Week = &'static [(&'static str, &'static str)];

pub struct DemoLine {
    pub number: &'static str,
    pub label: &'static str,
    pub skill: Option<&'static str>,
    /// The external id of the entry that its callers want.
    pub preset: Option<&'static str>,
    /// Empty: the town's week.
    pub week: Week,
    /// Also answered on public holidays and closing days.
    pub never_rests: bool,
    pub greetings: &'static [DemoGreeting],
}

/// While open, at any time or within a window, or while closed.
pub enum DemoGreeting {
    Open(&'static str),
    OpenWithin(&'static str, &'static str, &'static str),
    Closed(&'static str),
}

use DemoGreeting::{Closed, Open, OpenWithin};

const fn line(number: &'static str, label: &'static str) -> DemoLine {
    DemoLine { number, label, skill: None, preset: None, week: &[], never_rests: false, greetings: &[] }
}

pub const TOWNS: [DemoTown; 4] = [
    DemoTown {
        slug: "kreis",
        name: "Kreis Musterland",
        short_name: "Kreis",
        kind: Kind::Kreis,
        accent: "petrol",
        shape: "circle",
        ars: "059990000000",
        inhabitants: Some(312_400),
        block: "+492214710",
        postcodes: &["99901"],
        own_greeting: true,
        topics: &[],
        authorities: &[("Rente", Decides::Named("Deutsche Rentenversicherung"))],
        week: &[("08:00", "17:00"), ("08:00", "17:00"), ("08:00", "17:00"), ("08:00", "18:00"), ("08:00", "13:00")],
        greetings: &[
            Open("Kreisverwaltung Musterland, mein Name ist {name}, {gruss}."),
            Closed(
                "Sie sind mit der Kreisverwaltung Musterland verbunden. Unsere Servicezeit ist montags bis mittwochs von 8 bis 17 Uhr, donnerstags bis 18 Uhr und freitags bis 13 Uhr.",
            ),
        ],
        lines: &[
            line("+492214710100", "Zentrale"),
            DemoLine {
                greetings: &[Open(
                    "Straßenverkehrsamt des Kreises Musterland, mein Name ist {name}, {gruss}. Geht es um den Führerschein oder um ein Fahrzeug?",
                )],
                ..line("+492214710250", "Straßenverkehrsamt")
            },
            line("+492214710650", "Abfallberatung"),
            DemoLine {
                week: &[
                    ("17:00", "20:00"),
                    ("17:00", "20:00"),
                    ("17:00", "20:00"),
                    ("18:00", "20:00"),
                    ("17:00", "20:00"),
                    ("09:00", "18:00"),
                    ("09:00", "18:00"),
                ],
                never_rests: true,
                greetings: &[
                    Open("Bürgertelefon des Kreises Musterland, mein Name ist {name}, {gruss}."),
                    Closed(
                        "Das Bürgertelefon ist abends bis 20 Uhr und am Wochenende von 9 bis 18 Uhr für Sie da. Tagsüber erreichen Sie uns unter 0221 4710-100.",
                    ),
                ],
                ..line("+492214710199", "Bürgertelefon am Abend und Wochenende")
            },
        ],
    },
    DemoTown {
        slug: "stadt-a",
        name: "Stadt A",
        short_name: "Stadt A",
        kind: Kind::Stadt,
        accent: "wine",
        shape: "diamond",
        ars: "059990004004",
        inhabitants: Some(58_200),
        block: "+496990009",
        postcodes: &["99902"],
        own_greeting: true,
        topics: &[],
        authorities: &[
            ("Ausländerrecht", Decides::Tenant("kreis")),
            ("Auto und Führerschein", Decides::Tenant("kreis")),
            ("Gesundheit und Pflege", Decides::Tenant("kreis")),
            ("Rente", Decides::Named("Deutsche Rentenversicherung")),
        ],
        week: &[("08:00", "16:30"), ("08:00", "16:30"), ("08:00", "16:30"), ("08:00", "18:00"), ("08:00", "13:00")],
        greetings: &[
            Open("Bürgerservice der {ort}, mein Name ist {name}, {gruss}."),
            Closed(
                "Sie sind mit der Verwaltung der {ort} verbunden. Sie erreichen uns montags bis mittwochs von 8 bis 16:30 Uhr, donnerstags bis 18 Uhr und freitags bis 13 Uhr.",
            ),
        ],
        lines: &[
            line("+496990009100", "Zentrale"),
            DemoLine {
                greetings: &[
                    OpenWithin(
                        "00:00",
                        "12:00",
                        "Bürgerbüro der {ort}, mein Name ist {name}, {gruss}. Was kann ich für Sie tun?",
                    ),
                    OpenWithin(
                        "12:00",
                        "23:59",
                        "Bürgerbüro der {ort}, mein Name ist {name}, {gruss}. Möchten Sie eine Auskunft oder einen Termin?",
                    ),
                ],
                ..line("+496990009110", "Bürgerbüro")
            },
            DemoLine {
                skill: Some("Ordnungswesen"),
                greetings: &[Open("Ordnungsangelegenheiten der {ort}, mein Name ist {name}, {gruss}.")],
                ..line("+496990009155", "Ordnungswesen")
            },
            DemoLine {
                preset: Some("stadt-a-sperrmuell"),
                week: &[
                    ("07:30", "16:00"),
                    ("07:30", "16:00"),
                    ("07:30", "16:00"),
                    ("07:30", "16:00"),
                    ("07:30", "13:00"),
                ],
                greetings: &[
                    Open(
                        "Sperrmüll-Hotline der {ort}, mein Name ist {name}, {gruss}. Möchten Sie eine Abholung bestellen?",
                    ),
                    Closed(
                        "Die Sperrmüll-Hotline ist montags bis donnerstags von 7:30 bis 16 Uhr und freitags bis 13 Uhr besetzt. Online bestellen Sie Ihre Abholung jederzeit.",
                    ),
                ],
                ..line("+496990009235", "Sperrmüll-Hotline")
            },
        ],
    },
    DemoTown {
        slug: "stadt-b",
        name: "Stadt B",
        short_name: "Stadt B",
        kind: Kind::Stadt,
        accent: "leaf",
        shape: "hexagon",
        ars: "059990008008",
        inhabitants: Some(21_700),
        block: "+494066969",
        postcodes: &["99903"],
        own_greeting: false,
        topics: &[],
        authorities: &[
            ("Ausländerrecht", Decides::Tenant("kreis")),
            ("Auto und Führerschein", Decides::Tenant("kreis")),
            ("Gesundheit und Pflege", Decides::Tenant("kreis")),
            ("Rente", Decides::Named("Deutsche Rentenversicherung")),
        ],
        week: &[("08:00", "16:00"), ("08:00", "16:00"), ("08:00", "12:30"), ("08:00", "18:00"), ("08:00", "12:30")],
        greetings: &[
            Open("{ort}, mein Name ist {name}, {gruss}."),
            Closed(
                "Das Rathaus der {ort} ist gerade nicht besetzt. Sie erreichen uns wochentags ab 8 Uhr, donnerstags bis 18 Uhr.",
            ),
        ],
        lines: &[
            line("+494066969100", "Zentrale"),
            DemoLine {
                greetings: &[Open("Bürgeramt der {ort}, mein Name ist {name}, {gruss}.")],
                ..line("+494066969125", "Bürgeramt")
            },
            line("+494066969185", "Abfallberatung"),
        ],
    },
    DemoTown {
        slug: "jobcenter",
        name: "Jobcenter Musterland",
        short_name: "Jobcenter",
        kind: Kind::Jobcenter,
        accent: "cobalt",
        shape: "square",
        ars: "059990000000",
        inhabitants: None,
        block: "+493023125",
        postcodes: &[],
        own_greeting: false,
        topics: &["Arbeit und Geld", "Familie und Kind", "Gesundheit und Pflege"],
        authorities: &[
            ("Familie und Kind", Decides::Tenant("kreis")),
            ("Rente", Decides::Named("Deutsche Rentenversicherung")),
        ],
        week: &[("08:00", "16:00"), ("08:00", "16:00"), ("08:00", "16:00"), ("08:00", "18:00"), ("08:00", "13:00")],
        greetings: &[
            Open("{ort}, mein Name ist {name}, {gruss}. Haben Sie Ihre Kundennummer zur Hand?"),
            Closed(
                "Sie sind mit dem {ort} verbunden. Wir sind montags bis mittwochs von 8 bis 16 Uhr, donnerstags bis 18 Uhr und freitags bis 13 Uhr für Sie da.",
            ),
        ],
        lines: &[line("+493023125150", "Service-Telefon"), line("+493023125170", "Terminvergabe")],
    },
];

/// A number that all towns share: nobody knows whose call it is until the caller says so.
pub const SHARED_LINE: DemoLine = DemoLine {
    week: &[("08:00", "18:00"), ("08:00", "18:00"), ("08:00", "18:00"), ("08:00", "18:00"), ("08:00", "18:00")],
    greetings: &[
        Open("Behördennummer 115, mein Name ist {name}, {gruss}. Aus welchem Ort rufen Sie an?"),
        Closed("Sie erreichen die Behördennummer 115 montags bis freitags von 8 bis 18 Uhr."),
    ],
    ..line("115", "Behördennummer")
};
