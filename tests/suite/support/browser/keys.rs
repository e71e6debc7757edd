//! The keyboard: keys go to whatever has the focus, as they do for a person.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

use super::Browser;

impl Browser {
    /// One key.
    pub async fn press(&self, key: Key) {
        self.strike(&[char::from(key)]).await;
    }

    /// A key while others are held: `chord(&[Key::Control, Key::Enter])`.
    pub async fn chord(&self, keys: &[Key]) {
        let keys: Vec<char> = keys.iter().map(|key| char::from(*key)).collect();
        self.strike(&keys).await;
    }

    /// A letter or digit that is a command.
    pub async fn press_letter(&self, letter: char) {
        self.strike(&[letter]).await;
    }

    /// One key after the other.
    pub async fn type_text(&self, text: &str) {
        for letter in text.chars() {
            self.strike(&[letter]).await;
        }
    }

    async fn strike(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for key in keys {
            actions = actions.then(KeyAction::Down { value: *key });
        }
        for key in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *key });
        }
        self.session.perform_actions(actions).await.expect("a keyboard");
        self.pressed.set(self.pressed.get() + 1);
    }

    /// Keys pressed so far; a chord is one.
    pub fn pressed(&self) -> usize {
        self.pressed.get()
    }

    /// The id of the element with the focus, or its name where it has none.
    pub async fn focus(&self) -> String {
        let script = "const e = document.activeElement; return e.id || e.tagName.toLowerCase()";
        self.run(script, &[]).await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn until_focus(&self, id: &str) {
        self.until(&format!("the focus on #{id}"), &format!("document.activeElement?.id === '{id}'")).await;
    }
}
