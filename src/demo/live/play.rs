//! Lets the imaginary telephone system play in real time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;
use tokio::sync::watch;

use super::stage::{People, Stage, Told};

/// Between two looks at what happens.
const BEAT: Duration = Duration::from_millis(500);
/// Events in one message to the door.
const MOST: usize = 500;

/// Where it plays: what people do, and the door that hears what happens.
pub trait Hall: Sync {
    fn now(&self) -> DateTime<Utc>;

    /// How many call now, an hour.
    fn calls_per_hour(&self, now: DateTime<Utc>) -> f64;

    fn people(&self) -> impl Future<Output = anyhow::Result<People>> + Send;

    /// One native message. It is told again until the door took it.
    fn tell(&self, message: String) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Until `stop` says so; then whoever still calls hangs up.
pub async fn play(hall: impl Hall, mut stage: Stage, mut stop: watch::Receiver<bool>) {
    let mut untold: Vec<Told> = Vec::new();
    while !*stop.borrow() {
        let now = hall.now();
        stage.set_calls_per_hour(hall.calls_per_hour(now));
        match hall.people().await {
            Ok(people) => untold.extend(stage.step(now, &people)),
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the imaginary calls cannot see who is there"),
        }
        untold = tell(&hall, untold).await;
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            _ = stop.changed() => {}
        }
    }
    untold.extend(stage.close(hall.now()));
    tell(&hall, untold).await;
}

/// What the door did not take.
async fn tell(hall: &impl Hall, mut untold: Vec<Told>) -> Vec<Told> {
    while !untold.is_empty() {
        let some = untold.len().min(MOST);
        let message = json!({"events": untold[..some]}).to_string();
        if let Err(error) = hall.tell(message).await {
            tracing::warn!(error = format!("{error:#}"), "the imaginary calls cannot be told");
            return untold;
        }
        untold.drain(..some);
    }
    untold
}
