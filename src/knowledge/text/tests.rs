//! What must hold for every text: nothing dangerous stays, nothing said is lost, and editing without a change changes nothing.

use proptest::prelude::*;

use super::{Html, allowed_url, presentable};

fn from_html(html: &str) -> String {
    Html::from_html(html).to_string()
}

fn from_notation(text: &str) -> String {
    Html::from_notation(text).to_string()
}

#[test]
fn plain_text_becomes_paragraphs_and_lists() {
    let text =
        "Bitte mitbringen:\r\n- Ausweis\n- Foto\n  (biometrisch)\n• Geld\n\nDanke.\nBis bald. **nicht fett** 1) bleibt";
    insta::assert_snapshot!(Html::from_plain(text), @"<p>Bitte mitbringen:</p><ul><li>Ausweis</li><li>Foto<br>(biometrisch)</li><li>Geld</li></ul><p>Danke.<br>Bis bald. **nicht fett** 1) bleibt</p>");
}

#[test]
fn html_keeps_what_is_allowed_and_drops_the_rest() {
    insta::assert_snapshot!(from_html("<div>eins</div><div>zwei<script>alert(1)</script></div><h2 onclick=x>Ü</h2><p style='color:red'>a<br><br>b <b>fett </b>c&nbsp;d"),
        @"<p>eins</p><p>zwei</p><h3>Ü</h3><p>a</p><p>b <strong>fett</strong> c\u{a0}d</p>");
    insta::assert_snapshot!(from_html("<a href='javascript:alert(1)'>x</a> <a href='/weg'>y</a> <a href='https://a.de/?b>c(d)'>z</a> <a href='tel:115'>115</a>"),
        @r#"<p>x y <a href="https://a.de/?b&gt;c%28d%29" target="_blank" rel="noopener noreferrer">z</a> <a href="tel:115">115</a></p>"#);
    insta::assert_snapshot!(from_html("<ul><li>a<ol><li>b</li></ol>c</li><li><p>d</p><p>e</p></li></ul><table><caption>Gebühren</caption><tr><th>Art<th>Euro</tr><tr><td>neu<td>37<br>oder 22</table>"),
        @r#"<ul><li>a<ol><li>b</li></ol></li><li>c</li><li>d<br>e</li></ul><p>Gebühren</p><table><thead><tr><th scope="col">Art</th><th scope="col">Euro</th></tr></thead><tbody><tr><td>neu</td><td>37<br>oder 22</td></tr></tbody></table>"#);
}

#[test]
fn notation_says_what_html_can() {
    let text = "Erst **fett und __betont__**, dann [Seite](https://a.de/x).\n\n### Ablauf\n\n1) eins\n  - innen\n2) zwei\n\n| Art | Euro |\n| --- | --- |\n| neu | 37<br>oder 22 |";
    insta::assert_snapshot!(from_notation(text), @r#"<p>Erst <strong>fett und <em>betont</em></strong>, dann <a href="https://a.de/x" target="_blank" rel="noopener noreferrer">Seite</a>.</p><h3>Ablauf</h3><ol><li>eins<ul><li>innen</li></ul></li><li>zwei</li></ol><table><thead><tr><th scope="col">Art</th><th scope="col">Euro</th></tr></thead><tbody><tr><td>neu</td><td>37<br>oder 22</td></tr></tbody></table>"#);
    assert_eq!(Html::from_notation(text).to_notation(), text);
}

#[test]
fn marks_without_meaning_stay_text() {
    for text in [
        "Bürger*innen und Antragsteller*innen",
        "3) ohne Anfang",
        "1. Januar",
        "[x](javascript:alert(1))",
        "Name: ______",
        "a_b_c 5 * 3 ** 2",
        "* nur bei Antrag",
        "C:\\Temp",
    ] {
        assert_eq!(Html::from_notation(text).to_plain(), text);
    }
}

#[test]
fn deep_nesting_is_cut_and_no_stack_overflows() {
    for deep in ["<ul><li>x".repeat(300), "<ul><li>x".repeat(20_000)] {
        assert_eq!(Html::from_html(&deep).to_plain().matches('x').count(), deep.matches('x').count());
    }
    assert!(Html::from_html(&format!("Anfang {}", "<b>".repeat(2_000))).to_plain().starts_with("Anfang"));
    assert_eq!(Html::from_html(&"<ul><li>x".repeat(9)).as_str().matches("<ul>").count(), 5);
    assert!(!Html::from_html(&"<b><i><table><tr><td>".repeat(5_000)).as_str().contains("<i>"));
    assert!(!Html::from_notation(&"**[__".repeat(20_000)).is_empty());
}

#[test]
fn only_four_schemes_may_be_linked() {
    assert_eq!(allowed_url(" HTTPS://a.de/b c ").as_deref(), Some("https://a.de/b%20c"));
    assert_eq!(allowed_url("mailto:a@b.de").as_deref(), Some("mailto:a@b.de"));
    for bad in [
        "javascript:alert(1)",
        "java\nscript:x",
        "data:text/html,x",
        "//a.de",
        "/a",
        "https:a",
        "http://",
        "tel:",
        "mailto:x",
        "",
    ] {
        assert_eq!(allowed_url(bad), None, "{bad}");
    }
}

/// Pieces that meet in real and in hostile texts.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zäöüß 0-9.,()]{1,8}",
        2 => "[ \\n\\t*_\\[\\]()<>|\\\\&;\"'#•–\u{a0}-]{1,4}",
        3 => proptest::sample::select(vec![
            "<p>", "</p>", "<br>", "<ul>", "<ol>", "</ul>", "</ol>", "<li>", "</li>", "<b>", "</b>", "<em>", "</em>",
            "<a href=\"https://a.de/(x)\">", "<a href='javascript:alert(1)'>", "</a>", "<h3>", "</h3>", "<table>", "</table>",
            "<tr>", "<td>", "<th>", "</td>", "</tr>", "<script>alert(1)</script>", "<style>p{}</style>", "<img src=x onerror=alert(1)>",
            "<div onclick=\"x\">", "</div>", "<svg onload=x>", "\n\n", "\n- ", "\n  - ", "\n1) ", "\n2) ", "**", "__",
            "[x](https://b.de)", "](", "### ", "\n#### ", "\n| a | b |\n", "| --- | --- |\n", "<br>", "&nbsp;", "&lt;br&gt;", "\\",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

/// The words of plain text; "-" and "•" that begin an item are marks and not words.
fn words(text: &str) -> Vec<String> {
    let text = presentable(text);
    let lines = text.lines().map(|line| {
        let line = line.trim();
        line.strip_prefix("- ").or_else(|| line.strip_prefix("• ")).unwrap_or(line).to_owned()
    });
    lines.flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

proptest! {
    #[test]
    fn sanitising_twice_is_sanitising_once(text in soup()) {
        for html in [Html::from_html(&text), Html::from_plain(&text), Html::from_notation(&text)] {
            prop_assert_eq!(&Html::from_html(html.as_str()), &html);
        }
    }

    #[test]
    fn nothing_dangerous_survives(text in soup()) {
        let html = from_html(&text);
        for part in html.split('<').skip(1) {
            let tag = part.split('>').next().unwrap_or_default();
            let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
            prop_assert!(["p", "br", "ul", "ol", "li", "strong", "em", "a", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"].contains(&name), "{}", html);
            let attributes = tag.split_once(' ').map_or("", |(_, rest)| rest);
            prop_assert!(attributes.is_empty() || attributes == "scope=\"col\"" || attributes.starts_with("href=\"http") || attributes.starts_with("href=\"tel:") || attributes.starts_with("href=\"mailto:"), "{}", html);
        }
    }

    #[test]
    fn editing_without_a_change_changes_nothing(text in soup()) {
        for html in [Html::from_html(&text), Html::from_plain(&text), Html::from_notation(&text)] {
            let notation = html.to_notation();
            prop_assert_eq!(&Html::from_notation(&notation), &html, "{}", notation);
        }
    }

    #[test]
    fn plain_text_keeps_every_word(text in soup()) {
        let kept = Html::from_plain(&text).to_plain();
        prop_assert_eq!(kept.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), words(&text));
    }

    #[test]
    fn parsers_take_anything(text in "\\PC{0,200}") {
        let _ = (from_html(&text), from_notation(&text), Html::from_plain(&text));
    }
}
