//! What the app costs on the wire: first what the sign-in form needs, then what is fetched later, if ever, and the doctor,
//! which only whoever runs the app fetches.

use std::{fmt, fs, path::Path};

use crate::{Error, Result, bundle, html};

/// The most that may be fetched before the form of Sign In can be filled in, compressed, in bytes: the page, its styles and
/// boot.js.
pub const BUDGET_TO_FILL: usize = 8_000;
/// The most that boot.js may weigh, compressed, in bytes.
pub const BUDGET_OF_BOOT: usize = 2_300;
/// The most that everything before the sign-in form works may weigh, compressed, in bytes.
pub const BUDGET: usize = 128_900;
/// The most that all files together may weigh, the doctor apart, compressed, in bytes.
pub const BUDGET_OF_ALL: usize = 194_600;
/// The most that the doctor may weigh, which nobody fetches who signs in, compressed, in bytes.
pub const BUDGET_OF_DOCTOR: usize = 41_800;

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
    part: Part,
}

/// Who needs a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The sign-in form: the page itself, what the page names, and the configuration.
    Form,
    /// A later step, if ever.
    Later,
    /// The doctor, at its own address.
    Doctor,
}

/// The doctor's files, which have no hash in their names: the start-up script has to know them.
const DOCTOR: [&str; 2] = ["doctor.js", "doctor_bg.wasm"];

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
                part: match name.as_str() {
                    "index.html" | "config.json" => Part::Form,
                    _ if named.iter().any(names) => Part::Form,
                    name if DOCTOR.contains(&name) => Part::Doctor,
                    _ => Part::Later,
                },
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
        self.weight(|part| part == Part::Form)
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
            .filter(|file| file.part == Part::Form && file.name != "config.json");
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
            .filter(|file| file.part == Part::Form && file.name.starts_with("boot-"));
        boot.map(|file| file.brotli).sum()
    }

    fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }

    /// All of it but the doctor, compressed.
    pub fn total(&self) -> usize {
        self.weight(|part| part != Part::Doctor)
    }

    /// The doctor, compressed.
    pub fn doctor(&self) -> usize {
        self.weight(|part| part == Part::Doctor)
    }

    fn weight(&self, counts: impl Fn(Part) -> bool) -> usize {
        let files = self.files.iter().filter(|file| counts(file.part));
        files.map(|file| file.brotli).sum()
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
        for (heading, part, sum, weight, budget) in [
            (
                "For the sign-in form",
                Part::Form,
                "Form",
                self.form(),
                BUDGET,
            ),
            (
                "Later, if ever",
                Part::Later,
                "All",
                self.total(),
                BUDGET_OF_ALL,
            ),
            (
                "At /doctor",
                Part::Doctor,
                "Doctor",
                self.doctor(),
                BUDGET_OF_DOCTOR,
            ),
        ] {
            if part == Part::Doctor {
                all = 0;
            }
            writeln!(f, "{heading:<44} {:>9} {:>9}", "Raw", "Brotli")?;
            let files = self.files.iter().filter(|file| file.part == part);
            for File {
                name, raw, brotli, ..
            } in files
            {
                writeln!(f, "  {name:<42} {raw:>9} {brotli:>9}")?;
                all += raw;
            }
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
        let page = "<link href=/auth/a-1.css rel=stylesheet><script src=/auth/boot-2.js data-later=/auth/later-3.wasm></script>\
                    <link as=fetch href=/auth/app-3_bg.wasm rel=preload><link href=/auth/app-3.js rel=modulepreload>\
                    <script nomodule src=/auth/old.js></script>";
        for (name, text) in [
            ("index.html", page),
            ("config.json", "{}"),
            ("a-1.css", "a{}"),
            ("boot-2.js", "go()"),
            ("app-3_bg.wasm", "wasm"),
            ("app-3.js", "load()"),
            ("later-3.wasm", "more wasm"),
            ("other-boot-2.js", "later()"),
            ("doctor.js", "look()"),
            ("icons/a.svg", "<svg/>"),
        ] {
            fs::write(dist.join(name), text).expect("the folder is ours");
        }
        let size = Size::of(&dist).expect("it is an app");
        let later: Vec<&str> = size
            .files
            .iter()
            .filter(|file| file.part == Part::Later)
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(later, ["icons/a.svg", "later-3.wasm", "other-boot-2.js"]);
        assert_eq!(size.boot(), "go()".len());
        assert_eq!(
            size.form() - size.to_fill(),
            "wasm".len() + "load()".len() + "{}".len()
        );
        assert_eq!(
            size.total() - size.form(),
            "<svg/>".len() + "more wasm".len() + "later()".len()
        );
        assert_eq!(size.doctor(), "look()".len());
        let _ = fs::remove_dir_all(dist);
    }
}
