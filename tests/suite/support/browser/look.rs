//! What the page looks like: sizes of screens, light and dark, pictures for people.

use std::path::PathBuf;

use serde_json::json;

use super::Browser;

impl Browser {
    /// In CSS pixels, also below the smallest window that Chromium opens.
    pub async fn set_screen(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", size).await;
    }

    pub async fn set_dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.chromium("Emulation.setEmulatedMedia", features).await;
    }

    /// A picture in target/screenshots, to be looked at.
    pub async fn screenshot(&self, name: &str) {
        self.try_screenshot(name).await.expect("a picture");
    }

    /// Must not fail itself: the test's own failure is the news.
    pub(super) async fn picture_of_failure(&self) {
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        self.try_screenshot(&format!("failed-{test}")).await.ok();
    }

    async fn try_screenshot(&self, name: &str) -> anyhow::Result<()> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder)?;
        let png = self.session.screenshot().await?;
        std::fs::write(folder.join(format!("{name}.png")), png)?;
        Ok(())
    }
}
