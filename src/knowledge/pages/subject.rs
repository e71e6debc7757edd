//! What an editor works on: an entry of the own tenant, or what the tenant says otherwise about one of its bases.

use sqlx::PgConnection;

use super::super::store::{self, Base, EntryState};
use super::super::{Adaptation, Content, Draft, LayerKey, LayerText};
use super::EntryPlace;
use super::form::EntryForm;
use crate::ids::{EntryId, TenantId};
use crate::web;

pub(super) struct Subject {
    pub tenant: TenantId,
    /// Asked for by this number.
    pub asked: EntryId,
    /// The tenant's own entry; None: nothing was adapted yet.
    pub own: Option<(EntryId, EntryState)>,
    /// The tenant's own words as they were published last.
    pub text: LayerText,
    /// What an adaptation stands on.
    pub base: Option<Base>,
    /// The base was withdrawn: what it said last is shown.
    pub is_orphaned: bool,
    pub draft: Option<Draft>,
}

impl Subject {
    pub async fn find(db: &mut PgConnection, place: &EntryPlace) -> web::Result<Self> {
        let (tenant, asked) = (place.tenant.id, place.id);
        let own = Self::find_own(db, place).await?;
        let base = match &own {
            Some((_, state)) if state.root.is_none() => None,
            _ => store::find_base(db, tenant, asked).await?,
        };
        let text = match &own {
            Some((id, state)) => own_text(db, tenant, *id, state).await?,
            None => LayerText::Patch(Adaptation::default()),
        };
        let draft = match &own {
            Some((id, _)) => store::find_draft(db, tenant, *id).await?,
            None => None,
        };
        let mut subject = Self { tenant, asked, own, text, base, is_orphaned: false, draft };
        if matches!(subject.text, LayerText::Patch(_)) && subject.base.is_none() {
            subject.base = subject.last_base(db).await?;
            subject.is_orphaned = true;
        }
        Ok(subject)
    }

    /// As `find`; nobody else changes the entry or its working text until the end of the transaction.
    pub async fn hold(db: &mut PgConnection, place: &EntryPlace) -> web::Result<Self> {
        if let Some((id, _)) = Self::find_own(db, place).await? {
            store::hold_family(db, place.tenant.id, id).await?;
            store::lock_entry(db, place.tenant.id, id).await?;
            store::lock_draft(db, place.tenant.id, id).await?;
        }
        Self::find(db, place).await
    }

    /// The own entry itself, or the one that adapts what was asked for.
    async fn find_own(db: &mut PgConnection, place: &EntryPlace) -> web::Result<Option<(EntryId, EntryState)>> {
        let tenant = place.tenant.id;
        if place.is_own() {
            let state = store::find_state(&mut *db, tenant, place.id).await?.ok_or(web::Error::NotFound)?;
            return Ok(Some((place.id, state)));
        }
        let base = store::find_base(db, tenant, place.id).await?.ok_or(web::Error::NotFound)?;
        let Some(id) = store::find_adaptation(db, tenant, base.root.1).await? else { return Ok(None) };
        Ok(store::find_state(&mut *db, tenant, id).await?.map(|state| (id, state)))
    }

    /// What the last version stood on.
    async fn last_base(&self, db: &mut PgConnection) -> web::Result<Option<Base>> {
        let Some((id, state)) = &self.own else { return Ok(None) };
        let Some(root) = state.root else { return Ok(None) };
        let key = LayerKey { tenant: self.tenant, entry: *id, version: state.latest_version };
        let Some(mut layers) = store::find_layers(db, key).await? else { return Ok(None) };
        let layers = layers.split_off(1.min(layers.len()));
        let owner = layers.last().map_or(self.tenant, |layer| layer.tenant);
        let key = LayerKey { tenant: owner, entry: root, version: 0 };
        Ok((!layers.is_empty()).then_some(Base { root: (owner, root), key, layers }))
    }

    pub fn version(&self) -> i32 {
        self.own.as_ref().map_or(0, |(_, state)| state.latest_version)
    }

    pub fn is_published(&self) -> bool {
        self.own.as_ref().is_some_and(|(_, state)| state.is_published)
    }

    pub fn is_adaptation(&self) -> bool {
        self.base.is_some()
    }

    /// The working text, or the published one.
    pub fn latest_text(&self) -> &LayerText {
        self.draft.as_ref().map_or(&self.text, |draft| &draft.text)
    }

    pub fn form(&self) -> EntryForm {
        let revision = self.draft.as_ref().map_or(0, |draft| draft.revision);
        let mut form = EntryForm::of_text(self.latest_text(), self.base.as_ref());
        (form.version, form.revision) = (self.version(), revision);
        form
    }

    /// The form as it was when somebody began with this version and this saving.
    pub async fn form_of(&self, db: &mut PgConnection, version: i32, revision: i64) -> web::Result<EntryForm> {
        let Some((id, _)) = &self.own else { return Ok(EntryForm::of_text(&self.text, self.base.as_ref())) };
        let key = LayerKey { tenant: self.tenant, entry: *id, version };
        let text = match store::find_revision(db, self.tenant, *id, revision).await? {
            Some(text) => Some(text),
            None => {
                store::find_layers(db, key).await?.and_then(|layers| layers.into_iter().next()).map(|layer| layer.text)
            }
        };
        let text = text.unwrap_or_else(|| no_words(self.is_adaptation()));
        Ok(EntryForm::of_text(&text, self.base.as_ref()))
    }

    pub fn title(&self) -> String {
        match (&self.own, &self.base) {
            (Some((_, state)), _) => state.title.clone(),
            (None, Some(base)) => base.content().title,
            (None, None) => String::new(),
        }
    }
}

/// An entry that was never published has no words yet.
async fn own_text(db: &mut PgConnection, tenant: TenantId, id: EntryId, state: &EntryState) -> web::Result<LayerText> {
    let key = LayerKey { tenant, entry: id, version: state.latest_version };
    let layers = store::find_layers(db, key).await?;
    let text = layers.and_then(|layers| layers.into_iter().next()).map(|layer| layer.text);
    Ok(text.unwrap_or_else(|| no_words(state.root.is_some())))
}

fn no_words(is_adaptation: bool) -> LayerText {
    if is_adaptation { LayerText::Patch(Adaptation::default()) } else { LayerText::Whole(Content::default()) }
}
