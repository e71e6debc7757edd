//! From texts that stand upon each other to the one that is said. A pure rule: the same layers give the same text, a layer
//! that says nothing changes nothing, and no part of any layer is lost unless a nearer one replaces it.

use std::collections::BTreeMap;

use super::{Adaptation, Content, Field, Html, Part, Stance};
use crate::ids::TenantId;

/// One version of one tenant's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    pub tenant: TenantId,
    pub text: LayerText,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerText {
    Whole(Content),
    Patch(Adaptation),
}

/// A field's text by one tenant, for itself or below another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub tenant: TenantId,
    pub html: Html,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    pub content: Content,
    pub composition: Composition,
}

/// Whose words a merged text consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Composition {
    /// Who wrote what stands in a part that is no text.
    pub origins: BTreeMap<Part, TenantId>,
    /// The texts, each in the pieces it is made of. A field without text has none.
    pub pieces: BTreeMap<Field, Vec<Piece>>,
    /// Of the uppermost layer: what a base says about itself does not hold for those who read it.
    pub stance: Stance,
}

/// The uppermost layer first; the last one is whole. Layers above the first whole one count, what stands below it does not.
pub fn merge(layers: &[Layer]) -> Merged {
    let mut merged = Merged::default();
    for layer in layers.iter().rev() {
        match &layer.text {
            LayerText::Whole(content) => merged = whole(layer.tenant, content),
            LayerText::Patch(patch) => apply(&mut merged, layer.tenant, patch),
        }
    }
    merged.content.fields = merged.composition.pieces.iter().map(|(field, pieces)| (*field, join(pieces))).collect();
    merged
}

fn whole(tenant: TenantId, content: &Content) -> Merged {
    let pieces = content.fields.iter().filter(|(_, html)| !html.is_empty());
    let composition = Composition {
        origins: Part::all().filter(|part| content.has_part(*part)).map(|part| (part, tenant)).collect(),
        pieces: pieces.map(|(field, html)| (*field, vec![Piece { tenant, html: html.clone() }])).collect(),
        stance: Stance::Offered,
    };
    Merged { content: content.clone(), composition }
}

fn apply(merged: &mut Merged, tenant: TenantId, patch: &Adaptation) {
    let Merged { content, composition } = merged;
    for part in &patch.parts {
        content.copy_part(*part, &patch.content);
        composition.origins.remove(part);
        if patch.content.has_part(*part) {
            composition.origins.insert(*part, tenant);
        }
        if let Part::Text(field) = part {
            let html = patch.content.html(*field).cloned();
            let pieces = html.into_iter().map(|html| Piece { tenant, html }).collect::<Vec<_>>();
            composition.put(*field, pieces);
        }
    }
    for (field, html) in patch.additions.iter().filter(|(field, _)| !patch.replaces(Part::Text(**field))) {
        let mut pieces = composition.pieces.remove(field).unwrap_or_default();
        pieces.push(Piece { tenant, html: html.clone() });
        composition.put(*field, pieces);
        composition.origins.entry(Part::Text(*field)).or_insert(tenant);
    }
    composition.stance = patch.stance;
}

fn join(pieces: &[Piece]) -> Html {
    match pieces {
        [piece] => piece.html.clone(),
        _ => Html::joined(pieces.iter().map(|piece| &piece.html)),
    }
}

impl Composition {
    fn put(&mut self, field: Field, pieces: Vec<Piece>) {
        if pieces.is_empty() {
            self.pieces.remove(&field);
        } else {
            self.pieces.insert(field, pieces);
        }
    }

    /// Texts of more than one tenant stand in it.
    pub fn is_mixed(&self) -> bool {
        let mut tenants = self.origins.values().chain(self.pieces.values().flatten().map(|piece| &piece.tenant));
        tenants.next().is_some_and(|first| tenants.any(|tenant| tenant != first))
    }
}

#[cfg(test)]
mod tests;
