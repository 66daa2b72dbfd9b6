//! The document: what Trunk left of it is made whole. One style sheet, scripts as small as they get, the integrity of each
//! file, what is fetched ahead, and the first page itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256, Sha384};

use crate::{Error, Result, first, html, names, process, split, tools::Tools};

/// Finishes the page of a build. `root` is the folder of its origin, with a slash at both ends; `org` the org's origin.
///
/// # Errors
/// [`Error::File`] where a file cannot be read or written, [`Error::Unreadable`] where the page is none of Trunk's.
pub fn finish(tools: &Tools, dist: &Path, root: &str, org: Option<&str>) -> Result<()> {
    let path = dist.join("index.html");
    let text = read(&path)?;
    let tags = html::tags(&text);
    let file = |address: Option<&str>| -> Option<PathBuf> {
        Some(dist.join(address?.strip_prefix(root)?))
    };
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    let mut styles = String::new();
    let mut first_style = None;
    let mut others = String::new();
    let named_by = |wanted: &str| {
        let tag = tags.iter().find(|tag| tag.attribute("rel") == Some(wanted));
        file(tag.and_then(|tag| tag.attribute("href")))
    };
    let app = match (named_by("modulepreload"), named_by("preload")) {
        (Some(script), Some(module)) => App::finish(tools, dist, &script, &module)?,
        _ => {
            return Err(Error::Unreadable {
                path,
                wanted: "the script and the module of the app".to_owned(),
            });
        }
    };
    for tag in &tags {
        let rel = tag.attribute("rel");
        match (tag.name.as_str(), rel) {
            ("link", Some("stylesheet")) => {
                if let Some(sheet) = file(tag.attribute("href")) {
                    styles.push_str(&read(&sheet)?);
                    fs::remove_file(&sheet).map_err(Error::file(&sheet))?;
                    first_style.get_or_insert(tag.range.start);
                    edits.push((tag.range.clone(), String::new()));
                }
            }
            ("link", Some("modulepreload")) => {
                edits.push((tag.range.clone(), String::new()));
                others.push_str(&format!(
                    "<link rel=modulepreload href={root}{} crossorigin integrity={}>",
                    app.script,
                    integrity(&dist.join(&app.script))?
                ));
            }
            // The form comes first, and its styles: what the form does can come after.
            ("link", Some("preload")) => {
                edits.push((tag.range.clone(), String::new()));
                others.push_str(&format!(
                    "<link rel=preload href={root}{} as=fetch type=application/wasm crossorigin fetchpriority=low>",
                    app.module
                ));
            }
            // Without it nothing is on the page, so that the first thing drawn is the form.
            ("script", _) => {
                if let Some(script) = file(tag.attribute("src")) {
                    shorten(tools, &script)?;
                    let address = tag.attribute("src").unwrap_or_default();
                    let later = app.later.as_ref();
                    let later = later.map(|later| format!(" data-later={root}{later}"));
                    let mut own = String::new();
                    for name in ["doctor", "without"] {
                        let script = dist.join(format!("{name}.js"));
                        if script.is_file() {
                            shorten(tools, &script)?;
                            tell(&script, &[dist.join(format!("{name}_bg.wasm"))])?;
                            own.push_str(&format!(" data-{name}={}", integrity(&script)?));
                        }
                    }
                    edits.push((
                        tag.range.clone(),
                        format!(
                            "<script type=module blocking=render src={address} integrity={}{}{own} data-usual='{USUAL}'>",
                            integrity(&script)?,
                            later.unwrap_or_default()
                        ),
                    ));
                }
            }
            _ => {}
        }
    }
    let sheet = named(dist, "style", "css", &styles)?;
    let ahead = format!(
        "{}<link rel=stylesheet href={root}{sheet} integrity={}>",
        org.map(|org| format!("<link rel=preconnect href={org} crossorigin>"))
            .unwrap_or_default(),
        integrity(&dist.join(&sheet))?
    );
    let unreadable = |wanted: &str| Error::Unreadable {
        path: path.clone(),
        wanted: wanted.to_owned(),
    };
    let start = first_style.ok_or_else(|| unreadable("a style sheet"))?;
    let mut whole = text.clone();
    for (range, new) in edits.into_iter().rev() {
        whole.replace_range(range, &new);
    }
    whole.insert_str(start, &ahead);
    // Trunk leaves the tag out where a browser does without; a host's own policy is put behind it.
    if let Some(html) = tags
        .iter()
        .find(|tag| tag.name == "html")
        .filter(|_| !text.contains("<head>"))
    {
        whole.insert_str(html.range.end, "<head>");
    }
    let head = whole.find("</head>").ok_or_else(|| unreadable("</head>"))?;
    // Every page asks for it before it asks the org, and boot.js takes the first preload for the app.
    others.push_str(&format!(
        "<link rel=preload href={root}config.json as=fetch crossorigin>\
         <script nomodule defer src={root}old.js></script>"
    ));
    whole.insert_str(head, &others);
    let end = whole.find("</body>").ok_or_else(|| unreadable("</body>"))?;
    whole.insert_str(end, &first::body(root, org)?);
    fs::write(&path, whole).map_err(Error::file(&path))
}

/// What each member of `config.json` must be for the start to be the usual one, as regular expressions in JSON: boot.js begins
/// nothing where one is not. They are for its use alone, and in the page for the sake of its size; the app reads the file by
/// itself (`src/config.rs`). None has an apostrophe.
const USUAL: &str = concat!(
    r#"{"issuer":"^(https://(?!your-org\\.)[\\w.-]+|http://(localhost|127\\.0\\.0\\.1))(:\\d+)?(/[\\w./-]*)?$","#,
    r#""clientId":"^(?!your-client-id$)[\\w-]+$","redirectUri":"^https?:[^#]+$","scopes":"(^|[\" ])openid([\" ]|$)","#,
    r#""brand":"^{","debug":"^false$","cookies":"^(true|false)$","hostedSignIn":"^(true|false)$","#,
    r#""deviceActivation":"","#,
    r#""postLogoutRedirectUri":"^https?:","acrValues":"^[^[{]","maxAge":"^\\d+$","#,
    r#""fastpass":"","dpop":"","storage":"","idleMinutes":"","resource":""}"#
);

/// The files of the app, by their names in the folder of the build.
struct App {
    script: String,
    module: String,
    /// The second module, with what only later pages need.
    later: Option<String>,
}

impl App {
    /// Cuts the module in two, makes each part and the script as small as they get, and names all of them by what they are
    /// together: no part works with one of another build.
    fn finish(tools: &Tools, dist: &Path, script: &Path, module: &Path) -> Result<Self> {
        let whole = fs::read(module).map_err(Error::file(module))?;
        let parts = split::split(&whole).map_err(|problem| Error::Split {
            path: module.to_path_buf(),
            problem: problem.to_string(),
        });
        // Another compiler may put together what belongs apart. The app works in one piece too.
        let parts = match parts {
            Ok(parts) => parts,
            Err(problem) => {
                process::say(format_args!("WARNING: {problem}"));
                process::say(format_args!(
                    "WARNING: the app stays in one piece; its first form will come later than that of a release."
                ));
                split::Split {
                    first: whole,
                    second: None,
                }
            }
        };
        let second = parts.second.map(|second| (dist.join("later.wasm"), second));
        fs::write(module, parts.first).map_err(Error::file(module))?;
        if let Some((path, second)) = &second {
            fs::write(path, second).map_err(Error::file(path))?;
        }
        process::timed("Making the app smaller", || {
            std::thread::scope(|both| {
                let later = second
                    .as_ref()
                    .map(|(path, _)| both.spawn(|| optimise(tools, path)));
                optimise(tools, module)?;
                let joined = later.map_or(Ok(Ok(())), std::thread::ScopedJoinHandle::join);
                joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })?;
        shorten(tools, script)?;
        let text = [EAGER, &read(script)?].concat();
        fs::write(script, text).map_err(Error::file(script))?;
        let second_file = second.as_ref().map(|(path, _)| path.clone());
        let modules: Vec<PathBuf> = [module.to_path_buf()]
            .into_iter()
            .chain(second_file)
            .collect();
        tell(script, &modules)?;

        let mut digest = Sha384::new();
        for path in [script, module]
            .into_iter()
            .chain(second.as_ref().map(|(path, _)| path.as_path()))
        {
            digest.update(fs::read(path).map_err(Error::file(path))?);
        }
        let hash = hexadecimal(&digest.finalize());
        let stem = script.file_stem().unwrap_or_default().to_string_lossy();
        let name = stem.rsplit_once('-').map_or(&*stem, |(name, _)| name);
        let renamed = |path: &Path, name: String| {
            let to = dist.join(&name);
            fs::rename(path, to).map_err(Error::file(path))?;
            Ok(name)
        };
        // The script names the module where nobody tells it another; boot.js does.
        let module_name = format!("{name}-{hash}_bg.wasm");
        let old = module.file_name().unwrap_or_default().to_string_lossy();
        let text = read(script)?.replace(&*old, &module_name);
        fs::write(script, text).map_err(Error::file(script))?;
        Ok(Self {
            script: renamed(script, format!("{name}-{hash}.js"))?,
            module: renamed(module, module_name)?,
            later: second
                .map(|(path, _)| renamed(&path, format!("later-{hash}.wasm")))
                .transpose()?,
        })
    }
}

/// V8 compiles a function of a script when it is first called, unless the script begins with this: then all of them, before it
/// runs, on a thread of their own. Other browsers take it for the comment that it is.
const EAGER: &str = "//# allFunctionsCalledOnLoad\n";

fn optimise(tools: &Tools, module: &Path) -> Result<()> {
    match tools.wasm_opt(module) {
        Some(mut wasm_opt) => process::run(&mut wasm_opt),
        None => Ok(()),
    }
}

/// Makes a script smaller, in its place, and what it and its module call each other, if it has one.
fn shorten(tools: &Tools, script: &Path) -> Result<()> {
    if let Some(mut terser) = tools.terser(script) {
        process::run(&mut terser)?;
    }
    // So Trunk and wasm-bindgen name it.
    let stem = script.file_stem().unwrap_or_default().to_string_lossy();
    let module = script.with_file_name(format!("{stem}_bg.wasm"));
    if module.is_file() {
        names::shorten(&module, script)?;
    }
    Ok(())
}

/// Tells a script what the modules are that belong to it, those that are there: boot.js lets no others be fetched.
fn tell(script: &Path, modules: &[PathBuf]) -> Result<()> {
    let modules = modules.iter().filter(|module| module.is_file());
    let known: Vec<String> = modules
        .map(|module| integrity(module).map(|known| format!("\"{known}\"")))
        .collect::<Result<_>>()?;
    if known.is_empty() {
        return Ok(());
    }
    let text = read(script)?;
    let text = format!("{text}\nexport const integrity=[{}];\n", known.join(","));
    fs::write(script, text).map_err(Error::file(script))
}

/// Writes a file under a name that changes with its content, as Trunk does, and tells the name.
fn named(dist: &Path, stem: &str, ending: &str, text: &str) -> Result<String> {
    let hash = hexadecimal(&Sha384::digest(text.as_bytes()));
    let name = format!("{stem}-{hash}.{ending}");
    let path = dist.join(&name);
    fs::write(&path, text).map_err(Error::file(&path))?;
    Ok(name)
}

/// As much of a digest as a name has.
fn hexadecimal(digest: &[u8]) -> String {
    let bytes = digest.iter().take(8);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// What a file must be for a browser to take it (Subresource Integrity, section 3.5).
fn integrity(path: &Path) -> Result<String> {
    let content = fs::read(path).map_err(Error::file(path))?;
    Ok(format!(
        "sha256-{}",
        Base64::encode_string(&Sha256::digest(&content))
    ))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Error::file(path))
}
