//! Tells open desks that texts became others: each looks by itself whether that is the one it shows.

use crate::app::App;
use crate::db::Follows;

#[derive(Debug)]
pub struct RewrittenFollower {
    app: App,
}

impl RewrittenFollower {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }
}

impl Follows for RewrittenFollower {
    const WHAT: &'static str = "texts at open desks";

    async fn follow(&mut self) -> anyhow::Result<()> {
        self.app.desks.tell_rewritten();
        Ok(())
    }
}
