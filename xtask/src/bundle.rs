//! `dist/`: built by Trunk, checked for inline content, and compressed once beside itself, so that a server need not.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, Result, html, page, paths, process, sbom, tools::Tools};

/// Builds the app for release into `dist/`, for a folder of its origin: `/`, or `/auth/`. The org's origin, where it is
/// known, is connected to ahead. Beside it stands what it is made of, see [`sbom`].
pub fn build(tools: &Tools, public_url: &str, org: Option<&str>) -> Result<PathBuf> {
    let dist = paths::root().join("dist");
    process::timed("Compiling the app", || process::run(&mut compiled()))?;
    process::timed("Building the app", || {
        let mut trunk = tools.trunk();
        trunk
            .env("CARGO_ENCODED_RUSTFLAGS", remapped())
            // It cannot read the script that wasm-bindgen writes, warns, and takes the script as it is.
            .args(["--log", "warn,trunk::processing::minify=error"])
            .args(["build", "--public-url", public_url, "--dist"])
            .arg(&dist);
        if tools.has_wasm_opt() {
            trunk.arg("--release");
        } else {
            // As far as Trunk knows this is no release, and only that keeps it from asking for wasm-opt.
            trunk.args(["--cargo-profile", "release", "--minify"]);
        }
        process::run(&mut trunk)
    })?;
    page::finish(tools, &dist, public_url, org)?;
    check(&dist)?;
    compress(&dist)?;
    sbom::write(&dist)?;
    Ok(dist)
}

/// What compiles the app and the doctor at once, as Trunk would one after the other: it finds them done.
pub fn compiled() -> Command {
    let mut cargo = Command::new(process::cargo());
    cargo
        .args(["build", "--release", "--locked", "--bins"])
        .args(["--target", "wasm32-unknown-unknown"])
        .env("CARGO_ENCODED_RUSTFLAGS", remapped())
        .current_dir(paths::root());
    cargo
}

/// Flags that keep this machine's folders out of the build: it is the same on each, smaller, and tells of none.
fn remapped() -> String {
    let home = |name: &str, folder: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .or_else(|| Some(std::env::home_dir()?.join(folder)))
    };
    let folders = [
        (home("CARGO_HOME", ".cargo"), "cargo"),
        (home("RUSTUP_HOME", ".rustup"), "rust"),
        (Some(paths::root()), "."),
    ];
    let flags: Vec<String> = folders
        .into_iter()
        .filter_map(|(from, to)| Some(format!("--remap-path-prefix={}={to}", from?.display())))
        .collect();
    // Cargo parts them by this sign, which no folder's name has.
    flags.join("\u{1f}")
}

/// Whether `dist` has a page, and the page has nothing that the content security policy forbids.
pub fn check(dist: &Path) -> Result<()> {
    let page = dist.join("index.html");
    if !page.is_file() {
        return Err(Error::NotBuilt {
            dist: dist.to_path_buf(),
        });
    }
    let text = fs::read_to_string(&page).map_err(Error::file(&page))?;
    match html::inline(&text) {
        found if found.is_empty() => Ok(()),
        found => Err(Error::Inline { found }),
    }
}

/// The files of a folder and those below it, by their names from there, without compressed siblings.
pub fn files(dist: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let path = dist.join(&folder);
        for entry in fs::read_dir(&path).map_err(Error::file(&path))? {
            let entry = entry.map_err(Error::file(&path))?;
            let name = format!("{folder}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(name + "/");
            } else if !name.ends_with(".br") && !name.ends_with(".gz") {
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A file's content, as small as brotli makes it.
pub fn brotli(content: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    // Neither side of it can fail: both are memory.
    let _ = brotli::BrotliCompress(&mut &*content, &mut compressed, &params);
    compressed
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}

/// Writes a `.br` and a `.gz` beside each file that gets smaller by it. `config.json` is left out: an operator edits it, and
/// would not think of its siblings.
fn compress(dist: &Path) -> Result<()> {
    for name in files(dist)?
        .iter()
        .filter(|name| *name != "config.json" && is_text_or_wasm(name))
    {
        let path = dist.join(name);
        let content = fs::read(&path).map_err(Error::file(&path))?;
        for (suffix, compressed) in [("br", brotli(&content)), ("gz", gzip(&content))] {
            if !compressed.is_empty() && compressed.len() < content.len() {
                let path = dist.join(format!("{name}.{suffix}"));
                fs::write(&path, compressed).map_err(Error::file(&path))?;
            }
        }
    }
    Ok(())
}

fn is_text_or_wasm(name: &str) -> bool {
    let kind = name.rsplit('.').next().unwrap_or_default();
    matches!(
        kind,
        "html" | "css" | "js" | "wasm" | "svg" | "json" | "txt" | "webmanifest"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("vestibule-bundle-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("icons")).expect("the folder is ours");
        for (file, text) in files {
            fs::write(path.join(file), text).expect("the folder is ours");
        }
        path
    }

    #[test]
    fn a_page_with_an_inline_script_is_refused() {
        let dist = folder("inline", &[("index.html", "<script>go()</script>")]);
        let error = check(&dist).expect_err("it has a script").to_string();
        assert!(error.contains("line 1: <script> without src"), "{error}");
        let _ = fs::remove_dir_all(dist);
    }

    #[test]
    fn without_a_page_there_is_no_build() {
        assert!(matches!(
            check(Path::new("/nowhere")),
            Err(Error::NotBuilt { .. })
        ));
    }

    #[test]
    fn what_gets_smaller_is_compressed_and_the_configuration_is_not() {
        let long = "a".repeat(500);
        let dist = folder(
            "compress",
            &[
                ("a.css", &long),
                ("b.css", ""),
                ("icons/c.svg", &long),
                ("config.json", &long),
                ("d.png", &long),
            ],
        );
        compress(&dist).expect("the folder is ours");
        let there = |name: &str| dist.join(name).is_file();
        assert!(there("a.css.br") && there("a.css.gz") && there("icons/c.svg.br"));
        assert!(!there("b.css.br") && !there("config.json.br") && !there("d.png.gz"));
        assert_eq!(
            files(&dist).expect("it is there"),
            ["a.css", "b.css", "config.json", "d.png", "icons/c.svg"]
        );
        let _ = fs::remove_dir_all(dist);
    }
}
