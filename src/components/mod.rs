//! Widgets that several pages share. Nothing here knows a page, and no rule of the service lives here.

pub mod async_view;
pub mod balance_chart;
pub mod connection_notice;
pub mod empty;
pub mod error_text;
pub mod errors;
pub mod field;
pub mod field_faults;
pub mod filter_bar;
pub mod form;
pub mod format;
pub mod guard;
pub mod history;
pub mod icon;
pub mod labels;
pub mod list_item;
pub mod live_page;
pub mod money;
pub mod nav;
pub mod not_found;
pub mod number_format;
pub mod page_title;
pub mod pager;
pub mod plurals;
pub mod preferences;
pub mod score;
pub mod select;
pub mod server_part;
pub mod skeleton;
pub mod status_badge;
pub mod task_list;
pub mod time;
pub mod toast;
pub mod top_up;
pub mod transaction_list;

pub use empty::Empty;
pub use errors::{ErrorPanel, FormErrors};
pub use field::{Area, Field};
pub use guard::{Loaded, SignedInOnly};
pub use icon::Icon;
pub use money::Money;
pub use select::Select;
pub use status_badge::StatusBadge;
pub use time::{Day, Time};

/// The page that compares two results.
pub const COMPARE_PATH: &str = "/compare";
