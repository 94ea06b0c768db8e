//! Texts of others in messages, no longer than they need be.

use std::borrow::Cow;

/// Text from a file, short enough for a message.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    if text.len() <= MOST {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}..", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
