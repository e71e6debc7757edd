//! What kind of file it is, told by its first bytes.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Pdf,
    Png,
    Jpeg,
}

impl FileKind {
    const ALL: [Self; 3] = [Self::Pdf, Self::Png, Self::Jpeg];

    pub fn of(bytes: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| bytes.starts_with(kind.beginning()))
    }

    fn beginning(self) -> &'static [u8] {
        match self {
            Self::Pdf => b"%PDF-",
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Jpeg => b"\xff\xd8\xff",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    pub fn parse(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG-Bild",
            Self::Jpeg => "JPEG-Bild",
        }
    }

    /// Whether the name promises what is in the file.
    pub fn fits(self, file_name: &str) -> bool {
        let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        match self {
            Self::Pdf => ending == "pdf",
            Self::Png => ending == "png",
            Self::Jpeg => ending == "jpg" || ending == "jpeg",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FileKind;

    #[test]
    fn first_bytes_say_what_a_file_is() {
        assert_eq!(FileKind::of(b"%PDF-1.7\n..."), Some(FileKind::Pdf));
        assert_eq!(FileKind::of(b"\x89PNG\r\n\x1a\n\0\0"), Some(FileKind::Png));
        assert_eq!(FileKind::of(b"\xff\xd8\xff\xe0"), Some(FileKind::Jpeg));
        for other in [&b""[..], b"MZ\x90", b"<svg onload=alert(1)>", b"GIF89a", b" %PDF-"] {
            assert_eq!(FileKind::of(other), None);
        }
        assert!(
            FileKind::Jpeg.fits("Plan.JPEG") && !FileKind::Pdf.fits("antrag.pdf.exe") && !FileKind::Png.fits("png")
        );
    }
}
