//! The bulletins beside the figures, town by town.

use crate::access::TenantAccess;
use crate::bulletins::Bulletin;

/// Of one town, or of several together.
#[derive(Debug)]
pub struct TownBulletins {
    pub name: String,
    /// Accent and shape of the one town.
    pub mark: Option<(String, String)>,
    pub bulletins: Vec<Bulletin>,
}

impl TownBulletins {
    /// What holds in several towns stands once, first; then each town by its name.
    pub fn group(towns: &[&TenantAccess], current: Vec<Bulletin>) -> Vec<Self> {
        let named: Vec<_> = towns.iter().filter(|town| !town.is_intake()).collect();
        let mut groups: Vec<Self> = Vec::new();
        for bulletin in current {
            let holding: Vec<_> = named.iter().filter(|town| bulletin.holds_for(town.id)).collect();
            let (name, mark) = match holding.as_slice() {
                [only] => (only.name.clone(), Some((only.accent.clone(), only.shape.clone()))),
                all if all.len() == named.len() => ("Alle Orte".to_owned(), None),
                some => (some.iter().map(|town| town.short_name.as_str()).collect::<Vec<_>>().join(", "), None),
            };
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.bulletins.push(bulletin),
                None => groups.push(Self { name, mark, bulletins: vec![bulletin] }),
            }
        }
        groups.sort_by(|a, b| (a.mark.is_some(), &a.name).cmp(&(b.mark.is_some(), &b.name)));
        groups
    }
}
