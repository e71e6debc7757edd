//! The house's rules that a machine can check.

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(&folder).expect("a folder of the project") {
            let path = item.expect("a readable entry").path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != "vendor") {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("UTF-8 text")
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for path in files("src", "rs") {
        assert!(text(&path).starts_with("//!"), "{} has no //! lines", path.display());
    }
}

#[test]
fn only_stores_speak_sql_about_their_own_tables() {
    for path in files("src", "rs").into_iter().filter(|path| !path.components().any(|part| part.as_os_str() == "db")) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if matches!(name, "pages.rs" | "mod.rs") || path.components().any(|part| part.as_os_str() == "pages") {
            assert!(!text(&path).contains("sqlx::query"), "{} speaks SQL", path.display());
        }
    }
}

/// What needs `eval` or inline code would be stopped by the content security policy, silently, in somebody's browser.
#[test]
fn templates_carry_no_inline_script_or_style() {
    for path in files("templates", "html") {
        let html = text(&path);
        for banned in [
            " style=",
            "<style",
            "hx-on",
            "hx-vals=\"js:",
            " onclick=",
            " onchange=",
            "javascript:",
            "hx-trigger=\"keyup[",
        ] {
            assert!(!html.contains(banned), "{} contains {banned}", path.display());
        }
        for script in html.split("<script").skip(1) {
            assert!(script.contains(" src="), "{} has an inline script", path.display());
        }
    }
}

#[test]
fn project_never_names_what_is_not_part_of_it() {
    for (folder, ending) in
        [("src", "rs"), ("templates", "html"), ("static", "js"), ("static", "css"), ("migrations", "sql")]
    {
        for path in files(folder, ending) {
            assert!(!text(&path).contains("../shared"), "{} names ../shared", path.display());
        }
    }
}
