//! The app and the org side by side on this machine, until Ctrl-C.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    process::{self as std_process, Command},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use tokio::process::Child;

use crate::{
    Error, Result, args, bundle, paths, process, serve,
    serve::Site,
    tools::{self, Small, Tools},
};

/// Builds what is needed, starts both servers, says where they are, and stops both in the end.
pub fn run(options: &args::Demo) -> Result<()> {
    // Busy ports are told before minutes are spent on a build.
    for (port, option) in [(options.port, "--port"), (options.org_port, "--org-port")] {
        wait_for(async { serve::loopback(port, option).await.map(drop) })?;
    }
    let (dist, org) = if options.build {
        build()?
    } else {
        bundle::check(&paths::dist())?;
        build_org()?;
        (paths::dist(), org()?)
    };
    bundle::check(&dist)?;
    wait_for(serve_both(options, dist, org))
}

/// Makes all of it: the app and the org are compiled beside the tools, of which Trunk is needed last.
fn build() -> Result<(PathBuf, PathBuf)> {
    let start = Instant::now();
    let ready = AtomicUsize::new(0);
    let part = |name: &str| {
        let part = ready.fetch_add(1, Ordering::Relaxed) + 1;
        let time = process::spoken(start.elapsed());
        process::say(format_args!("{part} of 4 ready after {time}: {name}"));
    };
    process::say("Four parts: the build tools, the app's code, the org, and the app of all these");
    process::say("The first time it takes some minutes, in which it is told how far they are");
    // Both sides need it.
    tools::wasm_target()?;
    thread::scope(|beside| {
        let tools = beside.spawn(|| {
            let tools = Tools::ensure(Small::Wanted)?;
            part("the build tools");
            Ok(tools)
        });
        // Trunk would compile it, and does not have to any more.
        let code = || {
            process::run_cargo_telling("The app's code", &mut bundle::compiled())?;
            part("the app's code");
            build_org()?;
            part("the org");
            org()
        };
        let code = code();
        let tools = tools.join();
        let tools: Tools = tools.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let org = code?;
        let dist = bundle::build(&tools, "/", None)?;
        part("the app");
        Ok((dist, org))
    })
}

/// `dist/` alone, until Ctrl-C.
pub fn serve(port: u16, public_url: &str) -> Result<()> {
    let dist = paths::dist();
    bundle::check(&dist)?;
    wait_for(async {
        let listeners = serve::loopback(port, "--port").await?;
        let base = format!("/{}", public_url.trim_start_matches('/'));
        process::say(format_args!(
            "{} is at http://localhost:{port}{base}",
            dist.display()
        ));
        process::say("Ctrl-C stops it.");
        Site::new(dist)
            .base(public_url)
            .serve_until(listeners, stopped())
            .await;
        Ok(())
    })
}

fn wait_for<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Runtime::new().map_err(|source| Error::NotStarted {
        command: "the servers".to_owned(),
        source,
    })?;
    runtime.block_on(work)
}

fn build_org() -> Result<()> {
    let mut cargo = Command::new(process::cargo());
    cargo
        .args(["build", "--locked", "--package", "org"])
        .current_dir(paths::root());
    process::run_cargo_telling("The org", &mut cargo)
}

fn org() -> Result<PathBuf> {
    Ok(paths::target()?
        .join("debug")
        .join(format!("org{}", std::env::consts::EXE_SUFFIX)))
}

async fn serve_both(options: &args::Demo, dist: PathBuf, org: PathBuf) -> Result<()> {
    let app = format!("http://localhost:{}", options.port);
    let org_address = format!("http://localhost:{}", options.org_port);
    let config = serde_json::json!({
        "issuer": format!("{org_address}/oauth2/default"),
        "clientId": "vestibule",
    });
    let listeners = serve::loopback(options.port, "--port").await?;
    let mut command = Command::new(org);
    command
        .args([
            "--port",
            &options.org_port.to_string(),
            "--app-origin",
            &app,
            "--policy",
            &options.policy,
        ])
        .current_dir(paths::root())
        .stdin(std_process::Stdio::null())
        // Its addresses, which are told below with the app's.
        .stdout(std_process::Stdio::null());
    let typed = process::typed(&command);
    let mut child = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Error::NotStarted {
            command: typed.clone(),
            source,
        })?;

    let site = Site::new(dist).config(config.to_string()).org(&org_address);
    let work = async {
        let (org_port, port) = (options.org_port, options.port);
        tokio::select! {
            answered = answers(org_port, &org_address) => answered?,
            _ = child.wait() => return Err(Error::Failed { command: typed.clone() }),
        }
        answers(port, &app).await?;
        eprintln!();
        eprintln!("    The app     {app}");
        eprintln!("    The org     {org_address}");
        eprintln!("    Its inbox   {org_address}/inbox   (the codes that it sends)");
        eprintln!();
        process::say("Ctrl-C stops both.");
        tokio::select! {
            () = stopped() => Ok(()),
            _ = child.wait() => Err(Error::Failed { command: typed.clone() }),
        }
    };
    let (done, finished) = tokio::sync::oneshot::channel();
    let stop = async {
        let _ = finished.await;
    };
    let (result, ()) = tokio::join!(
        async {
            let result = work.await;
            let _ = done.send(());
            result
        },
        site.serve_until(listeners, stop)
    );
    end(&mut child).await;
    result
}

/// Ends the org and waits for it, so that its port is free when this returns.
async fn end(child: &mut Child) {
    let _ = child.start_kill();
    let _ = child.wait().await;
}

/// Done when a server answers a request, whatever it says.
async fn answers(port: u16, address: &str) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if tokio::task::spawn_blocking(move || ask(port))
            .await
            .unwrap_or(false)
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Error::Silent {
        address: address.to_owned(),
    })
}

fn ask(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let limit = Duration::from_secs(2);
    let Ok(mut stream) = TcpStream::connect_timeout(&address, limit) else {
        return false;
    };
    let mut start = [0; 5];
    stream.set_read_timeout(Some(limit)).is_ok()
        && write!(
            stream,
            "GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        )
        .is_ok()
        && stream.read_exact(&mut start).is_ok()
        && start == *b"HTTP/"
}

/// Done when the person, or the system, wants an end.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return wait_for_ctrl_c().await;
        };
        tokio::select! {
            () = wait_for_ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    wait_for_ctrl_c().await;
}

async fn wait_for_ctrl_c() {
    let _ = tokio::signal::ctrl_c().await;
}
