//! QR codes as pictures that a page can show.

/// A PNG of a text, as a `data:` address.
pub(crate) fn picture(text: &str) -> Option<String> {
    let png = qrcodegen_image::draw_base64(text).ok()?;
    Some(format!("data:image/png;base64,{png}"))
}
