//! The document: what Trunk left of it is made whole. One style sheet, scripts as small as they get, the integrity of each
//! file, what is fetched ahead, and the first page itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha384};

use crate::{Error, Result, first, html, names, process, tools::Tools};

/// Finishes the page of a build. `root` is the folder of its origin, with a slash at both ends; `org` the org's origin.
///
/// # Errors
/// [`Error::File`] where a file cannot be read or written, [`Error::Unreadable`] where the page is none of Trunk's.
pub fn finish(tools: &Tools, dist: &Path, root: &str, org: Option<&str>) -> Result<()> {
    let path = dist.join("index.html");
    let text = read(&path)?;
    let tags = html::tags(&text);
    let file = |address: Option<&str>| -> Option<PathBuf> {
        Some(dist.join(address?.strip_prefix(root)?))
    };
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    let mut styles = String::new();
    let mut first_style = None;
    let mut others = String::new();
    for tag in &tags {
        let rel = tag.attribute("rel");
        match (tag.name.as_str(), rel) {
            ("link", Some("stylesheet")) => {
                if let Some(sheet) = file(tag.attribute("href")) {
                    styles.push_str(&read(&sheet)?);
                    fs::remove_file(&sheet).map_err(Error::file(&sheet))?;
                    first_style.get_or_insert(tag.range.start);
                    edits.push((tag.range.clone(), String::new()));
                }
            }
            ("link", Some("modulepreload")) => {
                if let Some(script) = file(tag.attribute("href")) {
                    shorten(tools, &script)?;
                    let address = tag.attribute("href").unwrap_or_default();
                    edits.push((tag.range.clone(), String::new()));
                    others.push_str(&format!(
                        "<link rel=modulepreload href={address} crossorigin integrity={}>",
                        integrity(&script)?
                    ));
                }
            }
            // The form comes first, and its styles: what the form does can come after.
            ("link", Some("preload")) => {
                let address = tag.attribute("href").unwrap_or_default();
                edits.push((tag.range.clone(), String::new()));
                others.push_str(&format!(
                    "<link rel=preload href={address} as=fetch type=application/wasm crossorigin fetchpriority=low>"
                ));
            }
            // Without it nothing is on the page, so that the first thing drawn is the form.
            ("script", _) => {
                if let Some(script) = file(tag.attribute("src")) {
                    shorten(tools, &script)?;
                    let address = tag.attribute("src").unwrap_or_default();
                    edits.push((
                        tag.range.clone(),
                        format!(
                            "<script type=module blocking=render src={address} integrity={}>",
                            integrity(&script)?
                        ),
                    ));
                }
            }
            _ => {}
        }
    }
    let doctor = dist.join("doctor.js");
    if doctor.is_file() {
        shorten(tools, &doctor)?;
    }
    let sheet = named(dist, "style", "css", &styles)?;
    let ahead = format!(
        "{}<link rel=stylesheet href={root}{sheet} integrity={}>",
        org.map(|org| format!("<link rel=preconnect href={org} crossorigin>"))
            .unwrap_or_default(),
        integrity(&dist.join(&sheet))?
    );
    let unreadable = |wanted: &str| Error::Unreadable {
        path: path.clone(),
        wanted: wanted.to_owned(),
    };
    let start = first_style.ok_or_else(|| unreadable("a style sheet"))?;
    let mut whole = text.clone();
    for (range, new) in edits.into_iter().rev() {
        whole.replace_range(range, &new);
    }
    whole.insert_str(start, &ahead);
    // Trunk leaves the tag out where a browser does without; a host's own policy is put behind it.
    if let Some(html) = tags
        .iter()
        .find(|tag| tag.name == "html")
        .filter(|_| !text.contains("<head>"))
    {
        whole.insert_str(html.range.end, "<head>");
    }
    let head = whole.find("</head>").ok_or_else(|| unreadable("</head>"))?;
    others.push_str(&format!(
        "<script nomodule defer src={root}old.js></script>"
    ));
    whole.insert_str(head, &others);
    let end = whole.find("</body>").ok_or_else(|| unreadable("</body>"))?;
    whole.insert_str(end, &first::body(root, org)?);
    fs::write(&path, whole).map_err(Error::file(&path))
}

/// Makes a script smaller, in its place, and what it and its module call each other, if it has one.
fn shorten(tools: &Tools, script: &Path) -> Result<()> {
    if let Some(mut terser) = tools.terser(script) {
        process::run(&mut terser)?;
    }
    // So Trunk and wasm-bindgen name it.
    let stem = script.file_stem().unwrap_or_default().to_string_lossy();
    let module = script.with_file_name(format!("{stem}_bg.wasm"));
    if module.is_file() {
        names::shorten(&module, script)?;
    }
    Ok(())
}

/// Writes a file under a name that changes with its content, as Trunk does, and tells the name.
fn named(dist: &Path, stem: &str, ending: &str, text: &str) -> Result<String> {
    let digest = Sha384::digest(text.as_bytes());
    let hash: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("{stem}-{hash}.{ending}");
    let path = dist.join(&name);
    fs::write(&path, text).map_err(Error::file(&path))?;
    Ok(name)
}

/// What a file must be for a browser to take it (Subresource Integrity, section 3.5).
fn integrity(path: &Path) -> Result<String> {
    let content = fs::read(path).map_err(Error::file(path))?;
    Ok(format!(
        "sha384-{}",
        Base64::encode_string(&Sha384::digest(&content))
    ))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Error::file(path))
}
