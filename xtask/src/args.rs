//! The command line, parsed once.

use crate::{Error, Result, hosts::Host, policy};

/// What `cargo xtask help` prints.
pub const HELP: &str = "\
The commands of the project

  cargo xtask demo      The app and an org with people in it, on this machine. Also `cargo demo`.
      --port N            the app's port                        [8080]
      --org-port N        the org's port                        [8081]
      --policy NAME       how the org is set up                 [seed]
      --no-build          serve dist/ as it is
  cargo xtask build     The release build, in dist/.
      --public-url PATH   the folder of the origin that it will be served in   [/]
      --host NAME         with what that host has to be told: netlify, cloudflare-pages, vercel, firebase, github-pages,
                          s3-cloudfront, azure, nginx, caddy
      --org URL           the org that the app may reach        [as in public/config.json]
      --fastpass          for a config.json that has \"fastpass\": true
  cargo xtask serve     dist/ alone, with the headers of production, for the org in its config.json.
      --port N            the port                              [8080]
      --public-url PATH   what it was built for                 [/]
  cargo xtask test      All checks: format, lints, tests, build, size, browser.
      --quick             format, lints and the tests that need no browser and no build: what is run before each commit
      --no-browser        without the browser tests
      --timings           with what else there is to say of the time: how busy the processors were, the slowest stories
      NAME                only the tests with this in their name
  cargo xtask corpus DIR
                        Each recorded IDX response (*.json) of a folder in Chromium: dist/ as it is, or VESTIBULE_DIST.
                        The response answers introspect, and in a second visit a first form. Prints a table (verdict,
                        file, step) with what is wrong below each file, and fails if anything is. Files that are
                        called error-NNN-* come with status NNN.
  cargo xtask bench     How long until somebody can sign in with dist/ in Chromium, beside a page written by hand: medians as
                        a table, all samples as JSON.
      --runs N            visits of each kind to each page      [7]
      --json FILE         where the samples go                  [target/bench.json]
  cargo xtask doctor    What is wrong with a deployment and its org, and where it is set right. Also at /doctor in the app.
      --config FILE       its config.json                       [dist/config.json]
      --app URL           where the app is or will be           [as redirectUri says]
  cargo xtask setup     The pinned build tools, found or installed.
  cargo xtask size      What the sign-in form costs on the wire.
  cargo xtask headers   The headers to serve the app with.
      --org URL           the org that the app may reach        [as in public/config.json]
      --fastpass          for a config.json that has \"fastpass\": true
  cargo xtask help      This.";

/// A command and its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The app and the org side by side.
    Demo(Demo),
    /// The release build.
    Build(Build),
    /// The built app alone.
    Serve {
        /// The port.
        port: u16,
        /// What the app was built for.
        public_url: String,
    },
    /// All checks.
    Test(Test),
    /// Recorded responses in the browser.
    Corpus {
        /// The folder that they are in.
        folder: String,
    },
    /// How fast it is.
    Bench(Bench),
    /// What is wrong with a deployment.
    Doctor(Doctor),
    /// The tools only.
    Setup,
    /// The size table.
    Size,
    /// The headers of production.
    Headers {
        /// The org's origin.
        org: Option<String>,
        /// Whether the app may look for Okta Verify on the person's device.
        fastpass: bool,
    },
    /// How to use all this.
    Help,
}

/// The options of `build`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// The folder of the origin that the app will be served in, with a slash at both ends.
    pub public_url: String,
    /// Where it will be served.
    pub host: Option<Host>,
    /// The org's origin.
    pub org: Option<String>,
    /// Whether the app may look for Okta Verify on the person's device.
    pub fastpass: bool,
}

/// The options of `demo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// The app's port.
    pub port: u16,
    /// The org's port.
    pub org_port: u16,
    /// How the org is set up; the org knows the names.
    pub policy: String,
    /// Whether `dist/` is built first.
    pub build: bool,
}

/// The options of `test`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Whether only those checks run that are done in a few minutes.
    pub quick: bool,
    /// Whether the browser tests run.
    pub browser: bool,
    /// Whether more is told of the time.
    pub timings: bool,
    /// Part of the names of the tests to run.
    pub filter: Option<String>,
}

/// The options of `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doctor {
    /// The `config.json`; else that of the built app.
    pub config: Option<String>,
    /// The app's root; else what stands in `redirectUri`.
    pub app: Option<String>,
}

/// The options of `bench`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bench {
    /// Visits of each kind to each page under each profile, at least one.
    pub runs: u32,
    /// Where the samples go; else below `target/`.
    pub json: Option<String>,
}

impl Command {
    /// Reads the words after `cargo xtask`.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut words = Words(words.into_iter().collect::<Vec<_>>().into_iter());
        let Some(name) = words.0.next() else {
            return Ok(Self::Help);
        };
        let command = match name.as_str() {
            "demo" => {
                let mut demo = Demo {
                    port: 8080,
                    org_port: 8081,
                    policy: "seed".to_owned(),
                    build: true,
                };
                while let Some(option) = words.0.next() {
                    match option.as_str() {
                        "--port" => demo.port = words.port(&option)?,
                        "--org-port" => demo.org_port = words.port(&option)?,
                        "--policy" => demo.policy = words.value(&option)?,
                        "--no-build" => demo.build = false,
                        _ => return Err(unknown(&name, &option)),
                    }
                }
                if demo.port == demo.org_port {
                    return Err(Error::Usage(
                        "The app and the org need a port each.".to_owned(),
                    ));
                }
                Self::Demo(demo)
            }
            "build" => {
                let mut build = Build {
                    public_url: "/".to_owned(),
                    host: None,
                    org: None,
                    fastpass: false,
                };
                while let Some(option) = words.0.next() {
                    match option.as_str() {
                        "--public-url" => build.public_url = folder(&words.value(&option)?),
                        "--host" => build.host = Some(words.host(&option)?),
                        "--org" => build.org = Some(words.origin(&option)?),
                        "--fastpass" => build.fastpass = true,
                        _ => return Err(unknown(&name, &option)),
                    }
                }
                Self::Build(build)
            }
            "serve" => {
                let (mut port, mut public_url) = (8080, "/".to_owned());
                while let Some(option) = words.0.next() {
                    match option.as_str() {
                        "--port" => port = words.port(&option)?,
                        "--public-url" => public_url = words.value(&option)?,
                        _ => return Err(unknown(&name, &option)),
                    }
                }
                Self::Serve { port, public_url }
            }
            "test" => {
                let mut test = Test {
                    quick: false,
                    browser: true,
                    timings: false,
                    filter: None,
                };
                for option in words.0.by_ref() {
                    match option.as_str() {
                        "--quick" => test.quick = true,
                        "--no-browser" => test.browser = false,
                        "--timings" => test.timings = true,
                        _ if option.starts_with('-') || test.filter.is_some() => {
                            return Err(unknown(&name, &option));
                        }
                        _ => test.filter = Some(option),
                    }
                }
                Self::Test(test)
            }
            "headers" => {
                let (mut org, mut fastpass) = (None, false);
                while let Some(option) = words.0.next() {
                    match option.as_str() {
                        "--org" => org = Some(words.origin(&option)?),
                        "--fastpass" => fastpass = true,
                        _ => return Err(unknown(&name, &option)),
                    }
                }
                Self::Headers { org, fastpass }
            }
            "corpus" => Self::Corpus {
                folder: words.0.next().ok_or_else(|| {
                    Error::Usage("`corpus` needs the folder that the recordings are in.".to_owned())
                })?,
            },
            "bench" => {
                let mut bench = Bench {
                    runs: 7,
                    json: None,
                };
                while let Some(option) = words.0.next() {
                    match option.as_str() {
                        "--runs" => bench.runs = words.number(&option)?,
                        "--json" => bench.json = Some(words.value(&option)?),
                        _ => return Err(unknown(&name, &option)),
                    }
                }
                Self::Bench(bench)
            }
            "doctor" => {
                let mut doctor = Doctor {
                    config: None,
                    app: None,
                };
                while let Some(option) = words.0.next() {
                    match option.as_str() {
                        "--config" => doctor.config = Some(words.value(&option)?),
                        "--app" => {
                            let app = words.value(&option)?;
                            words.origin_in(&option, &app)?;
                            doctor.app = Some(app);
                        }
                        _ => return Err(unknown(&name, &option)),
                    }
                }
                Self::Doctor(doctor)
            }
            "setup" => Self::Setup,
            "size" => Self::Size,
            "help" | "--help" | "-h" => return Ok(Self::Help),
            _ => return Err(Error::Usage(format!("There is no command `{name}`."))),
        };
        match words.0.next() {
            Some(more) => Err(unknown(&name, &more)),
            None => Ok(command),
        }
    }
}

struct Words(std::vec::IntoIter<String>);

impl Words {
    fn value(&mut self, option: &str) -> Result<String> {
        self.0
            .next()
            .filter(|value| !value.starts_with("--"))
            .ok_or_else(|| Error::Usage(format!("`{option}` needs a value.")))
    }

    fn port(&mut self, option: &str) -> Result<u16> {
        let value = self.value(option)?;
        value.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
            Error::Usage(format!(
                "`{option} {value}` is no port: give a number from 1 to 65535."
            ))
        })
    }

    fn number(&mut self, option: &str) -> Result<u32> {
        let value = self.value(option)?;
        value
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| Error::Usage(format!("`{option} {value}` is no number from 1 on.")))
    }

    fn host(&mut self, option: &str) -> Result<Host> {
        let value = self.value(option)?;
        Host::named(&value).ok_or_else(|| {
            let known: Vec<_> = Host::ALL.iter().map(|host| host.name()).collect();
            Error::Usage(format!(
                "There is no host `{value}`. There are: {}.",
                known.join(", ")
            ))
        })
    }

    fn origin(&mut self, option: &str) -> Result<String> {
        let value = self.value(option)?;
        self.origin_in(option, &value)
    }

    fn origin_in(&self, option: &str, value: &str) -> Result<String> {
        policy::origin(value).ok_or_else(|| {
            Error::Usage(format!(
                "`{option} {value}` is no web address: begin with https://."
            ))
        })
    }
}

/// A folder with a slash at both ends.
fn folder(path: &str) -> String {
    match path.trim_matches('/') {
        "" => "/".to_owned(),
        path => format!("/{path}/"),
    }
}

fn unknown(command: &str, option: &str) -> Error {
    Error::Usage(format!("`{command}` does not know `{option}`."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_demo_has_the_usual_ports() {
        let demo = Demo {
            port: 8080,
            org_port: 8081,
            policy: "seed".to_owned(),
            build: true,
        };
        assert_eq!(parse("demo").ok(), Some(Command::Demo(demo.clone())));
        let other = Demo {
            port: 9000,
            build: false,
            ..demo
        };
        assert_eq!(
            parse("demo --port 9000 --no-build").ok(),
            Some(Command::Demo(other))
        );
    }

    #[test]
    fn a_word_for_test_is_part_of_a_name() {
        let expected = Test {
            quick: false,
            browser: false,
            timings: false,
            filter: Some("focus".to_owned()),
        };
        assert_eq!(
            parse("test --no-browser focus").ok(),
            Some(Command::Test(expected.clone()))
        );
        let quick = Test {
            quick: true,
            browser: true,
            timings: true,
            ..expected
        };
        assert_eq!(
            parse("test focus --quick --timings").ok(),
            Some(Command::Test(quick))
        );
    }

    #[test]
    fn nothing_is_a_call_for_help() {
        assert_eq!(parse("").ok(), Some(Command::Help));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, said) in [
            ("deploy", "There is no command `deploy`."),
            ("demo --prot 80", "`demo` does not know `--prot`."),
            ("demo --port", "`--port` needs a value."),
            ("demo --port --no-build", "`--port` needs a value."),
            ("demo --port 0", "`--port 0` is no port"),
            ("demo --port 8081", "The app and the org need a port each."),
            (
                "corpus",
                "`corpus` needs the folder that the recordings are in.",
            ),
            ("bench --runs 0", "`--runs 0` is no number from 1 on."),
            ("bench --json", "`--json` needs a value."),
            ("corpus a b", "`corpus` does not know `b`."),
            ("setup now", "`setup` does not know `now`."),
            ("build --host geocities", "There is no host `geocities`."),
            ("doctor --app example", "`--app example` is no web address"),
            (
                "doctor config.json",
                "`doctor` does not know `config.json`.",
            ),
            ("headers --org example", "`--org example` is no web address"),
        ] {
            let error = parse(line).expect_err(line).to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
