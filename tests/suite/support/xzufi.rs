//! XZuFi as an editorial system writes it, made here: services with every text module, offices, responsibilities.

use std::fmt::Write;

/// Codes of all text modules, with what ours say.
pub const MODULES: [(&str, &str); 16] = [
    ("02", "Leistung {n} beantragen"),
    ("03", "Zweitname {n}"),
    ("05", "<p>Kurztext {n}: Bitte rufen Sie an.</p>"),
    ("06", "<h2>Volltext {n}</h2><p onclick=\"x()\">Alles <b>genau</b>.</p><script>alert(1)</script>"),
    ("07", "<p>§ {n} MusterG</p>"),
    ("08", "<ul><li>Ausweis {n}</li><li>Foto</li></ul>"),
    ("09", "<p>Voraussetzung {n}</p>"),
    ("11", "<ol><li>Antrag {n}</li><li>Bescheid</li></ol>"),
    ("14", "<p>Formular {n}: <a href=\"https://a.example/f{n}\">Antrag</a></p>"),
    ("15", "<p>Weiteres {n}</p>"),
    ("16", "<p>Hinweis {n}</p>"),
    ("18", "Ministerium {n}"),
    ("22", "Amt {n}"),
    ("23", "<p>Ansprechpunkt {n}</p>"),
    ("24", "<p>Teaser {n}</p>"),
    ("25", "<p>Widerspruch {n}</p>"),
];

/// A service with all text modules, fees, a deadline, a duration and a document.
pub fn service(number: usize) -> String {
    let mut modules = String::new();
    for (code, text) in MODULES {
        let text = escaped(&text.replace("{n}", &number.to_string()));
        write!(
            modules,
            "<x:modulText><x:inhalt languageCode=\"en\">English {code}</x:inhalt><x:inhalt languageCode=\"de\">{text}</x:inhalt>\
             <x:leikaTextmodul listURI=\"urn:de:xzufi:codeliste:leistungstextmodulleika\"><code>{code}</code></x:leikaTextmodul></x:modulText>"
        )
        .expect("a text");
    }
    format!(
        "<x:schreibe><x:leistung><x:id schemeAgencyID=\"L1\">{number}</x:id>
         <x:referenzLeiKa listURI=\"urn:de:fim:leika:leistung\"><code>99{number:012}</code></x:referenzLeiKa>{modules}
         <x:modulKosten><x:kosten><x:kostentyp><code>1</code></x:kostentyp><x:betrag>37.00</x:betrag><x:waehrung><code>EUR</code></x:waehrung>
           <x:beschreibung languageCode=\"de\">je Person</x:beschreibung></x:kosten>
           <x:kosten><x:betragUntergrenze>10.50</x:betragUntergrenze><x:betragObergrenze>20</x:betragObergrenze></x:kosten></x:modulKosten>
         <x:modulFrist><x:frist><x:dauer>2</x:dauer><x:einheit><code>Woche</code></x:einheit></x:frist></x:modulFrist>
         <x:modulBearbeitungsdauer><x:bearbeitungsdauer><x:dauer>1</x:dauer><x:dauerBis>3</x:dauerBis><x:einheit><code>Monate</code></x:einheit></x:bearbeitungsdauer></x:modulBearbeitungsdauer>
         <x:modulDokument><x:dokument><x:bezeichnung languageCode=\"de\">Meldeschein</x:bezeichnung><x:uri>https://a.example/m.pdf</x:uri></x:dokument></x:modulDokument>
         <x:gueltigkeit><x:beginn>2026-01-01T00:00:00</x:beginn></x:gueltigkeit>
         </x:leistung></x:schreibe>\n"
    )
}

/// An office that answers for one service in one area.
pub fn office(id: &str, name: &str, service: usize, area: &str) -> String {
    format!(
        "<x:schreibe><x:organisationseinheit><x:id schemeAgencyID=\"L1\">{id}</x:id><x:name><x:name languageCode=\"de\">{name}</x:name></x:name>
         <x:anschrift><x:strasse>Markt</x:strasse><x:hausnummer>1</x:hausnummer><x:postleitzahl>50667</x:postleitzahl><x:ort>Musterstadt</x:ort></x:anschrift>
         <x:zustaendigkeit><x:leistungID schemeAgencyID=\"L1\">{service}</x:leistungID><x:gebietID>{area}</x:gebietID></x:zustaendigkeit>
         </x:organisationseinheit></x:schreibe>\n"
    )
}

pub fn file(content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x:transfer xmlns:x=\"http://xoev.de/schemata/xzufi/2_2_0\" xzufiVersion=\"2.2.0\">\n\
         <x:nachrichtenkopf><x:nachrichtUUID>1</x:nachrichtUUID></x:nachrichtenkopf>\n{content}</x:transfer>\n"
    )
}

pub fn services(numbers: impl IntoIterator<Item = usize>) -> String {
    numbers.into_iter().map(service).collect()
}

fn escaped(html: &str) -> String {
    html.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
