//! Phone numbers in every German spelling.

use ortsgespraech::tenants::{Number, block_of};
use proptest::prelude::*;

fn e164(number: &str) -> Number {
    Number::E164(number.to_owned())
}

#[test]
fn german_spellings_of_one_number_are_one_number() {
    for spelling in [
        "0281 / 207-0",
        "0281/207-0",
        "(0281) 207-0",
        "0281 207–0",
        "0281.207.0",
        "02812070",
        "+49 (0)281 2070",
        "+49 (0) 281 / 207 - 0",
        "+49 281 2070",
        "+492812070",
        "+49 0281 2070",
        "0049 281 2070",
        "0049 (0)281 207-0",
        "00492812070",
        "492812070",
        "0 0281 2070",
        "tel:+49-281-2070",
        "sip:+492812070@pbx.example;user=phone",
        "\"Bürgerin\" <sip:02812070@pbx.example>",
        " 0281\u{a0}207-0 ",
    ] {
        assert_eq!(Number::parse(spelling), e164("+492812070"), "{spelling}");
    }
}

#[test]
fn other_kinds_of_callers_are_told_apart() {
    for (spelling, number) in [
        ("115", Number::Short("115".into())),
        ("+49115", Number::Short("115".into())),
        ("116 116", Number::Short("116116".into())),
        ("11833", Number::Short("11833".into())),
        ("2212", Number::Internal("2212".into())),
        ("22 12", Number::Internal("2212".into())),
        ("anonymous", Number::Anonymous),
        ("Anonymous", Number::Anonymous),
        ("<unknown>", Number::Anonymous),
        ("sip:anonymous@anonymous.invalid", Number::Anonymous),
        ("", Number::Anonymous),
        ("  ", Number::Anonymous),
        ("+31 20 624 1111", e164("+31206241111")),
        ("0031206241111", e164("+31206241111")),
        ("31206241111", e164("+31206241111")),
        ("0152 28817386", e164("+4915228817386")),
        ("492831398123", e164("+492831398123")),
        ("069 90009-100", e164("+496990009100")),
        ("0221 4710-100", e164("+492214710100")),
        ("040 66969-1", e164("+4940669691")),
        ("030 23125-000", e164("+493023125000")),
    ] {
        assert_eq!(Number::parse(spelling), number, "{spelling}");
    }
}

#[test]
fn nonsense_stays_as_it_was_written() {
    for spelling in
        ["Weber", "0281 x 207", "++49", "4471220", "0000000", "123456789012345678901234567890", "<b>0281</b>", "+"]
    {
        assert_eq!(Number::parse(spelling), Number::Unreadable(spelling.to_owned()));
        assert_eq!(Number::parse(spelling).dialable(), None);
    }
}

#[test]
fn hyphen_stands_after_the_known_switchboard() {
    let blocks = ["+492214710".to_owned(), "+496990009".to_owned(), "+49699".to_owned()];
    for (number, shown) in [
        ("+492214710100", "0221 4710-100"),
        ("+496990009500", "069 90009-500"),
        ("+4969900091", "069 90009-1"),
        ("+492812070", "0281 2070"),
        ("+31206241111", "+31 20 624 1111"),
        ("115", "115"),
        ("116116", "116 116"),
    ] {
        assert_eq!(Number::parse(number).display(&blocks), shown);
    }
}

#[test]
fn hyphen_in_the_spelling_tells_the_switchboard() {
    assert_eq!(block_of("0221 4710-100").as_deref(), Some("+492214710"));
    assert_eq!(block_of("+49 (0)69 / 90009 - 0").as_deref(), Some("+496990009"));
    assert_eq!(block_of("02214710100"), None);
    assert_eq!(block_of("115"), None);
}

#[test]
fn last_three_digits_are_hidden_from_others() {
    assert_eq!(Number::parse("0281 207-0").masked(), "0281 2•••");
    assert_eq!(Number::parse("0281 20123").masked(), "0281 20•••");
    assert_eq!(Number::parse("anonymous").masked(), "unbekannt");
    assert_eq!(Number::parse("Tür 12345").masked(), "Tür 12•••");
    assert_eq!(Number::parse("115").masked(), "115");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
        let number = Number::parse(&text);
        let _ = (number.masked(), number.display(&["+4922".to_owned()]), block_of(&text));
        if let Some(dialable) = number.dialable() {
            prop_assert!(dialable.len() <= 16 && dialable.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(Number::parse(dialable), number.clone());
        }
    }

    #[test]
    fn what_is_shown_is_read_back_as_the_same_number(area in "(221|69|40|30|281|2841)", rest in "[1-9][0-9]{4,6}") {
        let written = format!("0{area} {rest}");
        let number = Number::parse(&written);
        if let Number::E164(_) = &number {
            let block = vec![format!("+49{area}{}", &rest[..2])];
            prop_assert_eq!(Number::parse(&number.display(&[])), number.clone());
            prop_assert_eq!(Number::parse(&number.display(&block)), number);
        }
    }

    #[test]
    fn separators_make_no_difference(cuts in proptest::collection::vec(0usize..9, 0..4), mark in "[ /.()-]") {
        let mut written = "02812070".to_owned();
        for cut in cuts {
            written.insert_str(cut.clamp(1, written.len()), &mark);
        }
        prop_assert_eq!(Number::parse(&written), Number::E164("+492812070".to_owned()));
    }
}
