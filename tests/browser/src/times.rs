//! How long stories take, for whoever asks: `cargo xtask test --timings` does.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::thread;
use std::time::Duration;

/// Writes to the file that `VESTIBULE_TIMES` names that a visit of the test of this thread is over, and how long it took:
/// `first::nothing_jumps_when_the_app_comes`, a tab, milliseconds. Its wait for a place is not counted.
pub(crate) fn took(time: Duration) {
    let Some(file) = env::var_os("VESTIBULE_TIMES") else {
        return;
    };
    let test = thread::current().name().unwrap_or("main").to_owned();
    let line = format!("{test}\t{}\n", time.as_millis());
    // A line that is missing is missed in the table of times, and nowhere else.
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).open(file) {
        let _ = file.write_all(line.as_bytes());
    }
}
