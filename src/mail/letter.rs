//! A mail in two forms that say the same: plain text, and HTML that needs no picture and no style.

use askama::Template;

use super::words::{Words, fill};

/// A mail as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlPart<'a> {
    subject: &'a str,
    greeting: &'a str,
    sentences: &'a [String],
    link: &'a str,
    signature: &'a str,
}

/// Greeting, what there is to say, one link, signature.
pub fn compose(words: &Words, values: [&str; 5], sentences: &[String], link: &str) -> Letter {
    let [subject, greeting, signature] =
        [&words.subject, &words.greeting, &words.signature].map(|text| fill(text, values));
    // A subject is one line.
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = format!("{greeting}\n\n{}\n\n{link}\n\n{signature}\n", sentences.join("\n"));
    let part = HtmlPart { subject: &subject, greeting: &greeting, sentences, link, signature: &signature };
    let html = part.render().unwrap_or_default();
    Letter { subject, text, html }
}
