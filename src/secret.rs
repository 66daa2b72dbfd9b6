//! What opens a door: sent, never printed.

/// A text that must not reach a log, an address, an error or the screen by accident: a password, a code, a token, a handle.
///
/// It has neither `Debug` nor `Display`, so that a struct which holds one cannot derive them either; [`Secret::expose`] is
/// called only where a request's body is written or a response is read.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    /// Writes over the text before its memory is given back. The engine's own copies are out of reach.
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        std::hint::black_box(&bytes);
    }
}
