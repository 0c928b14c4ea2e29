//! The position of a page's data, from which its event stream starts.

use crate::types::AppError;

/// The position of the signed-in user's data before the page read any of it. `None` unless the server renders a page.
///
/// # Errors
/// 401.
#[cfg(feature = "ssr")]
pub async fn page_position() -> Result<Option<String>, AppError> {
    let page = leptos::prelude::use_context::<crate::services::positions::PagePosition>();
    let (services, user) = super::request::signed_in().await?;
    Ok(match page {
        Some(page) => page.token(&services.positions, user.id).await,
        None => None,
    })
}

/// In the browser: always `None`, because the page already contains its position.
///
/// # Errors
/// None.
#[cfg(not(feature = "ssr"))]
pub async fn page_position() -> Result<Option<String>, AppError> {
    Ok(None)
}
