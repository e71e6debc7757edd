//! Which greeting the agent reads out, and what stands in its place holders.

use chrono::NaiveTime;
use ortsgespraech::ids::LineId;
use ortsgespraech::tenants::{Greeting, Situation, choose, fill, unknown_placeholder};
use proptest::prelude::*;

const LINE: LineId = LineId(1);
const OTHER_LINE: LineId = LineId(2);

fn time(text: &str) -> NaiveTime {
    text.parse().expect("a time")
}

fn greeting(id: i64, line: Option<LineId>, situation: Situation, window: Option<(&str, &str)>, text: &str) -> Greeting {
    Greeting {
        id,
        line,
        situation,
        window: window.map(|(from, to)| (time(from), time(to))),
        text: text.to_owned(),
        version: 1,
    }
}

fn greetings() -> Vec<Greeting> {
    use Situation::{Closed, Open};
    vec![
        greeting(1, None, Open, None, "Ort"),
        greeting(2, None, Open, Some(("07:00", "09:00")), "Ort früh"),
        greeting(3, Some(LINE), Open, None, "Anschluss"),
        greeting(4, Some(LINE), Open, Some(("12:00", "14:00")), "Anschluss mittags"),
        greeting(5, None, Closed, None, "Ort zu"),
        greeting(6, None, Closed, Some(("22:00", "06:00")), "Ort nachts"),
    ]
}

#[test]
fn line_goes_before_tenant_and_its_time_of_day_before_any() {
    let all = greetings();
    let said = |line, situation, at: &str| choose(&all, line, situation, time(at)).to_owned();
    assert_eq!(said(LINE, Situation::Open, "08:00"), "Anschluss");
    assert_eq!(said(LINE, Situation::Open, "12:00"), "Anschluss mittags");
    assert_eq!(said(LINE, Situation::Open, "14:00"), "Anschluss");
    assert_eq!(said(OTHER_LINE, Situation::Open, "08:00"), "Ort früh");
    assert_eq!(said(OTHER_LINE, Situation::Open, "09:00"), "Ort");
}

#[test]
fn window_over_midnight_holds_on_both_sides() {
    let all = greetings();
    let said = |at: &str| choose(&all, LINE, Situation::Closed, time(at)).to_owned();
    assert_eq!(said("21:59:59"), "Ort zu");
    assert_eq!(said("22:00"), "Ort nachts");
    assert_eq!(said("00:00"), "Ort nachts");
    assert_eq!(said("05:59:59"), "Ort nachts");
    assert_eq!(said("06:00"), "Ort zu");
}

#[test]
fn without_any_greeting_there_is_a_usual_one() {
    let text = choose(&[], LINE, Situation::Open, time("10:30"));
    assert_eq!(fill(text, "Frau Weber", "Stadt A", time("10:30")), "Stadt A, mein Name ist Weber, guten Morgen.");
    let text = choose(&[], LINE, Situation::Closed, time("20:00"));
    assert!(fill(text, "Weber", "Stadt A", time("20:00")).contains("außerhalb der Servicezeit"));
}

#[test]
fn placeholders_are_filled_once() {
    let filled = fill("{gruss} bei {ort}, {name}. {{ort}", "{ort}", "Stadt {name}", time("18:00"));
    assert_eq!(filled, "guten Abend bei Stadt {name}, {ort}. {Stadt {name}");
}

#[test]
fn slip_of_the_pen_is_found() {
    assert_eq!(unknown_placeholder("{name} in {ort}, {gruss}"), None);
    assert_eq!(unknown_placeholder("Hier ist {Name}."), Some("{Name}"));
    assert_eq!(unknown_placeholder("offen {name"), Some("{name"));
}

#[test]
fn time_of_day_decides_the_salutation() {
    for (at, said) in
        [("03:59", "Abend"), ("04:00", "Morgen"), ("10:59", "Morgen"), ("11:00", "Tag"), ("18:00", "Abend")]
    {
        assert_eq!(fill("{gruss}", "", "", time(at)).split(' ').next_back(), Some(said), "{at}");
    }
}

proptest! {
    #[test]
    fn any_text_is_filled_without_panic(text in "\\PC{0,60}", name in "\\PC{0,12}") {
        let filled = fill(&text, &name, "Ort", time("12:00"));
        if !text.contains('{') {
            prop_assert_eq!(filled, text);
        }
    }

    #[test]
    fn window_and_its_complement_share_the_day(from in 0u32..1440, to in 0u32..1440, at in 0u32..1440) {
        prop_assume!(from != to);
        let clock = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).expect("a time");
        let one = |window| [Greeting { id: 1, line: None, situation: Situation::Open, window: Some(window), text: "x".into(), version: 1 }];
        let holds = |window| choose(&one(window), LINE, Situation::Open, clock(at)) == "x";
        prop_assert_ne!(holds((clock(from), clock(to))), holds((clock(to), clock(from))));
    }
}
