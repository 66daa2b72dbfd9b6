//! What each static host has to be told: headers, the one page for every address of the app, how long to keep a file.
//!
//! All of it comes from [`Policies`] and from the files of the build, so no host's file can say something else than another's.
//! The formats are those of the hosts' own documentation: [`Host::documentation`].

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    Error, Result, bundle,
    policy::{self, Policies, Policy},
    serve,
};

/// A place to put `dist/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Netlify.
    Netlify,
    /// Cloudflare Pages.
    CloudflarePages,
    /// Vercel.
    Vercel,
    /// Firebase Hosting.
    Firebase,
    /// GitHub Pages, which sends no headers of one's own.
    GithubPages,
    /// An S3 bucket behind CloudFront.
    S3Cloudfront,
    /// Azure Static Web Apps.
    Azure,
    /// nginx.
    Nginx,
    /// Caddy.
    Caddy,
}

impl Host {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Netlify,
        Self::CloudflarePages,
        Self::Vercel,
        Self::Firebase,
        Self::GithubPages,
        Self::S3Cloudfront,
        Self::Azure,
        Self::Nginx,
        Self::Caddy,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Netlify => "netlify",
            Self::CloudflarePages => "cloudflare-pages",
            Self::Vercel => "vercel",
            Self::Firebase => "firebase",
            Self::GithubPages => "github-pages",
            Self::S3Cloudfront => "s3-cloudfront",
            Self::Azure => "azure",
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }

    /// The host of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|host| host.name() == name)
    }

    /// Where the host says how its files are written.
    pub fn documentation(self) -> &'static str {
        match self {
            Self::Netlify => "https://docs.netlify.com/manage/routing/headers/",
            Self::CloudflarePages => {
                "https://developers.cloudflare.com/pages/configuration/headers/"
            }
            Self::Vercel => "https://vercel.com/docs/project-configuration",
            Self::Firebase => "https://firebase.google.com/docs/hosting/full-config",
            Self::GithubPages => "https://docs.github.com/pages",
            Self::S3Cloudfront => {
                "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/creating-response-headers-policies.html"
            }
            Self::Azure => "https://learn.microsoft.com/azure/static-web-apps/configuration",
            Self::Nginx => "https://nginx.org/en/docs/http/ngx_http_core_module.html",
            Self::Caddy => "https://caddyserver.com/docs/caddyfile",
        }
    }

    /// Whether the host sends a `.br` or `.gz` that lies beside a file. The others compress by themselves, and would publish
    /// the siblings as files of their own.
    fn takes_compressed(self) -> bool {
        matches!(self, Self::Nginx | Self::Caddy)
    }

    /// Whether the host serves by `https://` alone, and does not say so by itself. Netlify, Vercel, Firebase, Azure and GitHub
    /// Pages do; nginx and Caddy serve as their machine wants it.
    fn lacks_transport(self) -> bool {
        matches!(self, Self::CloudflarePages | Self::S3Cloudfront)
    }
}

/// A build for a host.
pub struct Site<'a> {
    /// The folder to be published.
    pub dist: &'a Path,
    /// Files of the host that are not to be published go here.
    pub beside: &'a Path,
    /// The folder of the origin that the app was built for, with a slash at both ends.
    pub base: &'a str,
    /// What the page may do, under each name of the deployment.
    pub policies: &'a Policies,
}

impl Site<'_> {
    /// Makes `dist` what the host publishes, and writes its files. Below a folder of the origin the app moves into that
    /// folder, so that `dist` is the origin in each case. Tells the files written.
    ///
    /// # Errors
    /// [`Error::Usage`] where a host cannot do it, [`Error::File`] where a file cannot be written.
    pub fn write(&self, host: Host) -> Result<Vec<PathBuf>> {
        if host == Host::CloudflarePages && self.base != "/" {
            return Err(Error::Usage(
                "Cloudflare Pages answers unknown addresses with the page at the root of the site and with no other: build \
                 for `/`."
                    .to_owned(),
            ));
        }
        if host == Host::GithubPages {
            // Its files are the app's own, and are changed before anything moves.
            return self.github_pages();
        }
        if !host.takes_compressed() {
            self.drop_compressed()?;
        }
        self.move_below()?;
        let files = self.names()?;
        match host {
            Host::Netlify => self.publish(&[
                ("_headers", self.netlify(&files)),
                ("_redirects", format!("{0}* {0}index.html 200\n", self.base)),
            ]),
            // Without a 404.html every unknown address is the page at the root.
            Host::CloudflarePages => self.publish(&[("_headers", self.cloudflare(&files))]),
            Host::Vercel => self.publish(&[("vercel.json", pretty(&self.vercel(&files)))]),
            Host::Firebase => self.publish(&[("firebase.json", pretty(&self.firebase(&files)))]),
            Host::Azure => {
                self.publish(&[("staticwebapp.config.json", pretty(&self.azure(&files)))])
            }
            Host::S3Cloudfront => {
                let mut written = self.keep(&[
                    (
                        "response-headers-policy.json",
                        pretty(&cloudfront("vestibule", &self.policies.common)),
                    ),
                    ("viewer-request.js", self.cloudfront_function()),
                    ("upload.sh", self.upload(&files)),
                ])?;
                // A policy belongs to a distribution, and a distribution to a name.
                for (name, policy) in &self.policies.own {
                    let word = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
                    let file = format!("response-headers-policy-{word}.json");
                    let text = pretty(&cloudfront(&format!("vestibule-{word}"), policy));
                    written.extend(self.keep(&[(file.as_str(), text)])?);
                }
                Ok(written)
            }
            Host::Nginx => self.keep(&[("vestibule.conf", self.nginx(&files))]),
            Host::Caddy => self.keep(&[("Caddyfile", self.caddy(&files))]),
            Host::GithubPages => Ok(Vec::new()),
        }
    }

    /// The headers of every answer, where they are the same under each name.
    fn headers(&self) -> Vec<(&'static str, String)> {
        headers(&self.policies.all())
    }

    /// The paths of the app's files from the root of the origin, in their order.
    fn names(&self) -> Result<Vec<String>> {
        let folder = self.folder();
        Ok(bundle::files(&folder)?
            .into_iter()
            .map(|name| format!("{}{name}", self.base))
            .collect())
    }

    /// Where the app lies in `dist`.
    fn folder(&self) -> PathBuf {
        self.dist.join(self.base.trim_matches('/'))
    }

    fn drop_compressed(&self) -> Result<()> {
        for name in bundle::files(self.dist)? {
            for suffix in ["br", "gz"] {
                let path = self.dist.join(format!("{name}.{suffix}"));
                if path.is_file() {
                    fs::remove_file(&path).map_err(Error::file(&path))?;
                }
            }
        }
        Ok(())
    }

    fn move_below(&self) -> Result<()> {
        if self.base == "/" {
            return Ok(());
        }
        let moving = self.dist.with_extension("moving");
        fs::rename(self.dist, &moving).map_err(Error::file(self.dist))?;
        let target = self.folder();
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(Error::file(parent))?;
        }
        fs::rename(&moving, &target).map_err(Error::file(&target))
    }

    fn publish(&self, files: &[(&str, String)]) -> Result<Vec<PathBuf>> {
        write_all(self.dist, files)
    }

    fn keep(&self, files: &[(&str, String)]) -> Result<Vec<PathBuf>> {
        fs::create_dir_all(self.beside).map_err(Error::file(self.beside))?;
        write_all(self.beside, files)
    }

    /// `_headers`, as Netlify reads it: it knows no names.
    fn netlify(&self, files: &[String]) -> String {
        self.header_rules(self.headers(), files)
    }

    /// `_headers`, as Cloudflare Pages reads it. Where a name has a policy of its own, that of all is taken off first.
    fn cloudflare(&self, files: &[String]) -> String {
        let mut all = headers(&self.policies.common);
        all.extend(transport(Host::CloudflarePages));
        let mut rules = self.header_rules(all, files);
        for (name, policy) in &self.policies.own {
            // It goes by the name alone, whatever the port.
            let name = name.split(':').next().unwrap_or_default();
            let _ = write!(
                rules,
                "https://{name}{}*\n  ! content-security-policy\n  content-security-policy: {policy}\n",
                self.base
            );
        }
        rules
    }

    /// Rules add up, so what only some files have stands in no other rule: both hosts ask anew for a file whose time is not
    /// named.
    fn header_rules(&self, headers: Vec<(&str, String)>, files: &[String]) -> String {
        let mut rules = format!("{}*\n", self.base);
        for (name, value) in headers {
            let _ = writeln!(rules, "  {name}: {value}");
        }
        for file in files.iter().filter(|file| is_kept(file)) {
            let _ = write!(rules, "{file}\n  cache-control: {}\n", serve::FOR_EVER);
        }
        rules
    }

    fn vercel(&self, files: &[String]) -> Value {
        let cache = |value: &str| json!([{"key": "cache-control", "value": value}]);
        let source = format!("{}(.*)", self.base);
        let mut headers = vec![
            json!({"source": source, "headers": key_values(headers(&self.policies.common))}),
            json!({"source": source, "headers": cache(serve::ANEW)}),
        ];
        // Of two rules for one header the later one holds.
        headers.extend(self.policies.own.iter().map(|(name, policy)| {
            let policy = vec![("content-security-policy", policy.to_string())];
            json!({"source": source, "has": [{"type": "host", "value": name}], "headers": key_values(policy)})
        }));
        headers.extend(
            files
                .iter()
                .filter(|file| is_kept(file))
                .map(|file| json!({"source": escaped(file), "headers": cache(serve::FOR_EVER)})),
        );
        json!({
            "$schema": "https://openapi.vercel.sh/vercel.json",
            "framework": null,
            "buildCommand": null,
            "outputDirectory": ".",
            "headers": headers,
            // A file that is there is found before a rewrite is asked. A name with a dot is a file that is missing.
            "rewrites": [{"source": format!("{}((?:.*/)?[^./]*)", self.base), "destination": format!("{}index.html", self.base)}]
        })
    }

    fn firebase(&self, files: &[String]) -> Value {
        let cache = |value: &str| json!([{"key": "cache-control", "value": value}]);
        let mut headers = vec![
            json!({"source": format!("{}**", self.base), "headers": key_values(self.headers())}),
            json!({"source": format!("{}**", self.base), "headers": cache(serve::ANEW)}),
        ];
        headers.extend(
            files
                .iter()
                .filter(|file| is_kept(file))
                .map(|file| json!({"source": file, "headers": cache(serve::FOR_EVER)})),
        );
        json!({"hosting": {
            "public": ".",
            "ignore": ["firebase.json", "**/.*"],
            "rewrites": [{"source": format!("{}**/!(*.*)", self.base), "destination": format!("{}index.html", self.base)}],
            "headers": headers
        }})
    }

    fn azure(&self, files: &[String]) -> Value {
        let headers: serde_json::Map<String, Value> = self
            .headers()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let routes: Vec<Value> = files
            .iter()
            .map(|file| {
                let cache = if is_kept(file) {
                    serve::FOR_EVER
                } else {
                    serve::ANEW
                };
                json!({"route": file, "headers": {"cache-control": cache}})
            })
            .collect();
        // What looks like a file and is none stays a 404.
        json!({
            "routes": routes,
            "navigationFallback": {
                "rewrite": format!("{}index.html", self.base),
                "exclude": [format!("{}*.{{css,js,json,svg,wasm,png,ico,txt,map}}", self.base)]
            },
            "globalHeaders": headers,
            "mimeTypes": {".wasm": "application/wasm", ".json": "application/json"}
        })
    }

    /// A CloudFront function for viewer requests: the app's addresses are its one page.
    fn cloudfront_function(&self) -> String {
        format!(
            "// A CloudFront function (cloudfront-js-2.0) for the event `viewer-request`.\n\
             function handler(event) {{\n  \
               var request = event.request;\n  \
               // A name with a dot is a file; everything else below {base} is an address of the app.\n  \
               var last = request.uri.slice(request.uri.lastIndexOf(\"/\") + 1);\n  \
               if (request.uri.startsWith(\"{base}\") && !last.includes(\".\")) {{\n    \
                 request.uri = \"{base}index.html\";\n  \
               }}\n  \
               return request;\n\
             }}\n",
            base = self.base
        )
    }

    /// Uploads what is kept for ever first and the page last, so that nobody gets a page whose files are not there yet.
    fn upload(&self, files: &[String]) -> String {
        let mut script = format!(
            "#!/bin/sh\n# Usage: upload.sh s3://your-bucket\nset -eu\nbucket=$1\ncd {}\n",
            quoted(&self.dist.display().to_string())
        );
        let (kept, asked): (Vec<_>, Vec<_>) = files.iter().partition(|file| is_kept(file));
        let page = format!("{}index.html", self.base);
        let (pages, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|file| **file == page);
        for (list, cache) in [
            (kept, serve::FOR_EVER),
            (others, serve::ANEW),
            (pages, serve::ANEW),
        ] {
            for file in list {
                let name = file.trim_start_matches('/');
                let _ = writeln!(
                    script,
                    "aws s3 cp {0} \"$bucket\"/{0} --content-type '{1}' --cache-control '{cache}'",
                    quoted(name),
                    serve::content_type(name)
                );
            }
        }
        script
    }

    fn nginx(&self, files: &[String]) -> String {
        let base = self.base;
        let mut headers = String::new();
        for (name, value) in policy::HEADERS {
            let _ = writeln!(headers, "    add_header {name} \"{value}\" always;");
        }
        for (name, variable) in [
            ("content-security-policy", "$vestibule_policy"),
            // A header without a value is not sent.
            (policy::TRANSPORT.0, "$vestibule_transport"),
        ] {
            let _ = writeln!(headers, "    add_header {name} {variable} always;");
        }
        let mut policies = format!("set $vestibule_policy \"{}\";\n", self.policies.common);
        for (name, policy) in &self.policies.own {
            let _ = writeln!(
                policies,
                "if ($http_host = \"{name}\") {{\n    set $vestibule_policy \"{policy}\";\n}}"
            );
        }
        // A location that adds a header of its own has none of those around it, so each says them all.
        let cache =
            |value: &str| format!("{headers}    add_header cache-control \"{value}\" always;\n");
        let kept: Vec<String> = files
            .iter()
            .filter(|file| is_kept(file))
            .map(|file| escaped(file))
            .collect();
        let mut conf = format!(
            "# For a server block: include /path/to/vestibule.conf;\n\
             # Its types must know wasm, as nginx's own mime.types does.\n\
             root {dist};\n\
             absolute_redirect off;\n\
             gzip_static on;\n\
             # With libnginx-mod-http-brotli-static:\n\
             # brotli_static on;\n\
             # Where nothing of this name is served by http:// make this \"{max_age}\":\n\
             set $vestibule_transport \"\";\n{policies}\n\
             location ~ ^(?:{kept})$ {{\n{for_ever}    try_files $uri =404;\n}}\n\n\
             # A name with a dot is a file; everything else is an address of the app.\n\
             location ~ ^{pattern}(?:.*/)?[^./]*$ {{\n    rewrite ^ {base}index.html last;\n}}\n\n\
             location {base} {{\n{anew}    try_files $uri =404;\n}}\n",
            dist = self.dist.display(),
            kept = kept.join("|"),
            pattern = escaped(base),
            for_ever = cache(serve::FOR_EVER),
            anew = cache(serve::ANEW),
            max_age = policy::TRANSPORT.1,
        );
        if base != "/" {
            let bare = base.trim_end_matches('/');
            let _ = write!(conf, "\nlocation = {bare} {{\n    return 308 {base};\n}}\n");
        }
        conf
    }

    fn caddy(&self, files: &[String]) -> String {
        let base = self.base;
        let mut headers = String::new();
        for (name, value) in policy::HEADERS {
            let _ = writeln!(headers, "\t\t{name} \"{value}\"");
        }
        let _ = writeln!(
            headers,
            "\t\t# Where nothing of this name is served by http://\n\t\t# {} \"{}\"",
            policy::TRANSPORT.0,
            policy::TRANSPORT.1
        );
        let mut policies = String::new();
        let mut others = String::new();
        for (at, (name, policy)) in self.policies.own.iter().enumerate() {
            let _ = write!(
                policies,
                "\t@name{at} {{\n\t\tpath {base}*\n\t\tvars {{http.request.hostport}} {name}\n\t}}\n\
                 \theader @name{at} content-security-policy \"{policy}\"\n"
            );
            let _ = write!(others, " {name}");
        }
        let others = match others.as_str() {
            "" => String::new(),
            names => format!("\t\tnot vars {{http.request.hostport}}{names}\n"),
        };
        let _ = write!(
            policies,
            "\t@others {{\n\t\tpath {base}*\n{others}\t}}\n\
             \theader @others content-security-policy \"{}\"\n",
            self.policies.common
        );
        let kept: Vec<&str> = files
            .iter()
            .filter(|file| is_kept(file))
            .map(String::as_str)
            .collect();
        let kept = kept.join(" ");
        let bare = base.trim_end_matches('/');
        let redirect = if bare.is_empty() {
            String::new()
        } else {
            format!("\tredir {bare} {base} 308\n")
        };
        format!(
            "# For a site block: import vestibule\n(vestibule) {{\n\troot * {dist}\n{redirect}\
             \theader {base}* {{\n{headers}\t}}\n{policies}\
             \t@kept path {kept}\n\theader @kept cache-control \"{for_ever}\"\n\
             \t@asked not path {kept}\n\theader @asked cache-control \"{anew}\"\n\
             \t# A name with a dot is a file; everything else is an address of the app.\n\
             \t@page path_regexp ^{pattern}(?:.*/)?[^./]*$\n\trewrite @page {base}index.html\n\
             \tfile_server {{\n\t\tprecompressed br gzip\n\t}}\n}}\n",
            dist = self.dist.display(),
            pattern = escaped(base),
            for_ever = serve::FOR_EVER,
            anew = serve::ANEW,
        )
    }

    /// No headers of one's own: the page carries what it can. Unknown addresses get `404.html`.
    fn github_pages(&self) -> Result<Vec<PathBuf>> {
        self.drop_compressed()?;
        let page = self.dist.join("index.html");
        let text = fs::read_to_string(&page).map_err(Error::file(&page))?;
        let marked = with_policy(&text, &self.policies.all().in_page()).ok_or_else(|| {
            Error::Unreadable {
                path: page.clone(),
                wanted: "<head>".to_owned(),
            }
        })?;
        self.publish(&[
            ("index.html", marked.clone()),
            ("404.html", marked),
            // Otherwise Jekyll leaves out what begins with an underscore.
            (".nojekyll", String::new()),
        ])
    }
}

/// The headers of every answer under a policy.
fn headers(policy: &Policy) -> Vec<(&'static str, String)> {
    let policy = ("content-security-policy", policy.to_string());
    let others = policy::HEADERS.map(|(name, value)| (name, value.to_owned()));
    std::iter::once(policy).chain(others).collect()
}

/// What a host says of `https://`, where it has to be told.
fn transport(host: Host) -> Option<(&'static str, String)> {
    let (name, value) = policy::TRANSPORT;
    host.lacks_transport().then(|| (name, value.to_owned()))
}

/// Headers as Vercel and Firebase write them.
fn key_values(headers: Vec<(&str, String)>) -> Vec<Value> {
    let pairs = headers.into_iter();
    pairs
        .map(|(name, value)| json!({"key": name, "value": value}))
        .collect()
}

/// The input of `aws cloudfront create-response-headers-policy --response-headers-policy-config file://…`.
fn cloudfront(name: &str, policy: &Policy) -> Value {
    let custom: Vec<Value> = headers(policy)
        .into_iter()
        .filter(|(name, _)| !CLOUDFRONT_SECURITY.contains(name))
        .map(|(name, value)| json!({"Header": name, "Value": value, "Override": true}))
        .collect();
    let seconds = policy::TRANSPORT.1.rsplit('=').next();
    let seconds: Option<u64> = seconds.and_then(|seconds| seconds.parse().ok());
    json!({
        "Name": name,
        "Comment": "Headers of the sign-in page",
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": {"Override": true, "ContentSecurityPolicy": policy.to_string()},
            "ContentTypeOptions": {"Override": true},
            "ReferrerPolicy": {"Override": true, "ReferrerPolicy": "no-referrer"},
            "StrictTransportSecurity": {
                "Override": true, "IncludeSubdomains": false, "Preload": false, "AccessControlMaxAgeSec": seconds
            }
        },
        "CustomHeadersConfig": {"Quantity": custom.len(), "Items": custom}
    })
}

/// Headers that CloudFront has members of their own for.
const CLOUDFRONT_SECURITY: [&str; 3] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
];

/// The page with a policy as the first thing in its head: it holds for what follows it.
fn with_policy(page: &str, policy: &str) -> Option<String> {
    let (before, after) = page.split_once("<head>")?;
    let policy = format!(
        "<meta http-equiv=\"content-security-policy\" content=\"{policy}\"><meta name=\"referrer\" content=\"no-referrer\">"
    );
    Some(format!("{before}<head>{policy}{after}"))
}

/// Whether a file's name changes with its content.
fn is_kept(file: &str) -> bool {
    serve::cache_control(file.trim_start_matches('/')) == serve::FOR_EVER
}

/// A path as a regular expression that means itself.
fn escaped(path: &str) -> String {
    path.replace('.', "\\.")
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn write_all(folder: &Path, files: &[(&str, String)]) -> Result<Vec<PathBuf>> {
    files
        .iter()
        .map(|(name, text)| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(Error::file(&path))?;
            Ok(path)
        })
        .collect()
}
