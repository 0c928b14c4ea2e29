//! The position of a page's data, which its event stream begins from.

use crate::types::AppError;

/// Where the signed-in user's data stood before the page read any of it. Only a page that the server draws
/// has one.
///
/// # Errors
/// 401.
#[cfg(feature = "ssr")]
pub async fn page_position() -> Result<Option<String>, AppError> {
    let page = leptos::prelude::use_context::<crate::services::positions::PagePosition>();
    let (services, user) = super::request::signed_in().await?;
    Ok(match page {
        Some(page) => page.token(&services.positions, user.id()).await,
        None => None,
    })
}

/// The browser is told it by the page.
///
/// # Errors
/// None.
#[cfg(not(feature = "ssr"))]
pub async fn page_position() -> Result<Option<String>, AppError> {
    Ok(None)
}
