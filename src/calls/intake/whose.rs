//! Whose call it is: the number that was dialled before somebody forwarded it, then the dialled number, each by the longest
//! known beginning; then the queue. What fits nobody stays unassigned and is shown; it is never silently the Kreis's.

use std::collections::HashMap;

use crate::calls::{Direction, Folded};
use crate::ids::{LineId, SourceId, TenantId};
use crate::tenants::Number;

/// Beginnings shorter than this say nothing: "+49".
const SHORTEST_BEGINNING: usize = 6;

/// The numbers and queues of all tenants.
#[derive(Debug, Default)]
pub struct Directory {
    /// Stored number of a line, or a switchboard's beginning without line.
    numbers: HashMap<String, Owner>,
    queues: HashMap<(SourceId, String), TenantId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub tenant: TenantId,
    /// A number of a switchboard that is no line of its own has none.
    pub line: Option<LineId>,
}

impl Directory {
    pub fn add_line(&mut self, number: String, tenant: TenantId, line: LineId) {
        self.numbers.insert(number, Owner { tenant, line: Some(line) });
    }

    pub fn add_block(&mut self, block: String, tenant: TenantId) {
        self.numbers.entry(block).or_insert(Owner { tenant, line: None });
    }

    pub fn add_queue(&mut self, source: SourceId, queue: String, tenant: TenantId) {
        self.queues.insert((source, queue), tenant);
    }

    pub fn owner(&self, source: SourceId, call: &Folded) -> Option<Owner> {
        let of_number = |number: &Option<String>| self.by_number(&Number::of_exchange(number.as_deref()?).as_stored());
        let by_number = match call.direction {
            Direction::In => of_number(&call.diversion).or_else(|| of_number(&call.to)),
            Direction::Out => of_number(&call.shown_as),
        };
        by_number.or_else(|| {
            // Simple senders name the queue where the number belongs.
            let mut queues = call.legs.iter().map(|leg| &leg.queue).chain(&call.queue).chain(&call.to);
            let tenant = queues.find_map(|queue| self.queues.get(&(source, queue.clone())))?;
            Some(Owner { tenant: *tenant, line: None })
        })
    }

    fn by_number(&self, number: &str) -> Option<Owner> {
        if let Some(owner) = self.numbers.get(number) {
            return Some(*owner);
        }
        let mut ends = (SHORTEST_BEGINNING..number.len()).rev();
        ends.find_map(|end| self.numbers.get(number.get(..end)?)).copied()
    }
}
