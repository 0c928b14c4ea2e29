//! Ids as clients see them. The database counts its rows from 1, which would tell everybody how many users and
//! predictions the service has. So on the wire each id is encrypted to another number below 2^48, with a key that stays
//! with the database. Clients send back what they were given.

/// Public ids are at most this, so that every JSON parser reads them exactly.
const PUBLIC_MAX: i64 = 1 << 48;

/// The public form of the id of a row.
#[cfg(feature = "ssr")]
pub(crate) fn public_id(row: i64) -> i64 {
    server::of_row(row)
}

/// The id of the row with a public id; 0, which no row has, if there cannot be one.
#[cfg(feature = "ssr")]
pub(crate) fn row_id(public: i64) -> i64 {
    server::of_public(public)
}

/// In the browser, an id is its public form.
#[cfg(not(feature = "ssr"))]
pub(crate) const fn public_id(id: i64) -> i64 {
    id
}

/// In the browser, an id is its public form.
#[cfg(not(feature = "ssr"))]
pub(crate) const fn row_id(public: i64) -> i64 {
    if public > 0 && public <= PUBLIC_MAX {
        public
    } else {
        0
    }
}

#[cfg(feature = "ssr")]
pub use server::{IdCipher, set_id_cipher};

#[cfg(feature = "ssr")]
mod server {
    use std::sync::OnceLock;

    use aes::Aes256;
    use fpe::ff1::{BinaryNumeralString, FF1};
    use sha2::{Digest as _, Sha256};

    use super::PUBLIC_MAX;

    /// Bytes of an encrypted id.
    const BYTES: usize = 6;

    /// Ids are read and written in the middle of JSON, where nothing can be passed along. A process serves one database.
    static CIPHER: OnceLock<IdCipher> = OnceLock::new();

    /// Encrypts the ids of this process from now on. Before, as in most tests, a public id is that of the row. Only the
    /// first call has an effect.
    pub fn set_id_cipher(cipher: IdCipher) {
        CIPHER.get_or_init(|| cipher);
    }

    pub(super) fn of_row(row: i64) -> i64 {
        CIPHER.get().map_or(row, |cipher| cipher.public_id(row))
    }

    pub(super) fn of_public(public: i64) -> i64 {
        match CIPHER.get() {
            _ if !is_public(public) => 0,
            Some(cipher) => cipher.row_id(public),
            None => public,
        }
    }

    fn is_public(number: i64) -> bool {
        (1..=PUBLIC_MAX).contains(&number)
    }

    /// Encrypts the ids of one database, with FF1 of NIST SP 800-38G.
    pub struct IdCipher(FF1<Aes256>);

    impl IdCipher {
        /// With the secret that the database holds.
        pub fn new(secret: &str) -> Self {
            Self(binary_ff1(secret))
        }

        /// The public form of the id of a row.
        pub fn public_id(&self, row: i64) -> i64 {
            let encrypted = self.0.encrypt(&[], &to_bits(row));
            // Public ids start at 1.
            encrypted.map_or(0, |bits| from_bits(&bits) + 1)
        }

        /// The id of the row with a public id; 0, which no row has, if there cannot be one.
        pub fn row_id(&self, public: i64) -> i64 {
            if !is_public(public) {
                return 0;
            }
            let decrypted = self.0.decrypt(&[], &to_bits(public - 1));
            decrypted.map_or(0, |bits| from_bits(&bits))
        }
    }

    #[expect(clippy::expect_used, reason = "FF1 supports every radix from 2 on")]
    fn binary_ff1(secret: &str) -> FF1<Aes256> {
        FF1::new(&Sha256::digest(secret), 2).expect("radix 2")
    }

    /// The lowest bits of a number that is not negative.
    fn to_bits(number: i64) -> BinaryNumeralString {
        let bytes = number.to_le_bytes();
        BinaryNumeralString::from_bytes_le(&bytes[..BYTES])
    }

    fn from_bits(bits: &BinaryNumeralString) -> i64 {
        let bytes = bits.to_bytes_le();
        let bytes = bytes.iter().rev();
        bytes.fold(0, |number, byte| number << 8 | i64::from(*byte))
    }

    #[cfg(test)]
    mod tests {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            #[test]
            fn a_public_id_leads_back_to_its_row(row in 1..PUBLIC_MAX, secret in ".*") {
                let cipher = IdCipher::new(&secret);
                let public = cipher.public_id(row);
                prop_assert!(is_public(public));
                prop_assert_eq!(cipher.row_id(public), row);
            }
        }

        #[test]
        fn public_ids_do_not_show_the_order_or_the_number_of_rows() {
            let cipher = IdCipher::new("secret");
            let public: Vec<_> = (1..=100).map(|row| cipher.public_id(row)).collect();
            let rising = public.windows(2).filter(|pair| pair[0] < pair[1]).count();
            assert!((25..75).contains(&rising), "{rising}");
            assert!(public.iter().all(|id| *id > 1_000_000_000), "{public:?}");
        }

        #[test]
        fn what_is_no_public_id_has_no_row() {
            let cipher = IdCipher::new("secret");
            for number in [0, -1, i64::MIN, PUBLIC_MAX + 1, i64::MAX] {
                assert_eq!(
                    (of_public(number), cipher.row_id(number)),
                    (0, 0),
                    "{number}"
                );
            }
        }
    }
}
