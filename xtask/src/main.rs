//! The commands of the project: `cargo xtask help` lists them.

use std::process::ExitCode;

use xtask::{
    Error, Result,
    args::{self, Command},
    bench, bundle, checks, corpus, demo, doctor, hosts, paths,
    policy::{self, Policies, Policy},
    process, sbom,
    size::Size,
    tools::{Small, Tools},
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
        Command::Build(options) => build(&options)?,
        Command::Serve { port, public_url } => demo::serve(port, &public_url)?,
        Command::Test(options) => checks::run(&options)?,
        Command::Corpus { folder } => corpus::run(&folder)?,
        Command::Bench(options) => bench::run(&options)?,
        Command::Doctor(options) => doctor::run(&options)?,
        Command::Setup => {
            Tools::ensure(Small::Required)?;
            process::say("All build tools are there.");
        }
        Command::Size => println!("{}", Size::of(&paths::dist())?),
        Command::Headers { org, fastpass } => headers(org, fastpass),
        Command::Help => println!("{}", args::HELP),
    }
    Ok(())
}

fn build(options: &args::Build) -> Result<()> {
    // What cannot be known is told before minutes are spent.
    let policies = match options.host {
        Some(_) => Some(policies_of(options)?),
        None => None,
    };
    let dist = bundle::build(
        &Tools::ensure(Small::Required)?,
        &options.public_url,
        options.org.as_deref(),
    )?;
    if let (Some(host), Some(policies)) = (options.host, policies) {
        let site = hosts::Site {
            dist: &dist,
            beside: &paths::root().join("host").join(host.name()),
            base: &options.public_url,
            policies: &policies,
        };
        for file in site.write(host)? {
            process::say(format_args!("For {}: {}", host.name(), file.display()));
        }
    }
    // A host's files are among those of the app, and some hosts want another page.
    let bom = sbom::write(&dist)?;
    process::say(format_args!(
        "The app is in {}, and {} says what it is made of",
        dist.display(),
        bom.display()
    ));
    Ok(())
}

/// The policies of a deployment: they have to name the org.
fn policies_of(options: &args::Build) -> Result<Policies> {
    let path = paths::root().join("public/config.json");
    let config = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
    if options.org.is_none() && config.contains("your-org.okta.com") {
        return Err(Error::Missing {
            what: "The page's policy names the org that it may reach, and public/config.json does not say which"
                .to_owned(),
            remedy: "add --org https://your-org.okta.com".to_owned(),
        });
    }
    let policies = Policies::for_config(&config, options.org.as_deref());
    Ok(if options.fastpass {
        policies.fastpass()
    } else {
        policies
    })
}

fn headers(org: Option<String>, fastpass: bool) {
    let org = org.unwrap_or_else(|| "https://your-org.okta.com".to_owned());
    let policy = Policy::new().org(org).fastpass(fastpass);
    println!("content-security-policy: {policy}");
    for (name, value) in policy::HEADERS {
        println!("{name}: {value}");
    }
}
