//! Forms as a browser reads and sends them.

/// Every field of the form as the browser would send it back, untouched.
pub fn fields_of(html: &str) -> Vec<(String, String)> {
    let form = html.split("<form class=\"form").nth(1).expect("the form").split("</form>").next().expect("its end");
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        Some(unescape(rest.split('"').next()?))
    };
    let mut fields = Vec::new();
    for tag in form.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("textarea")) {
        let Some(name) = attribute(tag, "name") else { continue };
        let is_choice = matches!(attribute(tag, "type").as_deref(), Some("checkbox" | "radio"));
        let skipped = is_choice && !tag.contains(" checked");
        let typed = tag.split_once('>').map(|(_, text)| unescape(text.strip_prefix('\n').unwrap_or(text)));
        let value = if tag.starts_with("textarea") { typed } else { attribute(tag, "value") };
        if !skipped {
            fields.push((name, value.unwrap_or_default()));
        }
    }
    fields
}

fn unescape(text: &str) -> String {
    let pairs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
