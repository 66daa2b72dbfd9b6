//! What can go wrong in a command, each said in a sentence that a person can act on.

use std::{fmt, io, path::PathBuf};

/// The result of a step of a command.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command stopped.
#[derive(Debug)]
pub enum Error {
    /// The command line is not understood.
    Usage(String),
    /// A program ran and said no. What it wrote stands above.
    Failed {
        /// The command as a person would type it.
        command: String,
    },
    /// A program could not be started at all.
    NotStarted {
        /// The command as a person would type it.
        command: String,
        /// Why not.
        source: io::Error,
    },
    /// Something is not on this machine, and cannot be put there from here.
    Missing {
        /// What is missing, and what for.
        what: String,
        /// What to run.
        remedy: String,
    },
    /// A tool was installed, and answers with another version.
    WrongVersion {
        /// The tool.
        tool: String,
        /// The version that the project is pinned to.
        wanted: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file could not be read or written.
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file was read, and is not what it should be.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was looked for in it.
        wanted: String,
    },
    /// The app cannot be cut in two.
    Split {
        /// The module.
        path: PathBuf,
        /// What it has.
        problem: String,
    },
    /// The built page has content that the content security policy forbids.
    Inline {
        /// Each piece, as `line 3: <style>`.
        found: Vec<String>,
    },
    /// The app's first page has a part that the document cannot show before the app does.
    FirstPage {
        /// The part.
        part: String,
    },
    /// The app is not built.
    NotBuilt {
        /// Where it should be.
        dist: PathBuf,
    },
    /// Something else listens on a port.
    PortInUse {
        /// The port.
        port: u16,
        /// The option that picks another.
        option: &'static str,
    },
    /// A port could not be listened on, for another reason.
    Listen {
        /// The port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
    /// A server was started, and does not answer.
    Silent {
        /// Its address.
        address: String,
    },
    /// Some checks failed; the summary has said which.
    ChecksFailed,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem} See `cargo xtask help`."),
            Self::Failed { command } => write!(f, "`{command}` failed. The reason stands above."),
            Self::NotStarted { command, source } => {
                write!(f, "`{command}` could not be started: {source}.")
            }
            Self::Missing { what, remedy } => {
                write!(f, "{what}. Run this, then try again:\n    {remedy}")
            }
            Self::WrongVersion { tool, wanted, path } => write!(
                f,
                "{tool} in {} does not run or is not version {wanted}. Remove that folder, then try again.",
                path.display()
            ),
            Self::File { path, source } => write!(f, "{}: {source}.", path.display()),
            Self::Split { path, problem } => {
                write!(f, "{} cannot be cut in two: {problem}", path.display())
            }
            Self::Unreadable { path, wanted } => {
                write!(
                    f,
                    "{} has no {wanted}. Put back the file as it was committed.",
                    path.display()
                )
            }
            Self::Inline { found } => write!(
                f,
                "The built page has inline content, which its content security policy forbids. Move it to a file:\n    {}",
                found.join("\n    ")
            ),
            Self::FirstPage { part } => write!(
                f,
                "xtask/src/first.rs does not know how to draw this part of the app's first page:\n    {part}"
            ),
            Self::NotBuilt { dist } => {
                write!(
                    f,
                    "There is no index.html in {}. Run `cargo xtask build` first.",
                    dist.display()
                )
            }
            Self::PortInUse { port, option } => write!(
                f,
                "Port {port} is in use. Stop what listens there, or pick another with `{option}`."
            ),
            Self::Listen { port, source } => {
                write!(f, "Port {port} cannot be listened on: {source}.")
            }
            Self::Silent { address } => {
                write!(f, "{address} does not answer. What it wrote stands above.")
            }
            Self::ChecksFailed => f.write_str("Some checks failed."),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// For `map_err`: a file that could not be read or written.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
