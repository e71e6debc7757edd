//! The program's own log. Architecture invariant: no caller data, note, query or token is ever logged.

use std::io::IsTerminal;
use std::sync::LazyLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// It would write whole addresses, and in some of them stands a token.
pub const WITHOUT_ADDRESSES: &str = "tower_http::csrf=info";

/// Readable lines on a terminal, one JSON object a line elsewhere; on stderr, because stdout belongs to the verbs' results.
pub fn start() {
    let filter = EnvFilter::try_from_env("ORTSGESPRAECH_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,tantivy=warn,sqlx=warn,html5ever=error"))
        .add_directive(WITHOUT_ADDRESSES.parse().expect("a valid directive"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start happens only in tests, where the first one serves all.
    let _ = if std::io::stderr().is_terminal() { log.with_target(false).try_init() } else { log.json().try_init() };
}

/// From a quarter of a millisecond to ten seconds.
const SECONDS: [f64; 15] =
    [0.000_25, 0.000_5, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The program's figures for monitoring. The first call begins to count.
pub fn figures() -> &'static PrometheusHandle {
    static FIGURES: LazyLock<PrometheusHandle> = LazyLock::new(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .expect("there are buckets");
        builder.install_recorder().expect("nobody else counts in this process")
    });
    &FIGURES
}
