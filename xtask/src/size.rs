//! What the sign-in form costs on the wire.

use std::{fmt, fs, path::Path};

use crate::{Error, Result, bundle};

/// The most that everything before a usable sign-in form may weigh, compressed, in bytes.
pub const BUDGET: usize = 150_000;

/// A built app, weighed.
///
/// Every file of the build counts, though a browser need not fetch them all for the first form: so nothing that a form does
/// fetch can be forgotten here.
#[derive(Debug)]
pub struct Size {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    name: String,
    raw: usize,
    brotli: usize,
}

impl Size {
    /// Weighs the app in a folder.
    pub fn of(dist: &Path) -> Result<Self> {
        bundle::check(dist)?;
        let weigh = |name: String| {
            let path = dist.join(&name);
            let content = fs::read(&path).map_err(Error::file(&path))?;
            let brotli = match fs::metadata(dist.join(format!("{name}.br"))) {
                Ok(sibling) => usize::try_from(sibling.len()).unwrap_or(usize::MAX),
                // A server sends a file that brotli makes larger as it is.
                Err(_) => bundle::brotli(&content).len().min(content.len()),
            };
            Ok(File {
                name,
                raw: content.len(),
                brotli,
            })
        };
        Ok(Self {
            files: bundle::files(dist)?
                .into_iter()
                .map(weigh)
                .collect::<Result<_>>()?,
        })
    }

    /// All of it, compressed.
    pub fn total(&self) -> usize {
        self.files.iter().map(|file| file.brotli).sum()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<44} {:>9} {:>9}", "File", "Raw", "Brotli")?;
        for File { name, raw, brotli } in &self.files {
            writeln!(f, "{name:<44} {raw:>9} {brotli:>9}")?;
        }
        let raw: usize = self.files.iter().map(|file| file.raw).sum();
        writeln!(f, "{:<44} {raw:>9} {:>9}", "All", self.total())?;
        write!(f, "{:<44} {:>9} {BUDGET:>9}", "Budget", "")
    }
}
