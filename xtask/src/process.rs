//! Other programs: how they are started, shown and waited for.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt::Display,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Error, Result};

/// The Cargo that started this program, or the one on the path.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Says on stderr what happens now.
pub fn say(what: impl Display) {
    eprintln!("==> {what}");
}

/// A step whose beginning and length are told on stderr.
pub fn timed<T>(what: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
    say(what);
    let start = Instant::now();
    let done = step()?;
    say(format_args!("{what}: done in {}", spoken(start.elapsed())));
    Ok(done)
}

/// A length of time for people: `4 s`, `2 min 7 s`.
pub fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Runs a program to its end; what it writes goes where this program's output goes.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|source| not_started(command, source))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(command))
    }
}

/// Runs a program to its end and gives each line of its stdout to `line`, which shows it or does not. Whether the program
/// succeeded is the answer.
pub fn run_by_line(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| not_started(command, source))?;
    if let Some(stdout) = child.stdout.take() {
        // Tests print what they like: a line need not be UTF-8.
        for bytes in BufReader::new(stdout)
            .split(b'\n')
            .map_while(std::result::Result::ok)
        {
            line(String::from_utf8_lossy(&bytes).trim_end_matches('\r'));
        }
    }
    let status = child
        .wait()
        .map_err(|source| not_started(command, source))?;
    Ok(status.success())
}

/// What a program writes on stdout, if it succeeds.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| not_started(command, source))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(failed(command))
    }
}

/// Whether a program starts and succeeds; what it writes is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A command as a person would type it.
pub fn typed(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words: Vec<_> = std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

fn failed(command: &Command) -> Error {
    Error::Failed {
        command: typed(command),
    }
}

fn not_started(command: &Command, source: std::io::Error) -> Error {
    Error::NotStarted {
        command: typed(command),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_it_is_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["fmt", "--all"]);
        assert_eq!(typed(&command), "cargo fmt --all");
    }

    #[test]
    fn times_are_spoken_in_minutes_from_a_minute_on() {
        assert_eq!(spoken(Duration::from_secs(59)), "59 s");
        assert_eq!(spoken(Duration::from_secs(127)), "2 min 7 s");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("/nowhere/trunk")).expect_err("it is not there");
        assert!(
            error
                .to_string()
                .starts_with("`trunk` could not be started")
        );
    }
}
