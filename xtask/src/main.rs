//! The commands of the project: `cargo xtask help` lists them.

use std::process::ExitCode;

use xtask::{
    Error, Result,
    args::{self, Command},
    bundle, checks, corpus, demo, paths,
    policy::{self, Policy},
    process,
    size::Size,
    tools::{Tools, WasmOpt},
};

fn main() -> ExitCode {
    match Command::parse(std::env::args().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        // The summary is the last word.
        Err(Error::ChecksFailed) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo(options) => demo::run(&options)?,
        Command::Build { public_url } => {
            let dist = bundle::build(&Tools::ensure(WasmOpt::Required)?, &public_url)?;
            process::say(format_args!("The app is in {}", dist.display()));
        }
        Command::Serve { port, public_url } => demo::serve(port, &public_url)?,
        Command::Test(options) => checks::run(&options)?,
        Command::Corpus { folder } => corpus::run(&folder)?,
        Command::Setup => {
            Tools::ensure(WasmOpt::Required)?;
            process::say("All build tools are there.");
        }
        Command::Size => println!("{}", Size::of(&paths::dist())?),
        Command::Headers { org, fastpass } => headers(org, fastpass),
        Command::Help => println!("{}", args::HELP),
    }
    Ok(())
}

fn headers(org: Option<String>, fastpass: bool) {
    let org = org.unwrap_or_else(|| "https://your-org.okta.com".to_owned());
    let policy = Policy::new().org(org).fastpass(fastpass);
    println!("content-security-policy: {policy}");
    for (name, value) in policy::HEADERS {
        println!("{name}: {value}");
    }
}
