//! At which telephone somebody sits.

use serde_json::json;

use super::sitting::{Notice, STILL_IN_CALL, Sitting};
use super::store;
use crate::access::Permission;
use crate::ids::SeatId;
use crate::web::Result;

const NO_SUCH_SEAT: &str = "Dieses Telefon gibt es nicht mehr. Wählen Sie ein anderes.";
const WHICH_SOURCE: &str = "Ein neues Telefon kann hier nur benannt werden, wenn genau eine Telefonanlage verbunden ist. Wählen Sie eines aus der Liste.";
const WAS_TAKEN: &str = "An diesem Telefon war noch jemand angemeldet. Die Anmeldung dort ist jetzt beendet.";

impl Sitting<'_> {
    pub async fn sit_down(&mut self, seat: SeatId) -> Result<Notice> {
        if self.is_on_the_phone() {
            return Ok(Some(STILL_IN_CALL.to_owned()));
        }
        if !store::list_seats(&mut *self.db).await?.iter().any(|choice| choice.id == seat) {
            return Ok(Some(NO_SUCH_SEAT.to_owned()));
        }
        if self.desk.seat == Some(seat) {
            return Ok(None);
        }
        self.stand_up().await?;
        let was_taken = store::free_seat(&mut *self.db, seat, self.viewer.account, self.now).await?;
        self.present.seat = store::find_seat(&mut *self.db, seat).await?;
        self.desk.seat = Some(seat);
        self.desk.settled_signal = self.present.seat.as_ref().map_or(0, |seat| seat.signal);
        // A telephone that is paused already pauses whoever sits down at it.
        self.desk.state_chosen_at = self.desk.paused_at;
        self.order_queues("enter_queue").await?;
        Ok(was_taken.then(|| WAS_TAKEN.to_owned()))
    }

    /// A telephone that was never named before; its system is the only one there is.
    pub async fn sit_down_at_new(&mut self, name: &str) -> Result<Notice> {
        let Some(source) = store::find_only_source(&mut *self.db).await? else {
            return Ok(Some(WHICH_SOURCE.to_owned()));
        };
        let seat = store::insert_seat(&mut self.db, source, name).await?;
        self.sit_down(seat).await
    }

    /// From now on without a telephone system.
    pub async fn stand_up(&mut self) -> Result<Notice> {
        if self.is_on_the_phone() {
            return Ok(Some(STILL_IN_CALL.to_owned()));
        }
        self.order_queues("leave_queue").await?;
        self.desk.seat = None;
        self.desk.settled_signal = 0;
        self.present.seat = None;
        Ok(None)
    }

    fn is_on_the_phone(&self) -> bool {
        self.is_in_call() && self.present.is_by_phone()
    }

    /// For the queues of the towns that this person serves, as far as they have the skill.
    async fn order_queues(&mut self, act: &'static str) -> Result<()> {
        let Some(seat) = self.present.seat.clone().filter(super::present::Seat::is_controlled) else { return Ok(()) };
        for (queue, tenant, skill) in store::list_queues(&mut *self.db, seat.source).await? {
            let serves = self.viewer.tenant_by_id(tenant).is_some_and(|town| town.may(Permission::UseDesk));
            if serves && self.viewer.has_skill(skill.as_deref()) {
                self.order(act, json!({ "queue": queue })).await?;
            }
        }
        Ok(())
    }
}
