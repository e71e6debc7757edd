//! The demo's people. Their password is no secret: the sign-in page offers it, in demo mode only.

use crate::access::Role;
use crate::app::DemoAccount;

pub const PASSWORD: &str = "Demo Musterland 2026";

/// Agents who also take the lines that ask for this skill.
pub const SKILLED: [(&str, &str); 3] = [
    ("weber@kreis-musterland.example", "Ordnungswesen"),
    ("kowalski@kreis-musterland.example", "Ordnungswesen"),
    ("petersen@kreis-musterland.example", "Ordnungswesen"),
];

/// People of the center serve every tenant; the others work for the town that is named.
pub const EVERYWHERE: &str = "alle Orte";

/// One for each role and town; enough agents for a list of colleagues.
pub const DEMO_ACCOUNTS: [DemoAccount; 24] = [
    person("weber@kreis-musterland.example", "Frau Weber", Role::Agent, EVERYWHERE),
    person("yilmaz@kreis-musterland.example", "Herr Yilmaz", Role::Agent, EVERYWHERE),
    person("kowalski@kreis-musterland.example", "Frau Kowalski", Role::Agent, EVERYWHERE),
    person("petersen@kreis-musterland.example", "Herr Petersen", Role::Agent, EVERYWHERE),
    person("nguyen@kreis-musterland.example", "Frau Nguyen", Role::Agent, EVERYWHERE),
    person("hoffmann@kreis-musterland.example", "Herr Hoffmann", Role::Agent, EVERYWHERE),
    person("teamleitung@kreis-musterland.example", "Frau Schumacher", Role::Supervisor, EVERYWHERE),
    person("betrieb@kreis-musterland.example", "Herr Lindner", Role::Operator, EVERYWHERE),
    person("redaktion@kreis-musterland.example", "Frau Albers", Role::Editor, "Kreis"),
    person("verwaltung@kreis-musterland.example", "Herr Brandt", Role::TenantAdmin, "Kreis"),
    person("zulassung@kreis-musterland.example", "Frau Demir", Role::Unit, "Kreis"),
    person("lesen@kreis-musterland.example", "Herr Engel", Role::Viewer, "Kreis"),
    person("redaktion@stadt-a.example", "Herr Fischer", Role::Editor, "Stadt A"),
    person("verwaltung@stadt-a.example", "Frau Gerlach", Role::TenantAdmin, "Stadt A"),
    person("buergerbuero@stadt-a.example", "Herr Haas", Role::Unit, "Stadt A"),
    person("lesen@stadt-a.example", "Frau Ivanova", Role::Viewer, "Stadt A"),
    person("redaktion@stadt-b.example", "Frau Jansen", Role::Editor, "Stadt B"),
    person("verwaltung@stadt-b.example", "Herr Krüger", Role::TenantAdmin, "Stadt B"),
    person("buergeramt@stadt-b.example", "Frau Lorenz", Role::Unit, "Stadt B"),
    person("lesen@stadt-b.example", "Herr Maier", Role::Viewer, "Stadt B"),
    person("redaktion@jobcenter-musterland.example", "Herr Nowak", Role::Editor, "Jobcenter"),
    person("verwaltung@jobcenter-musterland.example", "Frau Özdemir", Role::TenantAdmin, "Jobcenter"),
    person("leistung@jobcenter-musterland.example", "Herr Pohl", Role::Unit, "Jobcenter"),
    person("lesen@jobcenter-musterland.example", "Frau Quast", Role::Viewer, "Jobcenter"),
];

const fn person(email: &'static str, name: &'static str, role: Role, town: &'static str) -> DemoAccount {
    DemoAccount { email, name, role, town, password: PASSWORD }
}
