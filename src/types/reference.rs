//! The values that the form offers and the rules accept: countries, currencies, categories.
//!
//! Categories with their parents and positions, and exchange rates, are aggregates of public campaign listings of
//! 2024-25. Country codes are those of ISO 3166-1.

/// A Kickstarter category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// The name, `analytics_name` on the wire.
    pub name: &'static str,
    /// The parent category, `parent_name` on the wire.
    pub parent: &'static str,
    /// Its position in the parent's list, if known.
    pub position: Option<u32>,
}

/// A currency that campaigns can use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Currency {
    /// The ISO 4217 code.
    pub code: &'static str,
    /// US dollars per unit at launch, as last seen in the listings.
    pub static_usd_rate: f64,
    /// US dollars per unit today, the median of the listings.
    pub fx_rate: f64,
}

/// The category of campaigns whose category is unknown; accepted but not offered.
pub const UNKNOWN_CATEGORY: &str = "(unknown)";

/// Finds a category by its name and, if given, its parent, ignoring case. Without a parent, returns the most common
/// one of that name.
pub fn find_category(name: &str, parent: Option<&str>) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| {
        category.name.eq_ignore_ascii_case(name)
            && parent.is_none_or(|parent| category.parent.eq_ignore_ascii_case(parent))
    })
}

/// All parents with their categories, both in alphabetical order, without the unknown category.
pub fn categories_by_parent() -> Vec<(&'static str, Vec<&'static Category>)> {
    let mut groups: Vec<(_, Vec<&Category>)> = Vec::new();
    for category in CATEGORIES.iter().filter(|it| it.name != UNKNOWN_CATEGORY) {
        let group = groups.partition_point(|(parent, _)| *parent < category.parent);
        match groups.get_mut(group) {
            Some((parent, categories)) if *parent == category.parent => {
                let place = categories.partition_point(|it| it.name <= category.name);
                categories.insert(place, category);
            }
            _ => groups.insert(group, (category.parent, vec![category])),
        }
    }
    groups
}

/// Finds a currency by its code, ignoring case.
pub fn find_currency(code: &str) -> Option<&'static Currency> {
    CURRENCIES
        .iter()
        .find(|currency| currency.code.eq_ignore_ascii_case(code))
}

/// The usual currency of campaigns in a country; US dollars if there is none.
pub fn currency_of_country(country: &str) -> &'static str {
    CURRENCY_OF_COUNTRY
        .iter()
        .find(|(code, _)| *code == country)
        .map_or("USD", |(_, currency)| currency)
}

/// The country of campaigns whose country is unknown.
#[cfg(feature = "ssr")]
pub const UNKNOWN_COUNTRY: &str = "Other";

/// ISO 3166-1 codes, and `Other`.
#[rustfmt::skip]
pub const COUNTRIES: &[&str] = &[
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB",
    "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY",
    "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX",
    "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK",
    "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS",
    "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR",
    "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA",
    "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE",
    "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM",
    "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG",
    "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF",
    "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY",
    "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
    "Other",
];

const fn currency(code: &'static str, static_usd_rate: f64, fx_rate: f64) -> Currency {
    Currency {
        code,
        static_usd_rate,
        fx_rate,
    }
}

/// The currencies that Kickstarter supports.
#[expect(
    clippy::unreadable_literal,
    reason = "rates read as they are written in the listings"
)]
pub const CURRENCIES: &[Currency] = &[
    currency("AUD", 0.640614, 0.68731),
    currency("CAD", 0.727028, 0.7372),
    currency("CHF", 1.02856, 1.0533),
    currency("DKK", 0.157188, 0.15089),
    currency("EUR", 1.1685, 1.12495),
    currency("GBP", 1.342495, 1.25533),
    currency("HKD", 0.128512, 0.12902),
    currency("JPY", 0.008963, 0.00936),
    currency("MXN", 0.053656, 0.04486),
    currency("NOK", 0.1188, 0.10504),
    currency("NZD", 0.697594, 0.64449),
    currency("PLN", 0.26614, 0.22595),
    currency("SEK", 0.1131, 0.1072),
    currency("SGD", 0.731743, 0.71827),
    currency("USD", 1.0, 1.0),
];

#[rustfmt::skip]
const CURRENCY_OF_COUNTRY: &[(&str, &str)] = &[
    ("AT", "EUR"), ("AU", "AUD"), ("BE", "EUR"), ("CA", "CAD"), ("CH", "CHF"), ("CY", "EUR"),
    ("DE", "EUR"), ("DK", "DKK"), ("EE", "EUR"), ("ES", "EUR"), ("FI", "EUR"), ("FR", "EUR"),
    ("GB", "GBP"), ("GR", "EUR"), ("HK", "HKD"), ("HR", "EUR"), ("IE", "EUR"), ("IT", "EUR"),
    ("JP", "JPY"), ("LI", "CHF"), ("LT", "EUR"), ("LU", "EUR"), ("LV", "EUR"), ("MT", "EUR"),
    ("MX", "MXN"), ("NL", "EUR"), ("NO", "NOK"), ("NZ", "NZD"), ("PL", "PLN"), ("PT", "EUR"),
    ("SE", "SEK"), ("SG", "SGD"), ("SI", "EUR"), ("SK", "EUR"), ("US", "USD"),
];

/// All categories. Among those of the same name, the most common comes first.
#[rustfmt::skip]
pub const CATEGORIES: &[Category] = &[
    Category { name: "Art", parent: "Art", position: Some(1) },
    Category { name: "Ceramics", parent: "Art", position: Some(1) },
    Category { name: "Conceptual Art", parent: "Art", position: None },
    Category { name: "Digital Art", parent: "Art", position: Some(3) },
    Category { name: "Illustration", parent: "Art", position: Some(4) },
    Category { name: "Installations", parent: "Art", position: Some(5) },
    Category { name: "Mixed Media", parent: "Art", position: Some(6) },
    Category { name: "Painting", parent: "Art", position: Some(7) },
    Category { name: "Performance Art", parent: "Art", position: Some(8) },
    Category { name: "Public Art", parent: "Art", position: Some(9) },
    Category { name: "Sculpture", parent: "Art", position: Some(10) },
    Category { name: "Social Practice", parent: "Art", position: Some(11) },
    Category { name: "Textiles", parent: "Art", position: Some(12) },
    Category { name: "Video Art", parent: "Art", position: Some(13) },
    Category { name: "Anthologies", parent: "Comics", position: Some(1) },
    Category { name: "Comic Books", parent: "Comics", position: Some(2) },
    Category { name: "Comics", parent: "Comics", position: Some(2) },
    Category { name: "Graphic Novels", parent: "Comics", position: Some(4) },
    Category { name: "Webcomics", parent: "Comics", position: Some(5) },
    Category { name: "Candles", parent: "Crafts", position: Some(1) },
    Category { name: "Crafts", parent: "Crafts", position: Some(3) },
    Category { name: "Crochet", parent: "Crafts", position: Some(2) },
    Category { name: "DIY", parent: "Crafts", position: Some(3) },
    Category { name: "Embroidery", parent: "Crafts", position: Some(4) },
    Category { name: "Glass", parent: "Crafts", position: Some(5) },
    Category { name: "Knitting", parent: "Crafts", position: Some(6) },
    Category { name: "Pottery", parent: "Crafts", position: Some(8) },
    Category { name: "Printing", parent: "Crafts", position: Some(9) },
    Category { name: "Quilts", parent: "Crafts", position: Some(10) },
    Category { name: "Stationery", parent: "Crafts", position: Some(11) },
    Category { name: "Taxidermy", parent: "Crafts", position: None },
    Category { name: "Weaving", parent: "Crafts", position: Some(13) },
    Category { name: "Woodworking", parent: "Crafts", position: Some(14) },
    Category { name: "Dance", parent: "Dance", position: Some(4) },
    Category { name: "Performances", parent: "Dance", position: Some(1) },
    Category { name: "Residencies", parent: "Dance", position: Some(2) },
    Category { name: "Workshops", parent: "Dance", position: Some(4) },
    Category { name: "Architecture", parent: "Design", position: Some(1) },
    Category { name: "Civic Design", parent: "Design", position: Some(2) },
    Category { name: "Design", parent: "Design", position: Some(5) },
    Category { name: "Graphic Design", parent: "Design", position: Some(3) },
    Category { name: "Interactive Design", parent: "Design", position: Some(4) },
    Category { name: "Product Design", parent: "Design", position: Some(5) },
    Category { name: "Toys", parent: "Design", position: None },
    Category { name: "Typography", parent: "Design", position: None },
    Category { name: "Accessories", parent: "Fashion", position: Some(1) },
    Category { name: "Apparel", parent: "Fashion", position: Some(2) },
    Category { name: "Childrenswear", parent: "Fashion", position: None },
    Category { name: "Couture", parent: "Fashion", position: Some(4) },
    Category { name: "Fashion", parent: "Fashion", position: Some(6) },
    Category { name: "Footwear", parent: "Fashion", position: Some(5) },
    Category { name: "Jewelry", parent: "Fashion", position: Some(6) },
    Category { name: "Pet Fashion", parent: "Fashion", position: Some(7) },
    Category { name: "Ready-To-Wear", parent: "Fashion", position: None },
    Category { name: "Action", parent: "Film & Video", position: Some(1) },
    Category { name: "Animation", parent: "Film & Video", position: Some(2) },
    Category { name: "Comedy", parent: "Film & Video", position: Some(3) },
    Category { name: "Documentary", parent: "Film & Video", position: Some(4) },
    Category { name: "Drama", parent: "Film & Video", position: Some(5) },
    Category { name: "Experimental", parent: "Film & Video", position: Some(6) },
    Category { name: "Family", parent: "Film & Video", position: Some(7) },
    Category { name: "Fantasy", parent: "Film & Video", position: None },
    Category { name: "Film & Video", parent: "Film & Video", position: Some(7) },
    Category { name: "Horror", parent: "Film & Video", position: Some(10) },
    Category { name: "Movie Theaters", parent: "Film & Video", position: Some(11) },
    Category { name: "Music Videos", parent: "Film & Video", position: Some(12) },
    Category { name: "Narrative Film", parent: "Film & Video", position: Some(13) },
    Category { name: "Romance", parent: "Film & Video", position: Some(14) },
    Category { name: "Science Fiction", parent: "Film & Video", position: Some(15) },
    Category { name: "Shorts", parent: "Film & Video", position: Some(16) },
    Category { name: "Television", parent: "Film & Video", position: Some(17) },
    Category { name: "Thrillers", parent: "Film & Video", position: Some(18) },
    Category { name: "Webseries", parent: "Film & Video", position: Some(19) },
    Category { name: "Bacon", parent: "Food", position: Some(1) },
    Category { name: "Community Gardens", parent: "Food", position: Some(2) },
    Category { name: "Cookbooks", parent: "Food", position: Some(3) },
    Category { name: "Drinks", parent: "Food", position: Some(4) },
    Category { name: "Events", parent: "Food", position: Some(5) },
    Category { name: "Farmer's Markets", parent: "Food", position: Some(6) },
    Category { name: "Farms", parent: "Food", position: Some(7) },
    Category { name: "Food", parent: "Food", position: Some(8) },
    Category { name: "Food Trucks", parent: "Food", position: Some(8) },
    Category { name: "Restaurants", parent: "Food", position: Some(9) },
    Category { name: "Small Batch", parent: "Food", position: Some(10) },
    Category { name: "Spaces", parent: "Food", position: Some(11) },
    Category { name: "Vegan", parent: "Food", position: Some(12) },
    Category { name: "Games", parent: "Games", position: Some(9) },
    Category { name: "Gaming Hardware", parent: "Games", position: Some(1) },
    Category { name: "Live Games", parent: "Games", position: Some(2) },
    Category { name: "Mobile Games", parent: "Games", position: Some(3) },
    Category { name: "Playing Cards", parent: "Games", position: Some(4) },
    Category { name: "Puzzles", parent: "Games", position: Some(5) },
    Category { name: "Tabletop Games", parent: "Games", position: Some(6) },
    Category { name: "Video Games", parent: "Games", position: Some(7) },
    Category { name: "Audio", parent: "Journalism", position: Some(1) },
    Category { name: "Journalism", parent: "Journalism", position: Some(10) },
    Category { name: "Photo", parent: "Journalism", position: Some(2) },
    Category { name: "Print", parent: "Journalism", position: Some(3) },
    Category { name: "Video", parent: "Journalism", position: Some(4) },
    Category { name: "Blues", parent: "Music", position: Some(1) },
    Category { name: "Chiptune", parent: "Music", position: Some(2) },
    Category { name: "Classical Music", parent: "Music", position: Some(3) },
    Category { name: "Country & Folk", parent: "Music", position: Some(5) },
    Category { name: "Electronic Music", parent: "Music", position: Some(6) },
    Category { name: "Faith", parent: "Music", position: Some(7) },
    Category { name: "Hip-Hop", parent: "Music", position: Some(8) },
    Category { name: "Indie Rock", parent: "Music", position: Some(9) },
    Category { name: "Jazz", parent: "Music", position: Some(10) },
    Category { name: "Kids", parent: "Music", position: Some(11) },
    Category { name: "Latin", parent: "Music", position: Some(12) },
    Category { name: "Metal", parent: "Music", position: Some(13) },
    Category { name: "Music", parent: "Music", position: Some(11) },
    Category { name: "Pop", parent: "Music", position: Some(14) },
    Category { name: "Punk", parent: "Music", position: Some(15) },
    Category { name: "R&B", parent: "Music", position: Some(16) },
    Category { name: "Rock", parent: "Music", position: Some(17) },
    Category { name: "World Music", parent: "Music", position: Some(18) },
    Category { name: "Animals", parent: "Photography", position: Some(1) },
    Category { name: "Fine Art", parent: "Photography", position: Some(2) },
    Category { name: "Nature", parent: "Photography", position: Some(3) },
    Category { name: "People", parent: "Photography", position: Some(4) },
    Category { name: "Photobooks", parent: "Photography", position: Some(5) },
    Category { name: "Photography", parent: "Photography", position: Some(12) },
    Category { name: "Places", parent: "Photography", position: Some(6) },
    Category { name: "Academic", parent: "Publishing", position: Some(1) },
    Category { name: "Art Books", parent: "Publishing", position: Some(3) },
    Category { name: "Calendars", parent: "Publishing", position: Some(4) },
    Category { name: "Children's Books", parent: "Publishing", position: Some(5) },
    Category { name: "Fiction", parent: "Publishing", position: Some(7) },
    Category { name: "Letterpress", parent: "Publishing", position: Some(7) },
    Category { name: "Literary Journals", parent: "Publishing", position: Some(8) },
    Category { name: "Literary Spaces", parent: "Publishing", position: Some(16) },
    Category { name: "Nonfiction", parent: "Publishing", position: Some(9) },
    Category { name: "Periodicals", parent: "Publishing", position: Some(10) },
    Category { name: "Poetry", parent: "Publishing", position: Some(11) },
    Category { name: "Publishing", parent: "Publishing", position: Some(13) },
    Category { name: "Radio & Podcasts", parent: "Publishing", position: Some(12) },
    Category { name: "Translations", parent: "Publishing", position: Some(14) },
    Category { name: "Young Adult", parent: "Publishing", position: Some(14) },
    Category { name: "Zines", parent: "Publishing", position: Some(15) },
    Category { name: "3D Printing", parent: "Technology", position: Some(1) },
    Category { name: "Apps", parent: "Technology", position: Some(2) },
    Category { name: "Camera Equipment", parent: "Technology", position: Some(3) },
    Category { name: "DIY Electronics", parent: "Technology", position: Some(4) },
    Category { name: "Fabrication Tools", parent: "Technology", position: Some(5) },
    Category { name: "Flight", parent: "Technology", position: None },
    Category { name: "Gadgets", parent: "Technology", position: Some(7) },
    Category { name: "Hardware", parent: "Technology", position: Some(8) },
    Category { name: "Makerspaces", parent: "Technology", position: None },
    Category { name: "Robots", parent: "Technology", position: Some(10) },
    Category { name: "Software", parent: "Technology", position: Some(11) },
    Category { name: "Sound", parent: "Technology", position: Some(12) },
    Category { name: "Space Exploration", parent: "Technology", position: Some(13) },
    Category { name: "Technology", parent: "Technology", position: Some(14) },
    Category { name: "Wearables", parent: "Technology", position: Some(14) },
    Category { name: "Web", parent: "Technology", position: Some(15) },
    Category { name: "Festivals", parent: "Theater", position: Some(3) },
    Category { name: "Immersive", parent: "Theater", position: Some(4) },
    Category { name: "Musical", parent: "Theater", position: Some(5) },
    Category { name: "Plays", parent: "Theater", position: Some(6) },
    Category { name: "Theater", parent: "Theater", position: Some(15) },
    Category { name: "Events", parent: "Comics", position: Some(3) },
    Category { name: "Spaces", parent: "Dance", position: Some(3) },
    Category { name: "Festivals", parent: "Film & Video", position: Some(9) },
    Category { name: "Web", parent: "Journalism", position: Some(5) },
    Category { name: "Comedy", parent: "Music", position: Some(4) },
    Category { name: "Anthologies", parent: "Publishing", position: Some(2) },
    Category { name: "Comedy", parent: "Publishing", position: Some(6) },
    Category { name: "Comedy", parent: "Theater", position: Some(1) },
    Category { name: "Experimental", parent: "Theater", position: Some(2) },
    Category { name: "Spaces", parent: "Theater", position: Some(7) },
    Category { name: UNKNOWN_CATEGORY, parent: UNKNOWN_CATEGORY, position: None },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_currency_that_exists() {
        for country in COUNTRIES {
            assert!(
                find_currency(currency_of_country(country)).is_some(),
                "{country}"
            );
        }
    }

    #[test]
    fn every_category_is_found_by_its_name_and_parent() {
        for category in CATEGORIES {
            assert_eq!(
                find_category(category.name, Some(category.parent)),
                Some(category)
            );
        }
        assert_eq!(categories_by_parent().len(), 15);
    }
}
