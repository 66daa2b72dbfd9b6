//! What wasm-bindgen's script gives to the module is called alike in both, by names that end in a hash. Nobody reads them, and
//! a hash cannot be compressed: here they get names of a letter or two.

use std::{collections::HashMap, fs, ops::Range, path::Path};

use crate::{Error, Result};

const IMPORTS: u8 = 2;
const FUNCTION: u8 = 0;
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

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
    let section = section(wasm)?;
    let words = words(script);
    let mut short = HashMap::new();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut at = section.content.start;
    let count = number(wasm, &mut at)?;
    let mut imports = Vec::new();
    write(&mut imports, count);
    for _ in 0..count {
        let module = name(wasm, &mut at)?;
        let field = name(wasm, &mut at)?;
        let start = at;
        if *wasm.get(at)? != FUNCTION {
            return None;
        }
        at += 1;
        number(wasm, &mut at)?;
        let next = letters(short.len());
        let new = match words.get(field).map(Vec::as_slice) {
            Some([only]) => short.entry(field).or_insert_with(|| {
                edits.push((only.clone(), next.clone()));
                next
            }),
            _ => field,
        };
        for name in [module, new] {
            write(&mut imports, name.len());
            imports.extend_from_slice(name.as_bytes());
        }
        imports.extend_from_slice(wasm.get(start..at)?);
    }
    let mut module = wasm.get(..section.head)?.to_vec();
    module.push(IMPORTS);
    write(&mut module, imports.len());
    module.extend(imports);
    module.extend_from_slice(wasm.get(section.content.end..)?);

    edits.sort_by_key(|(range, _)| range.start);
    let mut text = script.to_owned();
    for (range, new) in edits.into_iter().rev() {
        text.replace_range(range, &new);
    }
    Some((module, text))
}

/// The section of the imports: where it begins, and what is in it (WebAssembly, 5.5.2 and 5.5.5).
struct Section {
    head: usize,
    content: Range<usize>,
}

fn section(wasm: &[u8]) -> Option<Section> {
    let mut at = wasm.starts_with(b"\0asm").then_some(8)?;
    loop {
        let (head, id) = (at, *wasm.get(at)?);
        at += 1;
        let size = number(wasm, &mut at)?;
        let content = at..at.checked_add(size)?;
        at = content.end;
        if id == IMPORTS {
            return Some(Section { head, content });
        }
    }
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
fn letters(mut number: usize) -> String {
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

/// An unsigned number in LEB128.
fn number(wasm: &[u8], at: &mut usize) -> Option<usize> {
    let mut number = 0_usize;
    for shift in (0..35).step_by(7) {
        let byte = *wasm.get(*at)?;
        *at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn name<'a>(wasm: &'a [u8], at: &mut usize) -> Option<&'a str> {
    let length = number(wasm, at)?;
    let end = at.checked_add(length)?;
    let name = std::str::from_utf8(wasm.get(*at..end)?).ok()?;
    *at = end;
    Some(name)
}

fn write(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(byte);
            return;
        }
        bytes.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with two imports, and a section before and one after them.
    fn module(first: &str, second: &str) -> Vec<u8> {
        let mut imports = vec![2];
        for field in [first, second] {
            for name in ["./app_bg.js", field] {
                write(&mut imports, name.len());
                imports.extend_from_slice(name.as_bytes());
            }
            imports.extend_from_slice(&[FUNCTION, 0]);
        }
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend_from_slice(&[1, 4, 1, 0x60, 0, 0]);
        wasm.push(IMPORTS);
        write(&mut wasm, imports.len());
        wasm.extend(imports);
        wasm.extend_from_slice(&[0, 3, 2, b'x', b'y']);
        wasm
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
