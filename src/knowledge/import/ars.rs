//! Where something holds: the twelve digits of the Regionalschlüssel (ARS), from the whole country down to one Gemeinde.

/// Where the levels end: Land, Regierungsbezirk, Kreis, Gemeindeverband, Gemeinde.
const LEVELS: [usize; 5] = [2, 3, 5, 9, 12];

/// An area by the digits that count; zeros at the end mean "all below".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area(String);

impl Area {
    /// An ARS of up to twelve digits, or an AGS of eight; None: these are no such digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let is_key = (2..=12).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_key.then(|| Self(significant(&digits)))
    }

    /// The eight digits of an AGS leave out the Gemeindeverband.
    pub fn parse_ags(text: &str) -> Option<Self> {
        let area = Self::parse(text).filter(|_| text.trim().len() == 8)?;
        let digits = text.trim();
        // Only where the municipality belongs to no other association than itself are the digits in between known.
        if area.0.len() <= 5 {
            Some(area)
        } else {
            Some(Self(format!("{}0{}{}", &digits[..5], &digits[5..], &digits[5..])))
        }
    }

    /// Lies within this area, or is it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The longer, the narrower.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn significant(digits: &str) -> String {
    let is_zero = |rest: &str| rest.bytes().all(|byte| byte == b'0');
    if is_zero(digits) {
        return String::new();
    }
    let end = LEVELS.into_iter().filter(|level| *level < digits.len()).find(|level| is_zero(&digits[*level..]));
    digits[..end.unwrap_or(digits.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::Area;

    #[test]
    fn zeros_at_the_end_of_a_level_mean_everything_below() {
        let area = |text| Area::parse(text).expect("an ARS");
        let kreis = area("051540000000");
        assert_eq!(kreis.as_str(), "05154");
        assert!(area("050000000000").covers(&kreis) && area("000000000000").covers(&kreis));
        assert!(kreis.covers(&area("051540012012")) && kreis.covers(&area("05154")));
        assert!(!kreis.covers(&area("05170")) && !area("051540012012").covers(&kreis));
        // Ten Kreise end with a zero of their own.
        assert_eq!(area("05170").as_str(), "05170");
        assert_eq!(area("051700000000").as_str(), "05170");
        assert_eq!(Area::parse_ags("05154012").map(|area| area.as_str().to_owned()).as_deref(), Some("051540012012"));
        assert_eq!(Area::parse_ags("05154000").map(|area| area.as_str().to_owned()).as_deref(), Some("05154"));
        assert!(Area::parse("Geldern").is_none() && Area::parse("5").is_none());
    }
}
