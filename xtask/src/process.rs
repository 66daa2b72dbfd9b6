//! Other programs: how they are started, shown and waited for.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt::Display,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
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

/// A program that runs beside others. What it writes would get in between what they write, so it is kept.
pub struct Beside {
    command: String,
    child: Child,
    start: Instant,
    heard: Arc<Mutex<Heard>>,
    reader: JoinHandle<()>,
}

/// What a program has written so far.
#[derive(Default)]
struct Heard {
    text: Vec<u8>,
    /// How many units of how many Cargo has compiled.
    units: Option<(u32, u32)>,
}

impl Beside {
    /// Starts it.
    pub fn start(command: &mut Command) -> Result<Self> {
        let typed = typed(command);
        let piped = |source| Error::NotStarted {
            command: typed.clone(),
            source,
        };
        let (output, out) = io::pipe().map_err(piped)?;
        let err = out.try_clone().map_err(piped)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(piped)?;
        // Else this program would hold the pipe open.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let heard = Arc::<Mutex<Heard>>::default();
        let reader = thread::spawn({
            let heard = Arc::clone(&heard);
            move || listen(output, &heard)
        });
        Ok(Self {
            command: typed,
            child,
            start: Instant::now(),
            heard,
            reader,
        })
    }

    /// Waits for its end, and tells how long it took. What it wrote is shown on stderr.
    pub fn wait(self) -> Result<Duration> {
        let start = self.start;
        let (text, ended) = self.end();
        show(&text);
        ended.map(|()| start.elapsed())
    }

    /// Waits for its end: what it wrote, and whether it succeeded.
    fn end(mut self) -> (Vec<u8>, Result<()>) {
        let status = self.child.wait();
        // It ends with the pipe.
        let _ = self.reader.join();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = match status {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(Error::Failed {
                command: self.command,
            }),
            Err(source) => Err(Error::NotStarted {
                command: self.command,
                source,
            }),
        };
        (std::mem::take(&mut heard.text), ended)
    }

    /// How many units of how many Cargo has compiled, where it has said so.
    fn units(&self) -> Option<(u32, u32)> {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .units
    }
}

/// Keeps what comes, line by line, but for Cargo's bar, which it draws over and over on one line: of it the newest figures.
fn listen(output: impl Read, heard: &Mutex<Heard>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        let Ok(bytes) = output.fill_buf() else { return };
        if bytes.is_empty() {
            break;
        }
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        for byte in bytes {
            line.push(*byte);
            if matches!(byte, b'\n' | b'\r') {
                match units_in(&String::from_utf8_lossy(&line)) {
                    Some(units) => heard.units = Some(units),
                    None => heard.text.extend(&line),
                }
                line.clear();
            }
        }
        let read = bytes.len();
        drop(heard);
        output.consume(read);
    }
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    heard.text.extend(&line);
}

/// The figures of Cargo's bar: `Building [====>       ] 12/318: serde, syn`.
fn units_in(line: &str) -> Option<(u32, u32)> {
    let (_, after) = line.split_once("Building [")?.1.split_once("] ")?;
    let (done, after) = after.split_once('/')?;
    let all = after.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((done.parse().ok()?, all.parse().ok()?))
}

/// So often it is said how far a long step is.
const WORD: Duration = Duration::from_secs(20);

/// Runs Cargo to its end, beside others perhaps: what it writes is shown only where it fails, and every now and then it is said
/// how far it is.
pub fn run_cargo_telling(what: &str, cargo: &mut Command) -> Result<()> {
    cargo
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "100");
    let mut running = Beside::start(cargo)?;
    let mut next = WORD;
    while matches!(running.child.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(100));
        let time = running.start.elapsed();
        if time >= next {
            next += WORD;
            let far = running.units();
            let far = far.map(|(done, all)| format!("{done} of {all} compiled in "));
            say(format_args!(
                "{what}: {}{} so far",
                far.unwrap_or_default(),
                spoken(time)
            ));
        }
    }
    let (text, ended) = running.end();
    if ended.is_err() {
        show(&text);
    }
    ended
}

fn show(text: &[u8]) {
    // Nothing can be done about a terminal that takes nothing.
    let _ = io::stderr().write_all(text);
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
    fn cargos_bar_is_read_and_nothing_else() {
        for (line, expected) in [
            (
                "    Building [====>      ] 12/318: serde, syn\r",
                Some((12, 318)),
            ),
            ("    Building [==========>] 317/318", Some((317, 318))),
            ("   Compiling serde v1.0.229", None),
            ("Building [", None),
            ("", None),
        ] {
            assert_eq!(units_in(line), expected, "{line}");
        }
    }

    #[test]
    fn what_a_program_beside_writes_is_kept_but_for_the_bar() {
        let heard = Mutex::default();
        let said =
            "   Compiling a\n    Building [>  ] 1/3: a\r    Building [=> ] 2/3: b\r\nerror: c";
        listen(said.as_bytes(), &heard);
        let heard = heard.into_inner().unwrap_or_default();
        assert_eq!(heard.units, Some((2, 3)));
        assert_eq!(
            String::from_utf8_lossy(&heard.text),
            "   Compiling a\n\nerror: c"
        );
    }

    #[test]
    fn a_program_beside_tells_how_it_ended() {
        let ended = |script: &str| {
            let started = Beside::start(Command::new("sh").args(["-c", script]));
            started.and_then(Beside::wait)
        };
        assert!(ended("exit 0").is_ok());
        assert!(matches!(ended("exit 3"), Err(Error::Failed { .. })));
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
