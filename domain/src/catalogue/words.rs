//! Ids of the catalogue, and closed lists of words that a pack may use.
//!
//! A pack names things only by words of these lists: it can ask a node for new figures, but it
//! can never send it code.

/// Declares a closed list: an enum, the word of each variant, and the list for error messages.
macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$entry:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$entry])* $variant,)+ }

        impl $name {
            /// Every word of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that packs use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The entry of a word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|entry| entry.as_str() == word)
            }

            /// All words, for messages.
            #[must_use]
            pub fn words() -> String {
                let words: Vec<&str> = Self::ALL.iter().map(|entry| entry.as_str()).collect();
                words.join(", ")
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use closed_list;

/// Declares an id: 1 to 48 lower-case letters, digits, dots, hyphens and underscores, a letter or
/// digit first.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The id as it stands in packs and tables.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = super::Flaw;

            fn from_str(text: &str) -> Result<Self, super::Flaw> {
                let plain = |c: char| {
                    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-')
                };
                let begun = text.starts_with(|c: char| c.is_ascii_alphanumeric());
                if !begun || text.len() > 48 || !text.chars().all(plain) {
                    return Err(super::Flaw::new(
                        super::FlawKind::Form,
                        "id",
                        format!("{text:?}"),
                        "1 to 48 lower-case letters, digits, dots, hyphens or underscores",
                    ));
                }
                Ok(Self(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Id of a count or a ratio, such as `scr.completed`.
    IndicatorId
);
id!(
    /// Id of a dimension, such as `stage`.
    DimensionId
);
id!(
    /// Id of a partition, such as `scr.census`.
    PartitionId
);
id!(
    /// Id of a table, such as `clear.term`.
    TableId
);
id!(
    /// Id of a special period, such as `flood-2026`.
    SpecialId
);
