//! Choices from a list: each has a key, as files have it, and a name in Dutch and in English.

/// An enum of keys with Dutch and English labels: `Variant = ("key", "nederlands", "english"),`.
macro_rules! keyed {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = ($key:literal, $dutch:literal, $english:literal),)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub enum $name { $($(#[$each])* #[serde(rename = $key)] $variant,)+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The key in files.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $key,)+ }
            }

            /// What it is called in Dutch and in English.
            pub fn labels(self) -> [&'static str; 2] {
                match self { $($name::$variant => [$dutch, $english],)+ }
            }

            /// What it is called.
            pub fn label(self, language: $crate::units::language::Language) -> &'static str {
                let [dutch, english] = self.labels();
                language.pick(dutch, english)
            }

            /// The one of this key.
            pub fn of(key: &str) -> Option<$name> {
                match key { $($key => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use keyed;

/// Reads choices back from their keys: `Type, "a family";` for a type with `ALL` and `key()`.
macro_rules! read_back {
    ($($name:ident, $what:literal;)+) => {
        $(impl std::str::FromStr for $name {
            type Err = $crate::error::Error;

            #[doc = concat!("Reads ", $what, " from its key.\n\n# Errors\nWhen there is none of this key; the message lists all keys.")]
            fn from_str(text: &str) -> $crate::error::Result<Self> {
                let all = $name::ALL;
                let found = all.iter().copied().find(|one| one.key() == text);
                found.ok_or_else(|| {
                    let keys: Vec<&str> = all.iter().map(|one| one.key()).collect();
                    // input may be anything, of any length; a message is for reading
                    let shown: String = text.chars().take(40).collect();
                    $crate::error::Error::value(format!("{shown:?} is not {}: {}", $what, keys.join(", ")))
                })
            }
        })+
    };
}
pub(crate) use read_back;
