//! The software bill of materials: what a build is made of, as CycloneDX 1.5 (ECMA-424) in JSON, beside `dist/`.
//!
//! The crates are those that Cargo resolves for the browser, with the hashes of `Cargo.lock`; the tools that make the release are
//! there too, npm's with the hashes of their lock file. It has neither a time nor a serial number: the same sources, tools and
//! options make the same file. It is written here, and not by `cargo cyclonedx`: that one writes this machine's folders into it,
//! knows nothing of npm, and takes longer to compile than the app.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Error, Result, bundle, paths, process, tools};

/// What Cargo and npm say of what there is.
struct Sources {
    /// What `cargo tree` prints of the app and all that it is compiled with: depth, package and licence, parted by tabs.
    tree: String,
    /// The packages of it that are in the app, and not only run by the compiler.
    in_app: String,
    /// `Cargo.lock`.
    lock: String,
    /// npm's lock file.
    npm: String,
    /// The version of Rust, whose standard library is in the app.
    rust: String,
    /// The version of Trunk and of wasm-bindgen's program.
    tools: [(&'static str, String); 2],
    /// The hashes of the built files, by their names.
    files: BTreeMap<String, String>,
}

/// Writes the bill of materials of a build beside it: `dist.cdx.json` for `dist`.
///
/// # Errors
/// [`Error::File`] where a file cannot be read or written, [`Error::Failed`] and [`Error::NotStarted`] where Cargo does not
/// answer.
pub fn write(dist: &Path) -> Result<PathBuf> {
    let path = dist.with_extension("cdx.json");
    let mut text = bom(&Sources::of(dist)?).to_string();
    text.push('\n');
    fs::write(&path, text).map_err(Error::file(&path))?;
    Ok(path)
}

impl Sources {
    fn of(dist: &Path) -> Result<Self> {
        let root = paths::root();
        let tree = |edges: &str| {
            let mut cargo = Command::new(process::cargo());
            cargo
                .args(["tree", "--package", "vestibule", "--locked"])
                .args(["--target", "wasm32-unknown-unknown", "--edges", edges])
                .args(["--prefix", "depth", "--format", "\t{p}\t{l}"])
                .current_dir(&root);
            process::output(&mut cargo)
        };
        let read = |name: &str| {
            let path = root.join(name);
            fs::read_to_string(&path).map_err(Error::file(&path))
        };
        let mut files = BTreeMap::new();
        // An operator edits config.json.
        for name in bundle::files(dist)?
            .into_iter()
            .filter(|name| name != "config.json" && !name.ends_with("/config.json"))
        {
            let path = dist.join(&name);
            let content = fs::read(&path).map_err(Error::file(&path))?;
            files.insert(name, hex(&Sha256::digest(content)));
        }
        Ok(Self {
            tree: tree("normal,build")?,
            in_app: tree("normal,no-proc-macro")?,
            lock: read("Cargo.lock")?,
            npm: read("xtask/npm/package-lock.json")?,
            rust: tools::rust_version()?,
            tools: [
                ("trunk", tools::TRUNK.to_owned()),
                ("wasm-bindgen-cli", tools::wasm_bindgen_version()?),
            ],
            files,
        })
    }
}

/// A package of a tree that Cargo prints.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    license: String,
}

impl Package {
    fn purl(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }
}

/// The lines of a tree: how deep, and which package.
fn packages(tree: &str) -> impl Iterator<Item = (usize, Package)> {
    tree.lines().filter_map(|line| {
        let mut parts = line.split('\t');
        let depth = parts.next()?.parse().ok()?;
        let mut words = parts.next()?.split_whitespace();
        let package = Package {
            name: words.next()?.to_owned(),
            version: words.next()?.strip_prefix('v')?.to_owned(),
            // What was printed before has a mark behind it; a stroke is how older crates write OR.
            license: parts.next()?.trim_end_matches(" (*)").replace('/', " OR "),
        };
        Some((depth, package))
    })
}

fn bom(sources: &Sources) -> Value {
    let in_app: BTreeSet<Package> = packages(&sources.in_app)
        .map(|(_, package)| package)
        .collect();
    let mut known = BTreeSet::new();
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut above: Vec<Package> = Vec::new();
    for (depth, package) in packages(&sources.tree) {
        above.truncate(depth);
        if let Some(parent) = above.last() {
            needs
                .entry(parent.purl())
                .or_default()
                .insert(package.purl());
        }
        above.push(package.clone());
        known.insert(package);
    }
    let (app, crates): (Vec<_>, Vec<_>) = known
        .into_iter()
        .partition(|package| package.name == "vestibule");
    let app = app.into_iter().next();
    let app_version = app.as_ref().map_or("", |app| app.version.as_str());
    let app_ref = format!("pkg:cargo/vestibule@{app_version}");

    let mut components: Vec<Value> = crates
        .iter()
        .map(|package| {
            let mut component = json!({
                "type": "library",
                "bom-ref": package.purl(),
                "name": package.name,
                "version": package.version,
                // The compiler runs the others, and nothing of them is in the app.
                "scope": if in_app.contains(package) { "required" } else { "excluded" },
                "licenses": [{ "expression": package.license }],
                "purl": package.purl(),
            });
            if let Some(hash) = checksum(&sources.lock, package) {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": hash }]);
            }
            component
        })
        .collect();
    let rust = format!("pkg:generic/rust-std@{}", sources.rust);
    needs
        .entry(app_ref.clone())
        .or_default()
        .insert(rust.clone());
    components.push(json!({
        "type": "library",
        "bom-ref": rust,
        "name": "rust-std",
        "version": sources.rust,
        "description": "Rust's standard library, as it comes with the compiler",
        "scope": "required",
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
        "purl": rust,
    }));
    components.extend(sources.tools.iter().map(|(name, version)| {
        let purl = format!("pkg:cargo/{name}@{version}");
        json!({
            "type": "application",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "scope": "excluded",
            "purl": purl,
        })
    }));
    components.extend(npm(&sources.npm));

    let files: Vec<Value> = sources
        .files
        .iter()
        .map(|(name, hash)| {
            json!({
                "type": "file",
                "bom-ref": format!("file:{name}"),
                "name": name,
                "hashes": [{ "alg": "SHA-256", "content": hash }],
            })
        })
        .collect();
    let dependencies: Vec<Value> = needs
        .iter()
        .map(|(package, needs)| json!({ "ref": package, "dependsOn": needs }))
        .collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "lifecycles": [{ "phase": "build" }],
            "component": {
                "type": "application",
                "bom-ref": app_ref,
                "name": "vestibule",
                "version": app_version,
                "licenses": [{ "expression": app.map_or(String::new(), |app| app.license) }],
                "purl": app_ref,
                "components": files,
            },
        },
        "components": components,
        "dependencies": dependencies,
    })
}

/// What of npm takes part in a build: all but the checker of the browser tests, which stands on nothing.
fn npm(lock: &str) -> Vec<Value> {
    let lock: Value = serde_json::from_str(lock).unwrap_or_default();
    let Some(packages) = lock["packages"].as_object() else {
        return Vec::new();
    };
    let parts = packages.iter().filter_map(|(path, package)| {
        let name = path.strip_prefix("node_modules/")?;
        let version = package["version"].as_str()?;
        let hash = package["integrity"].as_str()?.strip_prefix("sha512-")?;
        let hash = Base64::decode_vec(hash).ok()?;
        let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        Some((
            name,
            json!({
                "type": "application",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "scope": "excluded",
                "hashes": [{ "alg": "SHA-512", "content": hex(&hash) }],
                "licenses": [{ "expression": package["license"] }],
                "purl": purl,
            }),
        ))
    });
    parts
        .filter(|(name, _)| *name != "axe-core")
        .map(|(_, component)| component)
        .collect()
}

/// The hash that a lock file has of a package.
fn checksum<'a>(lock: &'a str, package: &Package) -> Option<&'a str> {
    let start = format!(
        "\nname = \"{}\"\nversion = \"{}\"\n",
        package.name, package.version
    );
    let (_, rest) = lock.split_once(&start)?;
    let (entry, _) = rest.split_once("\n[[package]]").unwrap_or((rest, ""));
    let line = entry
        .lines()
        .find_map(|line| line.strip_prefix("checksum = \""))?;
    Some(line.trim_end_matches('"'))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        Sources {
            tree: "0\tvestibule v0.1.0 (/home/mia/vestibule)\tApache-2.0\n\
                   1\tbase64ct v1.8.3\tApache-2.0 OR MIT\n\
                   1\twasm-bindgen v0.2.129\tMIT/Apache-2.0\n\
                   2\tcfg-if v1.0.5\tMIT OR Apache-2.0\n\
                   2\twasm-bindgen-macro v0.2.129 (proc-macro)\tMIT OR Apache-2.0\n\
                   3\tcfg-if v1.0.5\tMIT OR Apache-2.0 (*)\n\
                   1\tcfg-if v1.0.5\tMIT OR Apache-2.0 (*)\n"
                .to_owned(),
            in_app: "0\tvestibule v0.1.0 (/home/mia/vestibule)\tApache-2.0\n\
                     1\tbase64ct v1.8.3\tApache-2.0 OR MIT\n\
                     1\twasm-bindgen v0.2.129\tMIT/Apache-2.0\n\
                     2\tcfg-if v1.0.5\tMIT OR Apache-2.0\n"
                .to_owned(),
            lock: "[[package]]\nname = \"base64ct\"\nversion = \"1.8.2\"\nchecksum = \"old\"\n\n\
                   [[package]]\nname = \"base64ct\"\nversion = \"1.8.3\"\nsource = \"registry\"\nchecksum = \"0a1b\"\n\n\
                   [[package]]\nname = \"cfg-if\"\nversion = \"1.0.5\"\n\n\
                   [[package]]\nname = \"vestibule\"\nversion = \"0.1.0\"\nchecksum = \"another's\"\n"
                .to_owned(),
            npm: r#"{"packages":{"":{"name":"tools"},
                "node_modules/@jridgewell/source-map":{"version":"0.3.11","integrity":"sha512-AAEC","license":"MIT"},
                "node_modules/axe-core":{"version":"4.14.1","integrity":"sha512-AAEC","license":"MPL-2.0"}}}"#
                .to_owned(),
            rust: "1.95.0".to_owned(),
            tools: [("trunk", "0.21.14".to_owned()), ("wasm-bindgen-cli", "0.2.129".to_owned())],
            files: BTreeMap::from([("index.html".to_owned(), "ff".to_owned())]),
        }
    }

    fn component<'a>(bom: &'a Value, name: &str) -> &'a Value {
        let mut found = bom["components"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|component| component["name"] == name);
        let component = found.next().unwrap_or_else(|| panic!("{name}: {bom:#}"));
        assert!(found.next().is_none(), "{name} once");
        component
    }

    #[test]
    fn what_is_in_the_app_is_told_from_what_made_it() {
        let bom = bom(&sources());
        for (name, scope) in [
            ("base64ct", "required"),
            ("cfg-if", "required"),
            ("rust-std", "required"),
            ("wasm-bindgen", "required"),
            ("wasm-bindgen-macro", "excluded"),
            ("trunk", "excluded"),
            ("wasm-bindgen-cli", "excluded"),
            ("@jridgewell/source-map", "excluded"),
        ] {
            assert_eq!(component(&bom, name)["scope"], scope, "{name}");
        }
        assert_eq!(bom["components"].as_array().map(Vec::len), Some(8));
    }

    #[test]
    fn each_part_has_its_hash_and_its_licence() {
        let bom = bom(&sources());
        let base64 = component(&bom, "base64ct");
        assert_eq!(
            base64["hashes"],
            json!([{"alg": "SHA-256", "content": "0a1b"}])
        );
        assert_eq!(component(&bom, "cfg-if").get("hashes"), None);
        assert_eq!(
            component(&bom, "wasm-bindgen")["licenses"],
            json!([{"expression": "MIT OR Apache-2.0"}])
        );
        let npm = component(&bom, "@jridgewell/source-map");
        assert_eq!(npm["purl"], "pkg:npm/%40jridgewell/source-map@0.3.11");
        assert_eq!(
            npm["hashes"],
            json!([{"alg": "SHA-512", "content": "000102"}])
        );
    }

    #[test]
    fn it_says_what_needs_what_and_which_files_there_are() {
        let bom = bom(&sources());
        let app = &bom["metadata"]["component"];
        assert_eq!(
            app["components"][0],
            json!({"type": "file", "bom-ref": "file:index.html", "name": "index.html",
                "hashes": [{"alg": "SHA-256", "content": "ff"}]})
        );
        let needs = |package: &str| {
            let all = bom["dependencies"].as_array().expect("a list");
            let entry = all.iter().find(|entry| entry["ref"] == package);
            entry.map(|entry| entry["dependsOn"].clone())
        };
        assert_eq!(
            needs("pkg:cargo/vestibule@0.1.0"),
            Some(json!([
                "pkg:cargo/base64ct@1.8.3",
                "pkg:cargo/cfg-if@1.0.5",
                "pkg:cargo/wasm-bindgen@0.2.129",
                "pkg:generic/rust-std@1.95.0"
            ]))
        );
        assert_eq!(
            needs("pkg:cargo/wasm-bindgen-macro@0.2.129"),
            Some(json!(["pkg:cargo/cfg-if@1.0.5"]))
        );
        assert_eq!(needs("pkg:cargo/cfg-if@1.0.5"), None);
    }

    #[test]
    fn the_bill_of_this_repository_is_whole_and_names_no_folder_of_this_machine() {
        let dist = std::env::temp_dir().join(format!("vestibule-sbom-{}", std::process::id()));
        fs::create_dir_all(&dist).expect("the folder is ours");
        fs::write(dist.join("index.html"), "<!doctype html>").expect("the folder is ours");
        let path = write(&dist).expect("Cargo answers");
        assert_eq!(path, dist.with_extension("cdx.json"));
        let text = fs::read_to_string(&path).expect("it was written");
        write(&dist).expect("Cargo answers");
        assert_eq!(
            fs::read_to_string(&path).expect("again"),
            text,
            "always the same"
        );
        let _ = (fs::remove_dir_all(&dist), fs::remove_file(path));

        let root = paths::root();
        assert!(!text.contains(&*root.to_string_lossy()), "{text}");
        let bom: Value = serde_json::from_str(&text).expect("it is JSON");
        for (name, scope) in [
            ("base64ct", "required"),
            ("wasm-bindgen", "required"),
            ("tachys", "required"),
            ("syn", "excluded"),
            ("terser", "excluded"),
            ("acorn", "excluded"),
            ("binaryen", "excluded"),
        ] {
            assert_eq!(component(&bom, name)["scope"], scope, "{name}");
        }
        let mut refs =
            BTreeSet::from([bom["metadata"]["component"]["bom-ref"].clone().to_string()]);
        for component in bom["components"].as_array().expect("a list") {
            assert!(
                refs.insert(component["bom-ref"].to_string()),
                "{component} twice"
            );
            let ours = ["trunk", "wasm-bindgen-cli"]
                .map(Value::from)
                .contains(&component["name"]);
            let hashed = component["hashes"][0]["content"].is_string();
            assert!(
                hashed || ours || component["name"] == "rust-std",
                "{component}"
            );
            let license = component["licenses"][0]["expression"].as_str();
            assert!(
                ours || license.is_some_and(|license| !license.is_empty()),
                "{component}"
            );
        }
        for entry in bom["dependencies"].as_array().expect("a list") {
            assert!(refs.contains(&entry["ref"].to_string()), "{entry}");
            for needed in entry["dependsOn"].as_array().expect("a list") {
                assert!(refs.contains(&needed.to_string()), "{entry}");
            }
        }
    }
}
