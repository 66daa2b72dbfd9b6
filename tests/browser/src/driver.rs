//! The one ChromeDriver of a test process.

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;

/// Runs ChromeDriver until standard input closes, which it does however the test process ends; then ends everything that
/// it started and removes what that left behind. It has a process group of its own, which is what `kill 0` means here.
const LEASH: &str = r#"
    export TMPDIR="$(mktemp -d)"
    trap : TERM
    "$0" --port=0 &
    cat >/dev/null
    kill -TERM 0
    wait
    rm -rf "$TMPDIR"
"#;

struct Driver {
    address: String,
    /// Holds the other end of the leash's standard input.
    _leash: Child,
}

static DRIVER: OnceLock<Driver> = OnceLock::new();

/// Where ChromeDriver answers. The first caller starts it, on a port that it chooses.
pub(crate) fn address() -> &'static str {
    &DRIVER.get_or_init(Driver::start).address
}

/// Chromium's program: `CHROMIUM`, or `chromium` on the path.
pub(crate) fn chromium() -> String {
    let named = env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    if named.contains('/') {
        return named;
    }
    // ChromeDriver wants the whole path.
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join(&named))
        .find(|file| file.is_file())
        .unwrap_or_else(|| {
            panic!("no program {named:?} on the PATH: install Chromium, or name it in CHROMIUM")
        })
        .display()
        .to_string()
}

impl Driver {
    fn start() -> Self {
        let program = env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let mut leash = Command::new("sh")
            .args(["-c", LEASH, &program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh starts");
        let mut said = BufReader::new(leash.stdout.take().expect("stdout is piped"))
            .lines()
            .map_while(Result::ok);
        let port = said
            .find_map(|line| {
                line.split("started successfully on port ")
                    .nth(1)?
                    .trim_end_matches('.')
                    .parse::<u16>()
                    .ok()
            })
            .unwrap_or_else(|| {
                panic!(
                    "{program:?} does not start: install ChromeDriver, or name it in CHROMEDRIVER"
                )
            });
        // A full pipe would stop it.
        thread::spawn(move || said.for_each(drop));
        Self {
            address: format!("http://127.0.0.1:{port}"),
            _leash: leash,
        }
    }
}
