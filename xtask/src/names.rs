//! What wasm-bindgen's script gives to the module is called alike in both, by names that end in a hash. Nobody reads them, and
//! a hash cannot be compressed: here they get names of a letter or two.

use std::{collections::HashMap, fs, ops::Range, path::Path};

use wasm_encoder::{EntityType, ImportSection, Module, RawSection};
use wasmparser::{Import, Parser, Payload, TypeRef};

use crate::{Error, Result};

/// Renames in a module and its script what the one has of the other. A name that the script does not say exactly once stays.
///
/// # Errors
/// [`Error::File`] where one of them cannot be read or written, [`Error::Unreadable`] where the module is none.
pub fn shorten(module: &Path, script: &Path) -> Result<()> {
    let wasm = fs::read(module).map_err(Error::file(module))?;
    let text = fs::read_to_string(script).map_err(Error::file(script))?;
    let (wasm, text) = renamed(&wasm, &text).ok_or_else(|| Error::Unreadable {
        path: module.to_path_buf(),
        wanted: "a section of imported functions".to_owned(),
    })?;
    fs::write(module, wasm).map_err(Error::file(module))?;
    fs::write(script, text).map_err(Error::file(script))
}

fn renamed(wasm: &[u8], script: &str) -> Option<(Vec<u8>, String)> {
    let words = words(script);
    let mut short = HashMap::new();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut found = false;
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.ok()?;
        if let Payload::ImportSection(section) = payload {
            let mut renamed = ImportSection::new();
            for import in section.into_imports() {
                let Import { module, name, ty } = import.ok()?;
                let TypeRef::Func(kind) = ty else { return None };
                let next = letters(short.len());
                let new = match words.get(name).map(Vec::as_slice) {
                    Some([only]) => short.entry(name).or_insert_with(|| {
                        edits.push((only.clone(), next.clone()));
                        next
                    }),
                    _ => name,
                };
                renamed.import(module, new, EntityType::Function(kind));
            }
            module.section(&renamed);
            found = true;
        } else if let Some((id, range)) = payload.as_section() {
            let data = wasm.get(range)?;
            module.section(&RawSection { id, data });
        }
    }
    if !found {
        return None;
    }

    edits.sort_by_key(|(range, _)| range.start);
    let mut text = script.to_owned();
    for (range, new) in edits.into_iter().rev() {
        text.replace_range(range, &new);
    }
    Some((module.finish(), text))
}

/// The words of a script, and where each is said.
fn words(script: &str) -> HashMap<&str, Vec<Range<usize>>> {
    let mut words: HashMap<&str, Vec<Range<usize>>> = HashMap::new();
    let mut start = 0;
    let ends = script.match_indices(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    for (end, after) in ends.chain([(script.len(), "")]) {
        if let Some(word) = script.get(start..end).filter(|word| !word.is_empty()) {
            words.entry(word).or_default().push(start..end);
        }
        start = end + after.len();
    }
    words
}

/// The name of a number: a, b, …, z, A, …, Z, aa.
pub(crate) fn letters(mut number: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = Vec::new();
    loop {
        name.push(LETTERS[number % LETTERS.len()]);
        number /= LETTERS.len();
        if number == 0 {
            break;
        }
        number -= 1;
    }
    name.into_iter().rev().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CustomSection, TypeSection};

    use super::*;

    /// A module with two imports, and a section before and one after them.
    fn module(first: &str, second: &str) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for field in [first, second] {
            imports.import("./app_bg.js", field, EntityType::Function(0));
        }
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&CustomSection {
                name: "xy".into(),
                data: b"z".into(),
            });
        module.finish()
    }

    #[test]
    fn both_sides_get_the_same_short_names_and_nothing_else_changes() {
        let long = "a".repeat(200);
        let wasm = module("__wbg_then_0123456789abcdef", &long);
        let script =
            format!("const i={{__wbg_then_0123456789abcdef:(e)=>e.then(),{long}:__wbg_then_of}};");
        let (wasm, script) = renamed(&wasm, &script).expect("it is a module");
        assert_eq!(wasm, module("a", "b"));
        assert_eq!(script, "const i={a:(e)=>e.then(),b:__wbg_then_of};");
    }

    #[test]
    fn a_name_that_is_not_said_once_stays() {
        let wasm = module("__wbg_now", "__wbg_gone");
        let script = "const i={__wbg_now(){}};i.__wbg_now();";
        let (same, text) = renamed(&wasm, script).expect("it is a module");
        assert_eq!((same, text.as_str()), (wasm, script));
    }

    #[test]
    fn names_go_on_after_the_alphabet() {
        let names: Vec<String> = [0, 25, 26, 51, 52, 53, 104, 52 + 52 * 52]
            .map(letters)
            .to_vec();
        assert_eq!(names, ["a", "z", "A", "Z", "aa", "ab", "ba", "aaa"]);
    }

    #[test]
    fn what_is_no_module_is_not_touched() {
        for bytes in [&b""[..], b"\0asm\x01\0\0\0", b"\0asm\x01\0\0\0\x02\xff"] {
            assert_eq!(renamed(bytes, ""), None);
        }
    }
}
