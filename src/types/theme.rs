//! The color theme.

use super::words::words;

words!(
    /// Whether pages are light or dark. The words are those of the cookie and of `data-theme`.
    #[derive(Default)]
    Theme {
        /// Follow the setting of the system.
        #[default]
        System = "system",
        /// Always light.
        Light = "light",
        /// Always dark.
        Dark = "dark",
    }
);

impl Theme {
    /// The value of `<meta name="color-scheme">`, so that the background is right before the style sheet has loaded.
    pub const fn color_scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
