//! A word with what tells quickly that another one is no slip of the fingers away from it.

#[derive(Debug)]
pub struct Known {
    pub text: String,
    length: usize,
    /// Which letters it has. A slip changes two of them at most.
    letters: u32,
}

impl Known {
    pub fn new(text: &str) -> Self {
        let letters = text.chars().fold(0, |letters, letter| letters | 1 << (u32::from(letter) % 32));
        Self { text: text.to_owned(), length: text.chars().count(), letters }
    }

    /// One letter more, less, other or swapped in a word of five letters or more, two in a long one.
    pub fn is_slip_of(&self, known: &Self) -> bool {
        let allowed = match self.length {
            0..5 => return false,
            5..9 => 1,
            _ => 2,
        };
        self.length.abs_diff(known.length) <= allowed
            && (self.letters ^ known.letters).count_ones() as usize <= 2 * allowed
            && strsim::osa_distance(&self.text, &known.text) <= allowed
    }
}
