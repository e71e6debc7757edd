//! Invented traffic: when people call, how long they wait, what they ask. Without a database.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Timelike, Utc, Weekday};
use chrono_tz::Europe::Berlin;
use ortsgespraech::calls::{Disposition, EntryKey, PastCall, PastResult};
use ortsgespraech::demo::traffic::{Agent, Line, Scene, Topic, Town, Traffic, Volume, zipf_weight};
use ortsgespraech::ids::{AccountId, EntryId, LineId, TenantId};
use ortsgespraech::tenants::{Interval, Schedule, WeeklyHours};
use proptest::prelude::*;

/// A Friday evening: the week is over.
const NOW: &str = "2026-11-20T19:00:00Z";

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

fn week(days: &[Weekday], opens: u32, closes: u32) -> Vec<(Option<LineId>, WeeklyHours)> {
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    let interval = Interval { opens: at(opens), closes: at(closes) };
    days.iter().map(|weekday| (None, WeeklyHours { weekday: *weekday, interval })).collect()
}

/// Two towns with one line each, open on working days from eight to four, and three agents.
fn scene() -> Scene {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    let town = |id: i32, inhabitants: i32| Town {
        tenant: TenantId(id),
        is_intake: false,
        is_kreis: false,
        inhabitants: Some(inhabitants),
        lines: vec![Line {
            tenant: TenantId(id),
            id: LineId(i64::from(id)),
            number: format!("+49221471010{id}").into(),
            label: "Zentrale".into(),
            skill: None,
            preset: None,
        }],
        schedule: Schedule {
            observes_holidays: true,
            hours: week(&[Mon, Tue, Wed, Thu, Fri], 8, 16),
            ..Schedule::default()
        },
        topics: (0..30).map(|rank| topic(id, rank)).collect(),
        units: vec!["Bürgerbüro".into()],
    };
    let agents = (1..=3).map(|id| Agent { account: Some(AccountId(id)), ..Agent::default() });
    Scene { towns: vec![town(1, 40_000), town(2, 10_000)], agents: agents.collect() }
}

fn topic(tenant: i32, rank: usize) -> Topic {
    let entry = EntryId(i64::try_from(rank).expect("a small number") + 1);
    Topic {
        key: EntryKey { tenant: TenantId(tenant), entry, version: 1 },
        competent: TenantId(tenant),
        unit: None,
        weight: zipf_weight(rank),
    }
}

fn traffic(days: u32, calls_per_day: u32, seed: u64) -> Traffic {
    Traffic::new(scene(), Volume { days, calls_per_day, seed }, moment(NOW))
}

fn calls_of(traffic: &Traffic) -> Vec<PastCall> {
    traffic.days().flat_map(|day| traffic.calls_of(day)).collect()
}

fn count(calls: &[PastCall], test: impl Fn(&PastCall) -> bool) -> usize {
    calls.iter().filter(|call| test(call)).count()
}

fn local_hour(call: &PastCall) -> u32 {
    call.started_at.with_timezone(&Berlin).hour()
}

#[test]
fn same_seed_tells_the_same_calls_and_another_seed_others() {
    let calls = calls_of(&traffic(14, 200, 1));
    assert!(calls == calls_of(&traffic(14, 200, 1)));
    assert!(calls != calls_of(&traffic(14, 200, 2)));
}

#[test]
fn short_history_is_the_end_of_a_long_one() {
    let (long, short) = (calls_of(&traffic(40, 100, 5)), calls_of(&traffic(10, 100, 5)));
    assert!(!short.is_empty() && long.ends_with(&short));
}

#[test]
fn ordinary_week_has_five_times_the_calls_of_an_ordinary_day() {
    // Four weeks without a public holiday, in a month that calls as much as the year does on average.
    let traffic =
        Traffic::new(scene(), Volume { days: 28, calls_per_day: 400, seed: 3 }, moment("2026-10-30T20:00:00Z"));
    let calls = calls_of(&traffic).len();
    let expected = 4 * 5 * 400;
    assert!((expected * 93 / 100..expected * 107 / 100).contains(&calls), "{calls} of {expected}");
}

#[test]
fn mondays_are_the_busiest_and_hardly_anybody_calls_on_sundays() {
    let mut by_weekday: HashMap<Weekday, usize> = HashMap::new();
    for call in calls_of(&traffic(140, 200, 11)) {
        *by_weekday.entry(call.started_at.with_timezone(&Berlin).weekday()).or_default() += 1;
    }
    let of = |weekday| by_weekday.get(&weekday).copied().unwrap_or_default();
    assert!(of(Weekday::Mon) > of(Weekday::Tue) && of(Weekday::Tue) > of(Weekday::Wed));
    assert!(of(Weekday::Wed) > of(Weekday::Fri) && of(Weekday::Fri) > 10 * of(Weekday::Sun));
}

#[test]
fn most_call_around_ten_and_the_noon_is_quieter() {
    let calls = calls_of(&traffic(60, 300, 12));
    let within = |hour| count(&calls, |call| local_hour(call) == hour);
    assert!(within(10) > within(8) && within(10) > within(12) && within(14) > within(12));
    assert!(within(15) > 20 * within(20));
}

#[test]
fn nobody_answers_on_a_public_holiday() {
    // Christmas and Good Friday.
    for (now, holiday) in [("2026-12-26T20:00:00Z", "2026-12-25"), ("2027-03-27T20:00:00Z", "2027-03-26")] {
        let traffic = Traffic::new(scene(), Volume { days: 2, calls_per_day: 2_000, seed: 1 }, moment(now));
        let calls = traffic.calls_of(holiday.parse().expect("a day"));
        assert!(!calls.is_empty() && calls.len() < 200);
        assert!(calls.iter().all(|call| call.result == PastResult::Closed), "{holiday}");
    }
}

#[test]
fn four_of_five_are_answered_at_first_contact() {
    let calls = calls_of(&traffic(60, 300, 13));
    let answered = count(&calls, |call| call.result == PastResult::Answered);
    let solved = count(&calls, |call| call.disposition == Some(Disposition::Answered));
    assert!((78..82).contains(&(solved * 100 / answered)), "{solved} of {answered}");
    let abandoned = count(&calls, |call| call.result == PastResult::Abandoned);
    assert!(abandoned * 100 > answered && abandoned * 10 < answered, "{abandoned} gave up, {answered} were answered");
}

#[test]
fn topics_follow_zipf() {
    let calls = calls_of(&traffic(60, 300, 14));
    let asked = |entry: i64| count(&calls, |call| call.topic == Some((TenantId(1), EntryId(entry))));
    let per_mille = |rank: i64| asked(rank) * 1_000 / asked(1);
    assert!((450..650).contains(&per_mille(2)), "{} and {}", asked(1), asked(2));
    assert!((90..170).contains(&per_mille(10)), "{} and {}", asked(1), asked(10));
    assert!(asked(30) > 0);
}

#[test]
fn those_who_give_up_have_waited_longer_than_the_others() {
    let mean_wait = |calls: &[PastCall]| {
        let waits: Vec<_> = calls.iter().filter_map(|call| call.wait_ms).map(i64::from).collect();
        waits.iter().sum::<i64>() / i64::try_from(waits.len()).unwrap_or(i64::MAX)
    };
    let calls = calls_of(&traffic(60, 300, 15));
    let gave_up: Vec<_> = calls.iter().filter(|call| call.result == PastResult::Abandoned).cloned().collect();
    assert!((5_000..30_000).contains(&mean_wait(&calls)), "{}", mean_wait(&calls));
    assert!(mean_wait(&gave_up) > mean_wait(&calls));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_day_is_possible(seed in any::<u64>(), calls_per_day in 1u32..3_000, back in 0i64..400) {
        let now = moment(NOW) - TimeDelta::days(back) - TimeDelta::minutes(back * 7);
        let traffic = Traffic::new(scene(), Volume { days: 3, calls_per_day, seed }, now);
        for day in traffic.days() {
            let calls = traffic.calls_of(day);
            prop_assert!(calls.is_sorted_by_key(|call| call.started_at));
            for call in &calls {
                prop_assert!(call.ended_at <= now && call.started_at <= call.ended_at);
                prop_assert_eq!(call.started_at.with_timezone(&Berlin).date_naive(), day);
                is_consistent(call)?;
            }
            nobody_is_in_two_calls(&calls)?;
        }
    }
}

fn is_consistent(call: &PastCall) -> Result<(), TestCaseError> {
    let open = (8..16).contains(&local_hour(call));
    match call.result {
        PastResult::Closed => {
            prop_assert!(call.legs.is_empty() && call.entries.is_empty() && call.connected_at.is_none());
            prop_assert!(call.wait_ms.is_none() && call.agent_seat.is_none() && call.disposition.is_none());
        }
        PastResult::Answered => {
            prop_assert!(open, "answered at {}", call.started_at);
            let (wait, talk) = (call.wait_ms.expect("a wait"), call.talk_ms.expect("a talk"));
            let connected = call.connected_at.expect("connected");
            prop_assert_eq!(call.started_at + TimeDelta::milliseconds(wait.into()), connected);
            prop_assert_eq!(connected + TimeDelta::milliseconds(talk.into()), call.ended_at);
            prop_assert!(call.agent_seat.is_some() && call.disposition.is_some());
            prop_assert_eq!(call.disposition == Some(Disposition::Answered), call.topic.is_some());
            let marked = call.entries.iter().filter(|entry| entry.answered_at.is_some()).count();
            prop_assert_eq!(marked, usize::from(call.topic.is_some()));
            let in_time = |at: DateTime<Utc>| connected <= at && at <= call.ended_at;
            prop_assert!(call.entries.iter().all(|entry| in_time(entry.shown_at)));
            prop_assert!(call.entries.iter().filter_map(|entry| entry.answered_at).all(in_time));
        }
        PastResult::Abandoned | PastResult::Overflow => {
            prop_assert!(open && call.agent_seat.is_none() && call.talk_ms.is_none());
            prop_assert_eq!(call.legs.len(), 1);
        }
    }
    let waits: i32 = call.legs.iter().map(|leg| leg.wait_ms).sum();
    prop_assert_eq!(call.wait_ms.unwrap_or_default(), waits);
    Ok(())
}

fn nobody_is_in_two_calls(calls: &[PastCall]) -> Result<(), TestCaseError> {
    let mut by_seat: HashMap<&str, Vec<_>> = HashMap::new();
    for call in calls {
        if let (Some(seat), Some(connected)) = (call.agent_seat.as_deref(), call.connected_at) {
            by_seat.entry(seat).or_default().push((connected, call.ended_at));
        }
    }
    for (seat, talks) in &mut by_seat {
        talks.sort_unstable();
        prop_assert!(talks.windows(2).all(|two| two[0].1 <= two[1].0), "{seat} talks twice at once");
    }
    Ok(())
}
