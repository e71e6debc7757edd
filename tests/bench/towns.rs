//! Many towns in one index: each has entries of its own and reads its Kreis's, which stand there once.

use ortsgespraech::knowledge::Content;

use crate::SEARCHES;
use crate::catalogue::Salad;
use crate::figures::{megabytes, per_second};
use crate::site::Site;

const ENTRIES: usize = 1_000;

pub const HEAD: &str = "towns | documents | index built | entries/s | index on disk | server memory | one town p50 | p99 | random towns p50 | p99 | random : one";

/// 400, or what ORTSGESPRAECH_BENCH_TOWNS says.
fn count() -> usize {
    std::env::var("ORTSGESPRAECH_BENCH_TOWNS").ok().and_then(|count| count.parse().ok()).unwrap_or(400)
}

pub async fn measure(address: &str) -> anyhow::Result<String> {
    let mut salad = Salad::from_own_words();
    let (kreis_has, each_town_has) = (salad.entries(ENTRIES), salad.entries(ENTRIES));
    let site = Site::new(address).await?;
    let founded = site.database.found_towns(count()).await?;
    site.database.fill(&[founded.kreis], &kreis_has).await?;
    site.database.fill(&founded.towns, &each_town_has).await?;
    eprintln!("{} towns: published", founded.towns.len());
    let (app, build) = site.build_index().await?;
    let documents = usize::try_from(app.search.count())?;
    drop(app);
    let server = site.start_server().await?;
    let [in_one, in_any] = searches(&mut salad, &[kreis_has, each_town_has].concat());
    let in_one = server.search(&founded.token, &in_one).await?;
    let in_any = server.search(&founded.token, &in_any).await?;
    let memory = megabytes(server.memory_kb()?);
    server.stop()?;
    let on_disk = megabytes(site.index_kb()?);
    site.remove(address).await?;
    let (seconds, speed) = (build.as_secs_f64(), per_second(documents, build));
    let ratio = in_any.ratio_to(&in_one);
    let [in_one, in_any] = [in_one.cells(), in_any.cells()];
    Ok(format!(
        "{} | {documents} | {seconds:.1} s | {speed:.0} | {on_disk} MB | {memory} MB | {in_one} | {in_any} | {ratio}",
        founded.towns.len()
    ))
}

/// The same words, all in one town, and each in another one.
fn searches(salad: &mut Salad, contents: &[Content]) -> [Vec<(String, String)>; 2] {
    let queries = salad.typed(contents, SEARCHES);
    let towns: Vec<String> = (1..=count()).map(|number| format!("stadt-{number}")).collect();
    let in_one = queries.iter().map(|query| ("stadt-1".to_owned(), query.clone())).collect();
    let in_any = queries.into_iter().map(|query| (salad.any(&towns).clone(), query)).collect();
    [in_one, in_any]
}
