//! The org on a port: `cargo run -p org -- --help`.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;

use org::{Org, Policy, Settings};
use tokio::net::TcpListener;

const HELP: &str = "\
A small Okta org on this machine.

  --port NUMBER         where it listens, on loopback only (8081)
  --origin ORIGIN       what it calls itself (http://localhost:PORT)
  --app-origin ORIGIN   where the app is; may be given more than once (http://localhost:8080)
  --policy NAME         what it asks of people (seed)
  --no-people           nobody has an account yet; else the usual people are there
  --help                this";

struct Options {
    port: u16,
    origin: Option<String>,
    app_origins: Vec<String>,
    policy: String,
    people: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!(
                "{HELP}\n\nPolicies: {}",
                Policy::names().collect::<Vec<_>>().join(", ")
            );
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("{problem}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// `None` when help is wanted.
fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options {
        port: 8081,
        origin: None,
        app_origins: Vec::new(),
        policy: "seed".to_owned(),
        people: true,
    };
    while let Some(word) = words.next() {
        if word == "--help" || word == "-h" {
            return Ok(None);
        }
        if word == "--no-people" {
            options.people = false;
            continue;
        }
        let value = words.next().ok_or(format!("{word} needs a value."))?;
        match word.as_str() {
            "--port" => {
                options.port = value
                    .parse()
                    .map_err(|_| format!("\"{value}\" is no port."))?
            }
            "--origin" => options.origin = Some(value),
            "--app-origin" => options.app_origins.push(value),
            "--policy" => options.policy = value,
            _ => return Err(format!("There is no option {word}.")),
        }
    }
    Ok(Some(options))
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::named(&options.policy)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let port = listener.local_addr()?.port();
    let origin = options
        .origin
        .unwrap_or_else(|| format!("http://localhost:{port}"));

    let mut app_origins = options.app_origins.into_iter();
    let first = app_origins
        .next()
        .unwrap_or_else(|| "http://localhost:8080".to_owned());
    let settings = app_origins
        .fold(Settings::new(&origin, &first), Settings::app_origin)
        .with_policy(policy);
    let org = Org::new(settings);
    if options.people {
        org.add_presets();
    }

    // `localhost` is ::1 to some browsers; a machine without it does without.
    if let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
        tokio::spawn(org.clone().serve(listener));
    }
    println!("org     {origin}");
    println!("issuer  {origin}/oauth2/default");
    println!("inbox   {origin}/inbox");
    println!("console {origin}/console");
    println!("policy  {}", options.policy);
    println!("app     {first}");
    tokio::select! {
        ended = org.serve(listener) => Ok(ended?),
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Options>, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_and_the_app_may_be_at_several_places() {
        let line = "--port 1 --app-origin http://a.test --app-origin http://b.test --policy signup";
        let options = parsed(line).expect("good").expect("no help");
        assert_eq!((options.port, options.policy.as_str()), (1, "signup"));
        assert_eq!(options.app_origins, ["http://a.test", "http://b.test"]);
    }

    #[test]
    fn the_usual_people_can_be_left_out() {
        for (line, people) in [("--port 1", true), ("--no-people --port 1", false)] {
            let options = parsed(line).expect("good").expect("no help");
            assert_eq!((options.people, options.port), (people, 1), "{line}");
        }
    }

    #[test]
    fn help_is_no_mistake_and_mistakes_are_named() {
        assert!(parsed("--port 1 --help").is_ok_and(|options| options.is_none()));
        for (line, word) in [
            ("--port", "--port"),
            ("--port x", "x"),
            ("--colour red", "--colour"),
        ] {
            assert!(
                parsed(line).is_err_and(|problem| problem.contains(word)),
                "{line}"
            );
        }
    }
}
