//! The browser of the browser tests, and the driver that belongs to it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{apt_install, first_on_path, is_root_on_debian, version_in};
use crate::{Error, Result};

/// Chromium or its sibling Chrome, and a ChromeDriver of the same major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// The browser.
    pub chromium: PathBuf,
    /// What drives it.
    pub driver: PathBuf,
}

impl Browser {
    /// Finds a browser and its driver, and installs them where that needs no question.
    pub fn ensure() -> Result<Self> {
        if let Some(browser) = Self::find() {
            return Ok(browser);
        }
        if is_root_on_debian() {
            // If it fails it has said why, and the look below tells what to do.
            let _ = apt_install(&["chromium", "chromium-driver"]);
        }
        Self::find().ok_or_else(|| Error::Missing {
            what: "The browser tests need Chromium and a ChromeDriver of the same version"
                .to_owned(),
            remedy: "sudo apt-get install chromium chromium-driver".to_owned(),
        })
    }

    fn find() -> Option<Self> {
        let driver = first_on_path(Path::new("chromedriver"))?;
        let wanted = major(&driver)?;
        let names = [
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ];
        let browsers = names
            .into_iter()
            .filter_map(|name| first_on_path(Path::new(name)));
        let chromium = browsers
            .into_iter()
            .find(|browser| major(browser) == Some(wanted))?;
        Some(Self { chromium, driver })
    }
}

fn major(program: &Path) -> Option<u32> {
    let answer = Command::new(program).arg("--version").output().ok()?;
    version_in(&String::from_utf8_lossy(&answer.stdout))?
        .split('.')
        .next()?
        .parse()
        .ok()
}
