//! Identifiers: `kind:name`, unique over all inputs.

use std::sync::Arc;

/// `kind:name`, as `site:pangyo` or `replica:login@site:pangyo#2`. Ordered by its text.
///
/// The kind is what stands before the first colon; the name may hold any characters (names come
/// from strangers: whoever prints one escapes it). Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

impl Id {
    /// Puts `kind` and `name` together.
    #[must_use]
    pub fn new(kind: &str, name: &str) -> Self {
        Self(format!("{kind}:{name}").into())
    }

    /// Reads `kind:name`; `None` when there is no kind of the form `[a-z][a-z0-9_-]*`, or no name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        let mut letters = kind.chars();
        let begins = letters.next().is_some_and(|c| c.is_ascii_lowercase());
        let goes_on =
            letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
        (begins && goes_on && !name.is_empty()).then(|| Self(text.into()))
    }

    /// The whole identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first colon.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.split_once(':').map_or("", |(kind, _)| kind)
    }

    /// What stands after the first colon.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(_, name)| name)
    }
}

/// An id hashes, compares and orders as its text does, so maps of ids are searched by text.
impl std::borrow::Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

/// Kinds whose loss makes what stands on them unreachable, not stopped: a requirement on them is
/// `hard` where another domain's would be `placement` (DESIGN section 3, "Compilation").
#[must_use]
pub fn is_network_kind(kind: &str) -> bool {
    matches!(kind, "network" | "provider" | "account" | "config")
}
