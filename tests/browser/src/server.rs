//! Servers of others in front of the app: nginx and Caddy, as Debian packages them, with the files that a build writes for
//! them.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use xtask::hosts::{Host, Site};
use xtask::paths;
use xtask::policy::Policies;

use crate::visit::copy;

/// How long a server may take to begin.
const START: Duration = Duration::from_secs(15);

/// A running server and its folder, both gone with the value.
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    /// A port that is free now.
    pub(crate) fn port() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.local_addr().expect("it has an address").port()
    }

    /// Starts a server for the built app in a folder of its origin.
    ///
    /// # Panics
    /// If the program is not there or does not begin.
    pub(crate) fn start(host: Host, base: &str, port: u16, config: &str) -> Self {
        let folder = env::temp_dir().join(format!("vestibule-{}-{port}", host.name()));
        let _ = fs::remove_dir_all(&folder);
        let dist = folder.join("dist");
        copy(&paths::dist(), &dist, &|_| true).expect("the build can be copied");
        relocate(&dist, base);
        fs::write(dist.join("config.json"), config).expect("the folder is ours");

        let policies = Policies::for_config(config, None);
        let beside = folder.join("host");
        let site = Site {
            dist: &dist,
            beside: &beside,
            base,
            policies: &policies,
        };
        let written = site.write(host).unwrap_or_else(|error| panic!("{error}"));
        let [own] = &written[..] else {
            panic!("{} has one file: {written:?}", host.name());
        };
        let mut command = match host {
            Host::Nginx => nginx(&folder, own, port),
            Host::Caddy => caddy(&folder, own, port),
            other => panic!("{} is no server to be started", other.name()),
        };
        let log = fs::File::create(folder.join("log")).expect("the folder is ours");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", host.name()));
        let mut server = Self {
            child,
            folder,
            port,
        };
        server.wait();
        server
    }

    fn wait(&mut self) {
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let gone = self.child.try_wait().is_ok_and(|status| status.is_some());
            if gone || begin.elapsed() > START {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("the server does not begin: {log}");
            }
            sleep(Duration::from_millis(50));
        }
    }
}

/// What `--public-url` comes to: the page names its files by their path from the root of the origin, and nothing else does.
fn relocate(dist: &Path, base: &str) {
    let page = dist.join("index.html");
    let text = fs::read_to_string(&page).expect("there is a page");
    let moved = text
        .replace("=\"/", &format!("=\"{base}"))
        .replace("=/", &format!("={base}"));
    fs::write(&page, &moved).expect("the folder is ours");
    // Its compressed siblings are of the page as it was.
    for suffix in ["br", "gz"] {
        let _ = fs::remove_file(dist.join(format!("index.html.{suffix}")));
    }
}

fn nginx(folder: &Path, own: &Path, port: u16) -> Command {
    let folder = folder.display();
    let conf = format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\n\
         include /etc/nginx/modules-enabled/*.conf;\nevents {{}}\n\
         http {{\n  include /etc/nginx/mime.types;\n  access_log off;\n  client_body_temp_path {folder}/body;\n  \
         proxy_temp_path {folder}/proxy;\n  fastcgi_temp_path {folder}/fastcgi;\n  uwsgi_temp_path {folder}/uwsgi;\n  \
         scgi_temp_path {folder}/scgi;\n  server {{\n    listen 127.0.0.1:{port};\n    listen [::1]:{port};\n    \
         server_name localhost;\n    include {own};\n  }}\n}}\n",
        own = own.display()
    );
    // The line that Debian's module for brotli makes possible is tested too where the module is there.
    if Path::new("/usr/share/nginx/modules-available/mod-http-brotli-static.conf").is_file() {
        let text = fs::read_to_string(own).expect("it was written");
        fs::write(
            own,
            text.replace("# brotli_static on;", "brotli_static on;"),
        )
        .expect("the folder is ours");
    }
    let path = format!("{folder}/nginx.conf");
    fs::write(&path, conf).expect("the folder is ours");
    let mut command = Command::new(program("nginx"));
    command.args(["-c", &path]);
    command
}

fn caddy(folder: &Path, own: &Path, port: u16) -> Command {
    let text = format!(
        "{{\n\tadmin off\n\tauto_https off\n}}\nimport {own}\nhttp://localhost:{port}, http://*.localhost:{port} {{\n\t\
         bind 127.0.0.1 ::1\n\timport vestibule\n}}\n",
        own = own.display()
    );
    let path = folder.join("Caddyfile");
    let conf = folder.join("host/main");
    fs::write(&conf, text).expect("the folder is ours");
    let _ = fs::rename(&conf, &path);
    let mut command = Command::new(program("caddy"));
    command
        .arg("run")
        .arg("--config")
        .arg(&path)
        .args(["--adapter", "caddyfile"]);
    command
        .env("XDG_DATA_HOME", folder)
        .env("XDG_CONFIG_HOME", folder);
    command
}

/// A server's program: Debian puts nginx where only root's path leads.
fn program(name: &str) -> PathBuf {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("{name} is not on this machine: `cargo xtask test` installs it, or `apt-get install {name}`")
    })
}
