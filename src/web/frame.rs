//! The frame of a page: title, navigation, the person, one message about what just happened.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::assets;
use crate::access::{Permission, Viewer};
use crate::accounts;
use crate::app::App;
use crate::cases;

/// A template as a response; a template that cannot be rendered is a mistake of ours.
#[derive(Debug)]
pub struct Page<T: Template>(pub T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => Html(html).into_response(),
            Err(error) => super::Error::from(error).into_response(),
        }
    }
}

/// After a change: 303, so that a reload does not send the form again.
pub fn redirect(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// After a change: the message for the next page, and the way there.
pub async fn done(app: &App, viewer: &Viewer, text: impl Into<String>, to: &str) -> super::Result<Response> {
    accounts::flash(app, viewer, &Flash { text: text.into(), undo: None }).await?;
    Ok(redirect(to))
}

/// The same where one click takes the change back.
pub async fn done_with_undo(
    app: &App,
    viewer: &Viewer,
    text: impl Into<String>,
    undo: String,
    to: &str,
) -> super::Result<Response> {
    accounts::flash(app, viewer, &Flash { text: text.into(), undo: Some(undo) }).await?;
    Ok(redirect(to))
}

/// A message on the next page, kept in the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub text: String,
    /// Where one click takes the change back.
    pub undo: Option<String>,
}

/// What the layout shows around a page.
#[derive(Debug)]
pub struct Frame {
    pub title: String,
    /// The center's name.
    pub center: Option<String>,
    pub here: Section,
    pub person: Option<Person>,
    pub flash: Option<Flash>,
    /// Promises that are late, or nearly; beside the section's name.
    pub due_cases: i64,
    pub scripts: &'static [&'static str],
}

#[derive(Debug)]
pub struct Person {
    pub name: String,
    /// What the person is here, in words.
    pub roles: String,
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Desk,
    Calls,
    Cases,
    Appointments,
    Wallboard,
    Knowledge,
    Directory,
    Tenants,
    Center,
    Account,
    None,
}

impl Section {
    pub fn label(self) -> &'static str {
        match self {
            Self::Desk => "Arbeitsplatz",
            Self::Calls => "Anrufe",
            Self::Cases => "Vorgänge",
            Self::Appointments => "Termine",
            Self::Wallboard => "Leitstand",
            Self::Knowledge => "Wissen",
            Self::Directory => "Verzeichnis",
            Self::Tenants => "Mandanten",
            Self::Center => "Betrieb",
            Self::Account => "Konto",
            Self::None => "",
        }
    }

    pub fn url(self) -> &'static str {
        match self {
            Self::Desk => "/desk",
            Self::Calls => "/calls",
            Self::Cases => "/cases",
            Self::Appointments => "/appointments",
            Self::Wallboard => "/wallboard",
            Self::Knowledge => "/knowledge",
            Self::Directory => "/directory",
            Self::Tenants => "/tenants",
            Self::Center => "/center",
            Self::Account => "/account",
            Self::None => "/",
        }
    }

    fn permission(self) -> Permission {
        match self {
            Self::Desk | Self::Calls => Permission::UseDesk,
            Self::Cases => Permission::HandleCases,
            Self::Appointments => Permission::ReadAppointments,
            Self::Wallboard => Permission::WatchFigures,
            Self::Knowledge => Permission::ReadKnowledge,
            Self::Directory => Permission::ReadDirectory,
            Self::Tenants => Permission::ManageTenant,
            Self::Center => Permission::ManageCenter,
            Self::Account | Self::None => Permission::SignedIn,
        }
    }

    fn of(viewer: &Viewer) -> Vec<Self> {
        [
            Self::Desk,
            Self::Calls,
            Self::Cases,
            Self::Appointments,
            Self::Wallboard,
            Self::Knowledge,
            Self::Directory,
            Self::Tenants,
            Self::Center,
        ]
        .into_iter()
        .filter(|section| viewer.may(section.permission()))
        .collect()
    }
}

impl Frame {
    /// A page of a signed-in person; takes the waiting message out of the session.
    pub async fn of(app: &App, viewer: &Viewer, here: Section, title: impl Into<String>) -> super::Result<Self> {
        let flash = accounts::take_flash(app, viewer).await?;
        let due_cases = match viewer.may(Section::Cases.permission()) {
            true => cases::count_due(app, viewer).await?,
            false => 0,
        };
        Ok(Self { here, flash, due_cases, ..Self::around(viewer, title) })
    }

    /// The same without the message, for pages that must not ask the database.
    pub fn around(viewer: &Viewer, title: impl Into<String>) -> Self {
        let person = Person { name: viewer.name.clone(), roles: viewer.role_labels(), sections: Section::of(viewer) };
        Self { center: Some(viewer.center.clone()), person: Some(person), ..Self::public(title) }
    }

    /// A page before sign-in.
    pub fn public(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            center: None,
            here: Section::None,
            person: None,
            flash: None,
            due_cases: 0,
            scripts: &[],
        }
    }

    #[must_use]
    pub fn of_center(mut self, name: String) -> Self {
        self.center = Some(name);
        self
    }

    #[must_use]
    pub fn with_scripts(mut self, scripts: &'static [&'static str]) -> Self {
        self.scripts = scripts;
        self
    }

    /// What waits in a section, beside its name.
    pub fn waiting(&self, section: Section) -> Option<i64> {
        Some(self.due_cases).filter(|due| section == Section::Cases && *due > 0)
    }

    /// For templates: the address of a style or script.
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }

    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
