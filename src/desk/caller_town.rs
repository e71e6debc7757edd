//! Where the caller of a shared line is from.

use super::sitting::{CALL_IS_OVER, Notice, Sitting};
use crate::access::TenantAccess;
use crate::calls;
use crate::ids::{CallId, TenantId};
use crate::tenants::{self, Place};
use crate::web::Result;

const NO_KREIS: &str =
    "Für diesen Ort ist kein Kreis eingerichtet, dessen Wissen Sie lesen. Wählen Sie einen aus der Liste.";

impl Sitting<'_> {
    pub async fn choose_town(&mut self, call: CallId, town: TenantId) -> Result<Notice> {
        let Some(key) = self.at_hand(call) else { return Ok(Some(CALL_IS_OVER.to_owned())) };
        let from_intake = self.viewer.tenant_by_id(key.tenant).is_some_and(TenantAccess::is_intake);
        let moved = calls::move_to_town(&mut self.db, key, town, from_intake, self.now).await?;
        self.desk.call = Some(moved);
        self.desk.shown_tenant = Some(town);
        self.desk.entry = None;
        Ok(None)
    }

    /// The caller's place is no tenant: the center keeps the call and answers with what its Kreis knows.
    pub async fn choose_place(&mut self, call: CallId, place: &Place) -> Result<Notice> {
        let Some(key) = self.at_hand(call) else { return Ok(Some(CALL_IS_OVER.to_owned())) };
        let kreise = tenants::list_kreise_for(&mut *self.db, place.ars.as_deref()).await?;
        let Some(kreis) = kreise.into_iter().find(|kreis| self.viewer.tenant_by_id(*kreis).is_some()) else {
            return Ok(Some(NO_KREIS.to_owned()));
        };
        calls::set_caller_place(&mut self.db, key, &place.name, self.now).await?;
        self.desk.shown_tenant = Some(kreis);
        self.desk.entry = None;
        Ok(None)
    }

    /// A place by its number in the list, or the first that fits what was typed.
    pub async fn find_place(&mut self, id: &str, typed: &str) -> Result<Option<Place>> {
        Ok(match id.parse() {
            Ok(id) => tenants::find_place(&mut *self.db, id).await?,
            Err(_) => tenants::list_places(&mut *self.db, typed, 1).await?.pop(),
        })
    }
}
