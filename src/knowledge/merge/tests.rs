//! Merging holds for any layers, not only for the ones somebody thought of.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::knowledge::Link;

fn html(text: &str) -> Html {
    Html::from_plain(text)
}

fn any_field() -> impl Strategy<Value = Field> {
    (0..Field::ALL.len()).prop_map(|index| Field::ALL[index])
}

fn any_content() -> impl Strategy<Value = Content> {
    let texts = btree_map(any_field(), "[a-z]{1,8}", 0..6);
    (texts, "[A-Z][a-z]{0,6}", vec("[a-z]{1,5}", 0..3), any::<bool>()).prop_map(|(texts, title, names, has_link)| {
        let mut content = Content { title, synonyms: names.clone(), life_situations: names, ..Content::default() };
        content.unit = content.synonyms.first().cloned();
        if has_link {
            content.links.push(Link { label: "Antrag".to_owned(), url: "https://example.org".to_owned() });
        }
        for (field, text) in texts {
            content.set(field, html(&text));
        }
        content
    })
}

fn any_patch() -> impl Strategy<Value = Adaptation> {
    let parts: Vec<Part> = Part::all().collect();
    let chosen = proptest::sample::subsequence(parts.clone(), 0..parts.len());
    let additions = btree_map(any_field(), "[a-z]{1,8}".prop_map(|text| html(&text)), 0..4);
    (chosen, any_content(), additions).prop_map(|(parts, content, additions)| {
        let mut patch = Adaptation { parts: parts.into_iter().collect(), content, additions, ..Adaptation::default() };
        patch.tidy();
        patch
    })
}

fn any_layers() -> impl Strategy<Value = Vec<Layer>> {
    (vec(any_patch(), 0..4), any_content()).prop_map(|(patches, content)| {
        let texts = patches.into_iter().map(LayerText::Patch).chain([LayerText::Whole(content)]);
        (1..).zip(texts).map(|(tenant, text)| Layer { tenant: TenantId(tenant), text }).collect()
    })
}

proptest! {
    #[test]
    fn merging_is_deterministic_and_again_changes_nothing(layers in any_layers()) {
        let merged = merge(&layers);
        prop_assert_eq!(&merge(&layers), &merged);
        // The merged text as a whole of its own is itself.
        let whole = Layer { tenant: TenantId(1), text: LayerText::Whole(merged.content.clone()) };
        prop_assert_eq!(merge(&[whole]).content, merged.content.clone());
        // A layer twice says nothing more, as far as it stands in place of the base.
        if let Some(Layer { tenant, text: LayerText::Patch(patch) }) = layers.first() {
            let replacing = Adaptation { additions: BTreeMap::new(), ..patch.clone() };
            let top = Layer { tenant: *tenant, text: LayerText::Patch(replacing) };
            let once = merge(&[std::slice::from_ref(&top), &layers[1..]].concat());
            let twice = merge(&[&[top.clone(), top], &layers[1..]].concat());
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn every_part_comes_from_the_nearest_layer_that_says_it(layers in any_layers()) {
        let merged = merge(&layers);
        for part in Part::all() {
            let nearest = layers.iter().find_map(|layer| match &layer.text {
                LayerText::Whole(content) => Some((layer.tenant, content)),
                LayerText::Patch(patch) => patch.replaces(part).then_some((layer.tenant, &patch.content)),
            });
            let (tenant, source) = nearest.expect("the last layer is whole");
            let Part::Text(field) = part else {
                prop_assert_eq!(merged.content.part_text(part), source.part_text(part));
                let origin = merged.composition.origins.get(&part);
                prop_assert_eq!(origin, source.has_part(part).then_some(&tenant));
                continue;
            };
            // Nothing said below it by a nearer one is lost, and the base's words come first.
            let above = layers.iter().take_while(|layer| layer.tenant != tenant);
            let additions = above.filter_map(|layer| match &layer.text {
                LayerText::Patch(patch) => patch.additions.get(&field).map(|html| (layer.tenant, html.clone())),
                LayerText::Whole(_) => None,
            });
            let mut wanted: Vec<_> = source.html(field).map(|html| (tenant, html.clone())).into_iter().collect();
            wanted.extend(additions.collect::<Vec<_>>().into_iter().rev());
            let pieces = merged.composition.pieces.get(&field).cloned().unwrap_or_default();
            let found: Vec<_> = pieces.into_iter().map(|piece| (piece.tenant, piece.html)).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_patch_that_says_nothing_changes_nothing(layers in any_layers()) {
        let empty = Layer { tenant: TenantId(9), text: LayerText::Patch(Adaptation::default()) };
        let mut with_empty = merge(&[&[empty], &layers[..]].concat());
        with_empty.composition.stance = merge(&layers).composition.stance;
        prop_assert_eq!(with_empty, merge(&layers));
    }

    #[test]
    fn an_adaptation_survives_the_database(patch in any_patch()) {
        let (json, hash) = patch.to_json_and_hash();
        let read: Adaptation = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &patch);
        prop_assert_eq!(read.to_json_and_hash().1, hash);
    }
}
