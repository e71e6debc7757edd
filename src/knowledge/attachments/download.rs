//! A file on its way out: to be kept, never to be run.

use std::fmt::Write;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::Attachment;

/// Even where a browser shows it in place, nothing in it may act.
const SANDBOX: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub fn answer(file: &Attachment, bytes: Vec<u8>) -> Response {
    let disposition = HeaderValue::from_str(&disposition(&file.file_name));
    let tag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&file.sha256));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.kind.media_type())),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CONTENT_SECURITY_POLICY, SANDBOX),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))),
    ];
    (headers, bytes).into_response()
}

/// The name twice: in plain letters for old browsers, in full for the others.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' }).collect();
    let mut full = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            let _ = write!(full, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn no_name_breaks_the_header() {
        assert_eq!(
            disposition("Antrag \"für\"\r\nX: y.pdf"),
            "attachment; filename=\"Antrag _f_r___X_ y.pdf\"; filename*=UTF-8''Antrag%20%22f%C3%BCr%22%0D%0AX%3A%20y.pdf"
        );
    }
}
