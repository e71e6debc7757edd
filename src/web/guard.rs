//! Every route names the permission it needs; a route without one cannot be written.

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodFilter, on};

use super::{Error, Result};
use crate::access::{Permission, TenantAccess, TokenHolder, Viewer};
use crate::app::App;

/// A router that keeps the table of its routes beside it.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    table: Vec<RouteLine>,
}

#[derive(Debug, Clone)]
pub struct RouteLine {
    pub method: Method,
    pub path: &'static str,
    pub permission: Permission,
}

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn get<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on(Method::GET, MethodFilter::GET, path, permission, handler)
    }

    #[must_use]
    pub fn post<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on(Method::POST, MethodFilter::POST, path, permission, handler)
    }

    #[must_use]
    pub fn put<H, T>(self, path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on(Method::PUT, MethodFilter::PUT, path, permission, handler)
    }

    fn on<H, T>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        permission: Permission,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let guard = middleware::from_fn(move |params: Readable, request: Request, next: Next| {
            check(permission, params, request, next)
        });
        self.router = self.router.route(path, on(filter, handler).layer(guard));
        self.table.push(RouteLine { method, path, permission });
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    pub fn table(&self) -> &[RouteLine] {
        &self.table
    }

    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

/// Who asks, as `session::identify` found out.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    pub viewer: Option<Viewer>,
    pub token: Option<TokenHolder>,
}

/// The path's parts, unless they are no text at all.
type Readable = std::result::Result<RawPathParams, RawPathParamsRejection>;

/// 401 without a person or token, 403 for a person without the permission, 404 for another tenant's things.
async fn check(permission: Permission, params: Readable, mut request: Request, next: Next) -> Result<Response> {
    let params = params.map_err(|_| Error::NotFound)?;
    if permission == Permission::Public {
        return Ok(next.run(request).await);
    }
    let identity = request.extensions().get::<Identity>().cloned().unwrap_or_default();
    if permission.token_scopes().is_some() {
        let holder = identity.token.filter(|token| token.may(permission)).ok_or(Error::SignedOut)?;
        request.extensions_mut().insert(ApiCaller(holder));
        return Ok(next.run(request).await);
    }
    let viewer = identity.viewer.ok_or(Error::SignedOut)?;
    if let Some(tenant) = params.iter().find(|(name, _)| *name == "tenant").map(|(_, slug)| slug) {
        let tenant = viewer.tenant(tenant).ok_or(Error::NotFound)?.clone();
        if !tenant.may(permission) {
            return Err(Error::Forbidden);
        }
        request.extensions_mut().insert(InTenant(tenant));
    } else if !viewer.may(permission) {
        return Err(Error::Forbidden);
    }
    request.extensions_mut().insert(Allowed(viewer));
    Ok(next.run(request).await)
}

/// The person, once the guard has let them in.
#[derive(Debug, Clone)]
struct Allowed(Viewer);

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Allowed>().map(|allowed| allowed.0.clone()).ok_or(Error::SignedOut)
    }
}

/// The tenant named in the path, one of the person's own.
#[derive(Debug, Clone)]
pub struct InTenant(pub TenantAccess);

impl<S: Send + Sync> FromRequestParts<S> for InTenant {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or(Error::NotFound)
    }
}

/// The program that asks, with a token that opens the route.
#[derive(Debug, Clone)]
pub struct ApiCaller(pub TokenHolder);

impl<S: Send + Sync> FromRequestParts<S> for ApiCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or(Error::SignedOut)
    }
}
