//! The pinned tools, built or fetched once into the user's cache, where every clone finds them.
//!
//! What the release is made with is taken from there alone. A program on the path that answers with the right version may be
//! anybody's, or the right one on other dependencies: it is not even asked. Cargo's tools are built from crates.io by their
//! own lock files, npm's by `xtask/npm/package-lock.json`. Rust, node, a C compiler, and what only tests use (a browser and its
//! driver, nginx, Caddy, curl) are the machine's.

mod browser;
mod npm;

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{self as std_process, Command},
    thread,
};

pub use browser::Browser;
pub use npm::{axe, installed_axe};

use crate::{Error, Result, paths, process};

/// Trunk, which builds the app.
pub const TRUNK: &str = "0.21.14";
/// The npm package of wasm-opt; the program answers with the first number.
pub const BINARYEN: &str = "132.0.0";
/// What holds the lock files against `deny.toml`.
pub const DENY: &str = "0.20.2";
/// What makes the script small that wasm-bindgen writes.
pub const TERSER: &str = "5.51.4";
/// The accessibility checker of the browser tests.
pub const AXE: &str = "4.14.1";

/// How wasm-opt makes the app smaller. The features are those that rustc's own output has, so that no browser meets one it
/// does not know. Nothing lies in the lowest kilobyte of the memory but the very end of the stack, so no address wraps
/// into it. The doctor has the same in index.html.
const OPTIMISED: [&str; 18] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--low-memory-unused",
    "--flatten",
    "--rereloop",
    "--generate-global-effects",
    "-Os",
    "--generate-global-effects",
    "-Oz",
    "--converge",
    "--reorder-functions-by-name",
    "--strip-producers",
    "--strip-target-features",
    "--strip-debug",
];

/// How terser makes a script smaller. What is unsafe about the methods: nobody may call one of them with `new`, and nobody
/// does, for only the module calls them.
const SHORTER: &str = "passes=3,ecma=2020,unsafe_methods=true";

/// Everything that a release build needs.
#[derive(Debug)]
pub struct Tools {
    trunk: PathBuf,
    wasm_bindgen: PathBuf,
    wasm_opt: Option<PathBuf>,
    terser: Option<PathBuf>,
}

/// Whether a build may do without the tools that only make it smaller: wasm-opt and terser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Small {
    /// What is built here is released.
    Required,
    /// A larger app is better than none.
    Wanted,
}

impl Small {
    /// A tool, or a warning that the build goes on without it.
    fn or_without(
        self,
        name: &str,
        find: impl FnOnce() -> Result<PathBuf>,
    ) -> Result<Option<PathBuf>> {
        match (find(), self) {
            (Ok(path), _) => Ok(Some(path)),
            (Err(problem), Self::Required) => Err(problem),
            (Err(problem), Self::Wanted) => {
                process::say(format_args!("WARNING: {problem}"));
                process::say(format_args!(
                    "WARNING: going on without {name}; the app will be larger than a release is."
                ));
                Ok(None)
            }
        }
    }
}

impl Tools {
    /// Finds the tools, and installs what is missing.
    pub fn ensure(small: Small) -> Result<Self> {
        wasm_target()?;
        let version = wasm_bindgen_version()?;
        let (trunk, wasm_bindgen) = thread::scope(|beside| {
            // Without its features it cannot download anything, which it never has to, and is built sooner.
            let trunk =
                beside.spawn(|| cargo_tool("trunk", "trunk", TRUNK, &["--no-default-features"]));
            // The same, and without what runs the tests of other people's projects.
            let options = ["--no-default-features", "--bin", "wasm-bindgen"];
            let wasm_bindgen = cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &version, &options);
            let trunk = trunk.join();
            (
                trunk.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                wasm_bindgen,
            )
        });
        Ok(Self {
            trunk: trunk?,
            wasm_bindgen: wasm_bindgen?,
            wasm_opt: small.or_without("wasm-opt", npm::wasm_opt)?,
            terser: small.or_without("terser", npm::terser)?,
        })
    }

    /// Whether wasm-opt is there.
    pub fn has_wasm_opt(&self) -> bool {
        self.wasm_opt.is_some()
    }

    /// What makes a module of WebAssembly smaller in its place, if the tool is there.
    pub fn wasm_opt(&self, module: &Path) -> Option<Command> {
        let mut command = Command::new(self.wasm_opt.as_ref()?);
        command
            .arg(module)
            .args(OPTIMISED)
            .arg("--output")
            .arg(module);
        Some(command)
    }

    /// What makes a script smaller in its place, if the tool is there.
    pub fn terser(&self, module: &Path) -> Option<Command> {
        let mut command = Command::new(self.terser.as_ref()?);
        command
            .arg(module)
            .args(["--module", "--compress", SHORTER, "--mangle", "--output"])
            .arg(module);
        Some(command)
    }

    /// Trunk, ready to find the other tools, and to look for nothing on the net.
    pub fn trunk(&self) -> Command {
        let mut command = Command::new(&self.trunk);
        command
            .current_dir(paths::root())
            .env("PATH", self.path())
            .env("TRUNK_SKIP_VERSION_CHECK", "true");
        // Some machines set it to 1, which Trunk takes for no Boolean.
        command.env_remove("NO_COLOR");
        command
    }

    /// The search path, with the folders of the tools in front.
    fn path(&self) -> OsString {
        let tools = [
            Some(&self.trunk),
            Some(&self.wasm_bindgen),
            self.wasm_opt.as_ref(),
        ];
        let folders: Vec<_> = tools
            .into_iter()
            .flatten()
            .filter_map(|tool| tool.parent().map(Path::to_path_buf))
            .collect();
        with_path(&folders)
    }
}

/// The search path with some folders in front.
fn with_path(folders: &[PathBuf]) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&path));
    env::join_paths(all).unwrap_or(path)
}

/// The version of wasm-bindgen that the app is locked to: the program must be the same.
pub fn wasm_bindgen_version() -> Result<String> {
    let path = paths::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(Error::file(&path))?;
    locked(&lock, "wasm-bindgen").ok_or_else(|| Error::Unreadable {
        path,
        wanted: "package named wasm-bindgen".to_owned(),
    })
}

fn locked(lock: &str, package: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("\nname = \"{package}\"\n"))?;
    let version = after.lines().next()?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// The version of the Rust in use: `1.95.0`.
pub fn rust_version() -> Result<String> {
    let answer = process::output(rustc().arg("--version").current_dir(paths::root()))?;
    Ok(version_in(&answer).unwrap_or_default().to_owned())
}

/// The wasm32 target of the Rust in use.
pub fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let mut rustc = rustc();
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    if Path::new(process::output(&mut rustc)?.trim()).is_dir() {
        return Ok(());
    }
    let mut add = Command::new("rustup");
    add.args(["target", "add", TARGET])
        .current_dir(paths::root());
    process::timed("Adding the WebAssembly target to Rust", || {
        process::run(&mut add)
    })
    .map_err(|_| Error::Missing {
        what: format!("This Rust has no {TARGET} target, and rustup could not add it"),
        remedy: format!("rustup target add {TARGET}"),
    })
}

/// cargo-deny, which only the checks need.
///
/// # Errors
/// As Cargo has them where it cannot be installed.
pub fn deny() -> Result<PathBuf> {
    cargo_tool("cargo-deny", "cargo-deny", DENY, &[])
}

/// A program that Cargo builds.
fn cargo_tool(program: &str, package: &str, version: &str, options: &[&str]) -> Result<PathBuf> {
    let ours = |folder: &Path| is_of_crates_io(folder, package, version, program);
    let folder = cached(package, version, ours, |folder| {
        process::timed(
            &format!("Installing {package} {version} (once; some minutes)"),
            || {
                let mut cargo = Command::new(process::cargo());
                cargo
                    .args(["install", "--locked", "--registry", "crates-io"])
                    .args(["--version", version, "--root"])
                    .arg(folder)
                    .args(options)
                    // They run for a second, and are compiled for minutes: nothing of that is spent on making them fast.
                    .arg("--debug")
                    .arg(package)
                    // Otherwise it warns that the folder is not on the path.
                    .env("PATH", with_path(&[folder.join("bin")]))
                    .env("CARGO_PROFILE_DEV_DEBUG", "0")
                    .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0")
                    .env("CARGO_PROFILE_DEV_PANIC", "abort")
                    .env("CARGO_INCREMENTAL", "0")
                    // The settings of this workspace are not meant for it.
                    .current_dir(folder)
                    .env_remove("CARGO_TARGET_DIR")
                    .env_remove("CARGO_BUILD_TARGET")
                    .env_remove("RUSTFLAGS");
                process::run_cargo_telling(package, &mut cargo)
            },
        )
    })?;
    working(folder.join("bin").join(program), program, version)
}

/// Whether Cargo's own account of a folder says that this program in it is that package of crates.io.
fn is_of_crates_io(folder: &Path, package: &str, version: &str, program: &str) -> Result<()> {
    let path = folder.join(".crates2.json");
    let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
    let account: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let name =
        format!("{package} {version} (registry+https://github.com/rust-lang/crates.io-index)");
    let programs = account["installs"][&name]["bins"].as_array();
    if programs.is_some_and(|programs| programs.iter().any(|known| known == program)) {
        return Ok(());
    }
    Err(Error::WrongVersion {
        tool: program.to_owned(),
        wanted: format!("{version} of crates.io"),
        path: folder.to_path_buf(),
    })
}

/// A folder of the cache, filled by `fill` if it is not there or `ours` says that it is something else. It is filled under
/// another name and then renamed, so that two clones may do so at once, and what is there is complete.
fn cached(
    name: &str,
    version: &str,
    ours: impl Fn(&Path) -> Result<()>,
    fill: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let cache = paths::tool_cache()?;
    let folder = cache.join(format!("{name}-{version}"));
    if folder.is_dir() {
        if ours(&folder).is_ok() {
            return Ok(folder);
        }
        process::say(format_args!(
            "{} is not what this project installs: it is installed again",
            folder.display()
        ));
        fs::remove_dir_all(&folder).map_err(Error::file(&folder))?;
    }
    let unfinished = cache.join(format!(".{name}-{version}-{}", std_process::id()));
    fs::create_dir_all(&unfinished).map_err(Error::file(&unfinished))?;
    let filled =
        fill(&unfinished)
            .and_then(|()| ours(&unfinished))
            .and_then(|()| match fs::rename(&unfinished, &folder) {
                // Another clone was faster.
                Err(_) if folder.is_dir() => ours(&folder),
                renamed => renamed.map_err(Error::file(&folder)),
            });
    let _ = fs::remove_dir_all(&unfinished);
    filled.map(|()| folder)
}

/// The program that the shell would start by this program's name.
fn first_on_path(program: &Path) -> Option<PathBuf> {
    let name = program.file_name()?;
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn working(path: PathBuf, tool: &str, version: &str) -> Result<PathBuf> {
    if answers(&path, version) {
        return Ok(path);
    }
    Err(Error::WrongVersion {
        tool: tool.to_owned(),
        wanted: version.to_owned(),
        path,
    })
}

fn answers(path: &Path, version: &str) -> bool {
    let answer = Command::new(path).arg("--version").output();
    answer.is_ok_and(|answer| {
        answer.status.success()
            && version_in(&String::from_utf8_lossy(&answer.stdout)) == Some(version)
    })
}

/// The version in what a program answers to `--version`: `trunk 0.21.14`, `wasm-opt version 132 (version_132)`.
fn version_in(answer: &str) -> Option<&str> {
    let first = answer.lines().next()?;
    first.split_whitespace().find(|word| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
    })
}

/// Whether packages of the system can be installed without asking anybody: Debian or one of its kin, as root.
fn is_root_on_debian() -> bool {
    let mut id = Command::new("id");
    id.arg("-u");
    Path::new("/usr/bin/apt-get").is_file()
        && process::output(&mut id).is_ok_and(|id| id.trim() == "0")
}

/// Packages of Debian, installed without questions.
fn apt_install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    process::timed(
        &format!("Installing {} (once)", packages.join(" and ")),
        || {
            process::run(apt().args(["update", "--quiet=2"]))?;
            process::run(
                apt()
                    .args(["install", "--yes", "--quiet=2", "--no-install-recommends"])
                    .args(packages),
            )
        },
    )
}

/// nginx and Caddy, in front of which the app is tested.
pub fn servers() -> Result<()> {
    let there = |name: &str, folder: &str| {
        first_on_path(Path::new(name)).is_some() || Path::new(folder).join(name).is_file()
    };
    if there("nginx", "/usr/sbin") && there("caddy", "/usr/bin") {
        return Ok(());
    }
    if is_root_on_debian() {
        return apt_install(&["nginx", "libnginx-mod-http-brotli-static", "caddy"]);
    }
    Err(Error::Missing {
        what: "The app is tested behind nginx and Caddy, which are not on this machine".to_owned(),
        remedy: "apt-get install nginx libnginx-mod-http-brotli-static caddy".to_owned(),
    })
}

/// curl, which asks an org in the doctor's place.
pub fn curl() -> Result<()> {
    let there = || first_on_path(Path::new("curl")).is_some();
    if !there() && is_root_on_debian() {
        // If it fails it has said why, and the look below tells what to do.
        let _ = apt_install(&["curl"]);
    }
    if there() {
        return Ok(());
    }
    Err(Error::Missing {
        what: "The doctor asks the org with curl, which is not on this machine".to_owned(),
        remedy: "sudo apt-get install curl".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_answer() {
        for (answer, expected) in [
            ("trunk 0.21.14\n", Some("0.21.14")),
            (
                "wasm-bindgen 0.2.129 (abcdef012 2026-01-01)",
                Some("0.2.129"),
            ),
            ("wasm-opt version 132 (version_132)", Some("132")),
            ("trunk 0.22.0-beta.2", Some("0.22.0-beta.2")),
            ("", None),
            ("command not found", None),
        ] {
            assert_eq!(version_in(answer), expected, "{answer}");
        }
    }

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.79\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(locked(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(locked(lock, "trunk"), None);
    }

    #[test]
    fn trunk_is_told_the_same_versions() {
        let settings =
            fs::read_to_string(paths::root().join("Trunk.toml")).expect("it is committed");
        let binaryen = BINARYEN.split('.').next().unwrap_or_default();
        assert!(settings.contains(&format!("trunk-version = \"={TRUNK}\"")));
        assert!(settings.contains(&format!("wasm_opt = \"version_{binaryen}\"")));
    }

    #[test]
    fn wasm_opt_is_told_each_feature_and_never_to_take_them_all() {
        let page = fs::read_to_string(paths::root().join("index.html")).expect("it is committed");
        assert!(
            OPTIMISED.contains(&"--enable-bulk-memory") && page.contains("--enable-bulk-memory")
        );
        assert!(!OPTIMISED.contains(&"--all-features") && !page.contains("--all-features"));
        let before = |option: &str| OPTIMISED.iter().position(|known| *known == option);
        assert!(before("--enable-sign-ext") < before("--strip-target-features"));
    }

    #[test]
    fn a_program_that_is_not_there_does_not_answer() {
        assert!(!answers(Path::new("/nowhere/trunk"), TRUNK));
    }
}
