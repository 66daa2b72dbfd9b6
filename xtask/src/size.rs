//! What the app costs on the wire: first what the sign-in form needs, then what is fetched later, if ever.

use std::{fmt, fs, path::Path};

use crate::{Error, Result, bundle, html};

/// The most that may be fetched before the form of Sign In can be filled in, compressed, in bytes: the page, its styles and
/// boot.js.
pub const BUDGET_TO_FILL: usize = 8_000;
/// The most that boot.js may weigh, compressed, in bytes.
pub const BUDGET_OF_BOOT: usize = 2_000;
/// The most that everything before the sign-in form works may weigh, compressed, in bytes.
pub const BUDGET: usize = 150_000;
/// The most that all files together may weigh, compressed, in bytes.
pub const BUDGET_OF_ALL: usize = 152_000;

/// A built app, weighed.
#[derive(Debug)]
pub struct Size {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    name: String,
    raw: usize,
    brotli: usize,
    /// The sign-in form needs it: the page itself, what the page names, and the configuration.
    first: bool,
}

impl Size {
    /// Weighs the app in a folder.
    pub fn of(dist: &Path) -> Result<Self> {
        bundle::check(dist)?;
        let page = dist.join("index.html");
        let named = named(&fs::read_to_string(&page).map_err(Error::file(&page))?);
        let weigh = |name: String| {
            let path = dist.join(&name);
            let content = fs::read(&path).map_err(Error::file(&path))?;
            let brotli = match fs::metadata(dist.join(format!("{name}.br"))) {
                Ok(sibling) => usize::try_from(sibling.len()).unwrap_or(usize::MAX),
                // A server sends a file that brotli makes larger as it is.
                Err(_) => bundle::brotli(&content).len().min(content.len()),
            };
            // The page may lie under any path of its origin.
            let names = |address: &String| {
                address
                    .strip_suffix(&name)
                    .is_some_and(|before| before.is_empty() || before.ends_with('/'))
            };
            Ok(File {
                raw: content.len(),
                brotli,
                first: matches!(name.as_str(), "index.html" | "config.json")
                    || named.iter().any(names),
                name,
            })
        };
        Ok(Self {
            files: bundle::files(dist)?
                .into_iter()
                .map(weigh)
                .collect::<Result<_>>()?,
        })
    }

    /// What the sign-in form needs, compressed.
    pub fn form(&self) -> usize {
        let first = self.files.iter().filter(|file| file.first);
        first.map(|file| file.brotli).sum()
    }

    /// What it takes to fill the form in, compressed: all of that but the app.
    pub fn to_fill(&self) -> usize {
        let app = |file: &&File| {
            let module = file
                .name
                .strip_suffix(".js")
                .map(|stem| format!("{stem}_bg.wasm"));
            file.name.ends_with(".wasm") || module.is_some_and(|module| self.has(&module))
        };
        let first = self
            .files
            .iter()
            .filter(|file| file.first && file.name != "config.json");
        first
            .filter(|file| !app(file))
            .map(|file| file.brotli)
            .sum()
    }

    /// boot.js, compressed.
    pub fn boot(&self) -> usize {
        let boot = self
            .files
            .iter()
            .filter(|file| file.first && file.name.starts_with("boot-"));
        boot.map(|file| file.brotli).sum()
    }

    fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }

    /// All of it, compressed.
    pub fn total(&self) -> usize {
        self.files.iter().map(|file| file.brotli).sum()
    }
}

/// The addresses that a page names: its styles, its script, what it loads ahead, its icon.
fn named(page: &str) -> Vec<String> {
    let tags = html::tags(page);
    let addresses = tags
        .iter()
        // What only a browser without modules fetches is not for this form.
        .filter(|tag| tag.attribute("nomodule").is_none())
        .filter_map(|tag| tag.attribute("href").or_else(|| tag.attribute("src")));
    addresses.map(str::to_owned).collect()
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "To fill the form in: {} of {BUDGET_TO_FILL}, boot.js of it {} of {BUDGET_OF_BOOT}",
            self.to_fill(),
            self.boot()
        )?;
        let mut all = 0;
        for (heading, first, sum, budget) in [
            ("For the sign-in form", true, "Form", BUDGET),
            ("Later, if ever", false, "All", BUDGET_OF_ALL),
        ] {
            writeln!(f, "{heading:<44} {:>9} {:>9}", "Raw", "Brotli")?;
            let files = self.files.iter().filter(|file| file.first == first);
            for File {
                name, raw, brotli, ..
            } in files
            {
                writeln!(f, "  {name:<42} {raw:>9} {brotli:>9}")?;
                all += raw;
            }
            let weight = if first { self.form() } else { self.total() };
            writeln!(f, "{sum:<44} {all:>9} {weight:>9} of {budget}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_names_is_for_the_form_and_the_rest_is_later() {
        let dist = std::env::temp_dir().join(format!("vestibule-size-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dist);
        fs::create_dir_all(dist.join("icons")).expect("the folder is ours");
        let page = "<link href=/auth/a-1.css rel=stylesheet><script src=/auth/boot-2.js></script>\
                    <link as=fetch href=/auth/app-3_bg.wasm rel=preload><link href=/auth/app-3.js rel=modulepreload>\
                    <script nomodule src=/auth/old.js></script>";
        for (name, text) in [
            ("index.html", page),
            ("config.json", "{}"),
            ("a-1.css", "a{}"),
            ("boot-2.js", "go()"),
            ("app-3_bg.wasm", "wasm"),
            ("app-3.js", "load()"),
            ("other-boot-2.js", "later()"),
            ("icons/a.svg", "<svg/>"),
        ] {
            fs::write(dist.join(name), text).expect("the folder is ours");
        }
        let size = Size::of(&dist).expect("it is an app");
        let later: Vec<&str> = size
            .files
            .iter()
            .filter(|file| !file.first)
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(later, ["icons/a.svg", "other-boot-2.js"]);
        assert_eq!(size.boot(), "go()".len());
        assert_eq!(
            size.form() - size.to_fill(),
            "wasm".len() + "load()".len() + "{}".len()
        );
        assert_eq!(size.total() - size.form(), "<svg/>".len() + "later()".len());
        let _ = fs::remove_dir_all(dist);
    }
}
