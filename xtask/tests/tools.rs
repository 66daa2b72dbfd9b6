//! Which programs the build trusts. Cargo and npm are stand-ins here that write down what they are asked for, and "install"
//! scripts; so is what lies on the path.

#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const LOCK: &str = include_str!("../npm/package-lock.json");

/// A machine of its own: a home, a path, a cache.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tools-{name}"));
        let _ = fs::remove_dir_all(&root);
        let machine = Self(root);
        let versions = versions();
        for (program, answer) in &versions {
            // They answer as the right ones would, and are of nobody knows whom.
            let script = format!("echo \"stranger {program}\" >> \"$LOG\"\necho \"{answer}\"\n");
            machine.script(&format!("path/{program}"), &script);
            machine.script(&format!("home/.cargo/bin/{program}"), &script);
        }
        machine.script("rustc", "echo \"$MACHINE\"\n");
        // cargo install --locked … --root FOLDER … PACKAGE
        let answers: String = versions
            .iter()
            .map(|(program, answer)| format!("{program}) answer=\"{answer}\";;\n"))
            .collect();
        machine.script(
            "cargo",
            &format!(
                "echo \"cargo $*\" >> \"$LOG\"\n\
                 while [ $# -gt 0 ]; do\n\
                   case \"$1\" in\n--root) root=\"$2\";;\n--version) version=\"$2\";;\nesac\n\
                   package=\"$1\"; shift\n\
                 done\n\
                 program=\"${{package%-cli}}\"\n\
                 case \"$program\" in\n{answers}esac\n\
                 mkdir -p \"$root/bin\"\n\
                 printf '#!/bin/sh\\necho \"%s\"\\n' \"$answer\" > \"$root/bin/$program\"\n\
                 chmod +x \"$root/bin/$program\"\n\
                 printf '{{\"installs\":{{\"%s %s (registry+https://github.com/rust-lang/crates.io-index)\":{{\"bins\":[\"%s\"]}}}}}}' \
                   \"$package\" \"$version\" \"$program\" > \"$root/.crates2.json\"\n"
            ),
        );
        machine.script(
            "path/npm",
            &format!(
                "if [ \"$1\" = --version ]; then echo 10.0.0; exit; fi\n\
                 echo \"npm $*\" >> \"$LOG\"\n\
                 cp package-lock.json \"$MACHINE/seen-lock.json\"\n\
                 mkdir -p node_modules/.bin node_modules/axe-core\n\
                 touch node_modules/axe-core/axe.min.js\n\
                 printf '#!/bin/sh\\necho \"{opt}\"\\n' > node_modules/.bin/wasm-opt\n\
                 printf '#!/bin/sh\\necho \"{terser}\"\\n' > node_modules/.bin/terser\n\
                 chmod +x node_modules/.bin/*\n",
                opt = versions[2].1,
                terser = versions[3].1,
            ),
        );
        machine
    }

    fn script(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is ours");
        fs::write(&path, format!("#!/bin/sh\nset -e\n{text}")).expect("the folder is ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    fn set_up(&self) -> Output {
        let at = |name: &str| self.0.join(name);
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("setup")
            .env_remove("CARGO_TARGET_DIR")
            .env("PATH", format!("{}:/usr/bin:/bin", at("path").display()))
            .env("HOME", at("home"))
            .env("CARGO_HOME", at("home/.cargo"))
            .env("XDG_CACHE_HOME", at("cache"))
            .env("CARGO", at("cargo"))
            .env("RUSTC", at("rustc"))
            .env("MACHINE", &self.0)
            .env("LOG", at("log"))
            .output()
            .expect("it starts")
    }

    /// What was asked of Cargo, npm and the strangers since the last look.
    fn log(&self) -> Vec<String> {
        let path = self.0.join("log");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text.lines().map(str::to_owned).collect()
    }

    fn cached(&self, beginning: &str) -> PathBuf {
        let folder = self.0.join("cache/vestibule/tools");
        fs::read_dir(folder)
            .expect("the cache is there")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| {
                let name = path.file_name().unwrap_or_default();
                name.to_string_lossy().starts_with(beginning)
            })
            .expect("it was installed")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The programs, and what they answer when they are asked for their version.
fn versions() -> [(&'static str, String); 4] {
    let opt = xtask::tools::BINARYEN.split('.').next().unwrap_or_default();
    let bindgen = xtask::tools::wasm_bindgen_version().expect("it is locked");
    [
        ("trunk", format!("trunk {}", xtask::tools::TRUNK)),
        ("wasm-bindgen", format!("wasm-bindgen {bindgen}")),
        (
            "wasm-opt",
            format!("wasm-opt version {opt} (version_{opt})"),
        ),
        ("terser", format!("terser {}", xtask::tools::TERSER)),
    ]
}

fn succeeds(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_program_that_the_project_has_not_installed_itself_is_not_even_asked() {
    let machine = Machine::new("strangers");
    succeeds(&machine.set_up());
    let log = machine.log();
    assert!(
        !log.iter().any(|line| line.starts_with("stranger")),
        "{log:?}"
    );
    let installs = |package: &str| {
        let mut lines = log
            .iter()
            .filter(|line| line.starts_with("cargo install ") && line.ends_with(package));
        let line = lines.next().expect("it is installed");
        assert!(line.contains(" --locked "), "{line}");
        assert!(line.contains(" --registry crates-io "), "{line}");
        assert!(lines.next().is_none(), "{log:?}");
    };
    installs(" trunk");
    installs(" wasm-bindgen-cli");
    let npm: Vec<_> = log.iter().filter(|line| line.starts_with("npm")).collect();
    assert!(
        matches!(npm.as_slice(), [line] if line.starts_with("npm ci ") && line.contains(" --ignore-scripts")),
        "{log:?}"
    );
    let seen = fs::read_to_string(machine.0.join("seen-lock.json")).expect("npm saw one");
    assert!(seen == LOCK, "npm installs what the repository locks");
}

#[test]
fn what_was_installed_is_used_again_for_as_long_as_it_is_what_was_installed() {
    let machine = Machine::new("again");
    succeeds(&machine.set_up());
    assert_eq!(machine.log().len(), 3);
    succeeds(&machine.set_up());
    assert_eq!(machine.log(), Vec::<String>::new(), "all is there");

    // Another source than crates.io, by Cargo's own account.
    let account = machine.cached("trunk-").join(".crates2.json");
    let text = fs::read_to_string(&account).expect("Cargo keeps one");
    fs::write(&account, text.replace("registry+https", "git+https")).expect("it is ours");
    // Another lock file than the repository's.
    let lock = machine.cached("npm-").join("package-lock.json");
    fs::write(&lock, LOCK.replace("sha512-", "sha512-A")).expect("it is ours");
    succeeds(&machine.set_up());
    let log = machine.log();
    assert!(
        matches!(log.as_slice(), [trunk, npm] if trunk.ends_with(" trunk") && npm.starts_with("npm ci")),
        "{log:?}"
    );
}

#[test]
fn an_installation_with_another_version_in_it_is_refused() {
    let machine = Machine::new("version");
    succeeds(&machine.set_up());
    let trunk = machine.cached("trunk-").join("bin/trunk");
    fs::write(&trunk, "#!/bin/sh\necho trunk 0.0.1\n").expect("it is ours");
    let output = machine.set_up();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        said.contains("trunk") && said.contains(xtask::tools::TRUNK),
        "{said}"
    );
}
