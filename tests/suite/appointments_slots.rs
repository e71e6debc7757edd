//! Free slots against an oracle that looks at the clock on the wall minute by minute.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Europe::Berlin;
use ortsgespraech::appointments::{Pattern, Place, Slot, Taken, Wanted, free_slots, opening};
use ortsgespraech::ids::{AppointmentTypeId, PatternId, ResourceId, UnitId};
use ortsgespraech::tenants::{Exception, Interval, ServiceCalendar, Stretch, WeeklyHours};
use proptest::prelude::*;

const KIND: AppointmentTypeId = AppointmentTypeId(1);

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn time(text: &str) -> NaiveTime {
    text.parse().expect("a time")
}

fn berlin(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    day.and_time(time).and_local_timezone(Berlin).earliest().expect("a real time").to_utc()
}

fn pattern(weekday: Weekday, opens: &str, closes: &str) -> Pattern {
    let interval = Interval { opens: time(opens), closes: time(closes) };
    Pattern { id: PatternId(1), unit: UnitId(1), kind: None, weekday, interval, valid_from: None, valid_until: None }
}

fn counter(taken: Vec<Taken>) -> Place {
    Place { resource: ResourceId(1), name: "Schalter 1".to_owned(), places: 1, taken }
}

fn wanted(minutes: i32, first: NaiveDate, last: NaiveDate) -> Wanted {
    let latest = berlin(last + TimeDelta::days(1), NaiveTime::MIN);
    Wanted { minutes, buffer_minutes: 0, need: 1, earliest: berlin(first, NaiveTime::MIN), latest }
}

fn starts(calendar: &ServiceCalendar, patterns: &[Pattern], first: &str, last: &str, minutes: i32) -> Vec<String> {
    let (first, last) = (day(first), day(last));
    let open = opening(calendar, patterns, KIND, (first, last));
    let slots = free_slots(&open, &wanted(minutes, first, last), &[counter(Vec::new())]);
    slots.iter().map(|slot| slot.starts_at.with_timezone(&Berlin).format("%d.%m. %H:%M %Z").to_string()).collect()
}

#[test]
fn hour_that_comes_twice_has_twice_the_slots_and_one_that_is_left_out_none() {
    let nights = [pattern(Weekday::Sun, "01:00", "04:00")];
    let calendar = ServiceCalendar::default();
    let autumn = starts(&calendar, &nights, "2026-10-25", "2026-10-25", 60);
    assert_eq!(autumn, ["25.10. 01:00 CEST", "25.10. 02:00 CEST", "25.10. 02:00 CET", "25.10. 03:00 CET"]);
    let spring = starts(&calendar, &nights, "2026-03-29", "2026-03-29", 60);
    assert_eq!(spring, ["29.03. 01:00 CET", "29.03. 03:00 CEST"]);
}

#[test]
fn closed_days_and_holidays_have_no_slots_and_short_days_only_within_them() {
    let exception = |first: &str, hours: Option<(&str, &str)>| Exception {
        first_day: day(first),
        last_day: day(first),
        interval: hours.map(|(opens, closes)| Interval { opens: time(opens), closes: time(closes) }),
        label: "Personalversammlung".to_owned(),
        of_line: false,
    };
    let exceptions = vec![exception("2026-12-23", None), exception("2026-12-16", Some(("10:00", "18:00")))];
    let calendar = ServiceCalendar::new(Vec::new(), Vec::new(), exceptions, true);
    let patterns = [pattern(Weekday::Wed, "08:00", "12:00"), pattern(Weekday::Fri, "08:00", "09:00")];
    // The 23rd is closed, the 25th is Christmas, on the 16th it opens at ten.
    let found = starts(&calendar, &patterns, "2026-12-15", "2026-12-27", 60);
    assert_eq!(found, ["16.12. 10:00 CET", "16.12. 11:00 CET", "18.12. 08:00 CET"]);
}

#[test]
fn without_a_pattern_the_office_hours_count_and_without_any_hours_nothing_is_offered() {
    let hours =
        WeeklyHours { weekday: Weekday::Wed, interval: Interval { opens: time("08:00"), closes: time("09:00") } };
    let calendar = ServiceCalendar::new(vec![hours], Vec::new(), Vec::new(), true);
    assert_eq!(starts(&calendar, &[], "2026-11-17", "2026-11-24", 30), ["18.11. 08:00 CET", "18.11. 08:30 CET"]);
    assert!(starts(&ServiceCalendar::default(), &[], "2026-11-17", "2026-11-24", 30).is_empty());
}

#[test]
fn own_pattern_of_a_type_goes_before_the_one_of_its_office() {
    let own = Pattern { kind: Some(KIND), ..pattern(Weekday::Wed, "10:00", "11:00") };
    let other = Pattern { kind: Some(AppointmentTypeId(2)), ..pattern(Weekday::Wed, "07:00", "08:00") };
    let patterns = [pattern(Weekday::Wed, "08:00", "09:00"), own, other];
    assert_eq!(starts(&ServiceCalendar::default(), &patterns, "2026-11-18", "2026-11-18", 60), ["18.11. 10:00 CET"]);
}

/// From, for so many minutes, on this lane, so many lanes wide.
type Busy = (i64, i64, i32, i32);

#[derive(Debug, Clone)]
struct Scene {
    first: NaiveDate,
    hours: Vec<(Weekday, u32, u32)>,
    wanted: (i32, i32, i32),
    places: Vec<(i32, Vec<Busy>)>,
}

/// Around both clock changes, so that every third scene or so has one in it.
fn scenes() -> impl Strategy<Value = Scene> {
    let firsts = prop_oneof![Just("2026-03-27"), Just("2026-10-23"), Just("2026-11-16")].prop_map(day);
    let weekday = (0u8..7).prop_map(|day| Weekday::try_from(day).expect("a weekday"));
    let hours = prop::collection::vec((weekday, 0u32..1380, 15u32..600), 1..6);
    let wanted = (5i32..90, 0i32..30, 1i32..3);
    let taken = prop::collection::vec((0i64..5760, 5i64..600, 0i32..3, 1i32..3), 0..14);
    let places = prop::collection::vec((1i32..4, taken), 1..3);
    (firsts, hours, wanted, places).prop_map(|(first, hours, wanted, places)| Scene { first, hours, wanted, places })
}

impl Scene {
    fn last(&self) -> NaiveDate {
        self.first + TimeDelta::days(3)
    }

    fn patterns(&self) -> Vec<Pattern> {
        let minute = |minutes: u32| NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).expect("a time");
        let one = |(weekday, from, length): &(Weekday, u32, u32)| Pattern {
            interval: Interval { opens: minute(*from), closes: minute((from + length).min(1439)) },
            ..pattern(*weekday, "00:00", "00:01")
        };
        self.hours.iter().map(one).collect()
    }

    fn places(&self) -> Vec<Place> {
        let zero = berlin(self.first, NaiveTime::MIN);
        let at = |minutes: i64| zero + TimeDelta::minutes(minutes);
        let place = |(number, (places, taken)): (usize, &(i32, Vec<Busy>))| {
            let mut taken: Vec<_> = taken
                .iter()
                .map(|(from, length, lane, need)| Taken {
                    from: at(*from),
                    to: at(from + length),
                    first_lane: *lane,
                    last_lane: lane + need,
                })
                .collect();
            taken.sort_by_key(|taken| taken.from);
            let resource = ResourceId(i64::try_from(number).expect("a number"));
            Place { resource, name: String::new(), places: *places, taken }
        };
        self.places.iter().enumerate().map(place).collect()
    }

    fn wanted(&self) -> Wanted {
        let (minutes, buffer_minutes, need) = self.wanted;
        Wanted { minutes, buffer_minutes, need, ..wanted(minutes, self.first, self.last()) }
    }

    /// By the clock on the wall.
    fn is_open(&self, minute: DateTime<Utc>) -> bool {
        let local = minute.with_timezone(&Berlin);
        let holds = |pattern: &Pattern| {
            pattern.weekday == local.weekday()
                && (pattern.interval.opens..pattern.interval.closes).contains(&local.time())
        };
        self.patterns().iter().any(holds)
    }

    /// Every minute of every lane, one by one.
    fn is_free(&self, place: &Place, lane: i32, start: DateTime<Utc>) -> bool {
        let (minutes, buffer, need) = self.wanted;
        minutes_of(start, minutes + buffer).all(|minute| {
            (lane..lane + need).all(|lane| {
                place.taken.iter().all(|taken| {
                    !(taken.from <= minute && minute < taken.to && (taken.first_lane..taken.last_lane).contains(&lane))
                })
            })
        })
    }

    fn has_room(&self, start: DateTime<Utc>) -> bool {
        let need = self.wanted.2;
        self.places().iter().any(|place| (0..=place.places - need).any(|lane| self.is_free(place, lane, start)))
    }
}

fn minutes_of(start: DateTime<Utc>, count: i32) -> impl Iterator<Item = DateTime<Utc>> {
    (0..count).map(move |minute| start + TimeDelta::minutes(minute.into()))
}

fn assert_sound(scene: &Scene, open: &[Stretch], slots: &[Slot]) {
    let (places, (minutes, buffer, need)) = (scene.places(), scene.wanted);
    for slot in slots {
        assert_eq!(slot.ends_at - slot.starts_at, TimeDelta::minutes(minutes.into()));
        assert!(minutes_of(slot.starts_at, minutes).all(|minute| scene.is_open(minute)), "{slot:?} lies outside");
        let place = places.iter().find(|place| place.resource == slot.resource).expect("its place");
        assert!(slot.lane >= 0 && slot.lane + need <= place.places, "{slot:?} has no such lane");
        assert!(scene.is_free(place, slot.lane, slot.starts_at), "{slot:?} is taken");
    }
    for pair in slots.windows(2) {
        assert!(pair[0].ends_at <= pair[1].starts_at, "{pair:?} overlap");
    }
    // Nothing that could be had is kept back.
    let step = TimeDelta::minutes((minutes + buffer).into());
    for (opens, closes) in open {
        let mut start = *opens;
        while start + TimeDelta::minutes(minutes.into()) <= *closes {
            let is_offered = slots.iter().any(|slot| slot.starts_at == start);
            assert_eq!(is_offered, scene.has_room(start), "{start}");
            start += step;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_slot_is_open_and_free_and_every_free_one_is_offered(scene in scenes()) {
        let open = opening(&ServiceCalendar::default(), &scene.patterns(), KIND, (scene.first, scene.last()));
        assert_sound(&scene, &open, &free_slots(&open, &scene.wanted(), &scene.places()));
    }
}
