//! The house rules that a machine can check: layers, file length, no unwrap in the library.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Allowed uses by module, from the table in ARCHITECTURE.md.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    table_of("module")
}

fn table_of(what: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let start = text.find(&format!("| {what} | holds | may use |")).unwrap();
    text[start..]
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let uses = cells[2].split(',').map(|m| m.trim().to_owned()).filter(|m| m != "-").collect();
            (cells[0].trim_matches('`').to_owned(), uses)
        })
        .collect()
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Library files with their module, and their text without tests and comments.
fn library() -> Vec<(PathBuf, String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.sort();
    files
        .into_iter()
        .filter_map(|path| {
            let relative = path.strip_prefix(&src).unwrap();
            let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
            if first == "lib.rs" || first == "bin" || path.ends_with("tests.rs") {
                return None;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            Some((relative.to_owned(), first.trim_end_matches(".rs").to_owned(), code.join("\n")))
        })
        .collect()
}

/// Names that follow `crate::` in a file.
fn used(code: &str) -> BTreeSet<String> {
    used_of(code, "crate::")
}

/// Names that follow a path; of a list in braces, each.
fn used_of(code: &str, path: &str) -> BTreeSet<String> {
    let name = |rest: &str| -> String { rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut names = BTreeSet::new();
    for (at, found) in code.match_indices(path) {
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(list.split('}').next().unwrap().split(',').map(|item| name(item.trim_start()))),
            None => _ = names.insert(name(rest)),
        }
    }
    names
}

/// Takes away again and again what uses nothing that is left; true when that ends with nothing.
fn without_circle(table: &BTreeMap<String, BTreeSet<String>>) -> bool {
    let mut left = table.clone();
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(_, uses)| uses.iter().all(|u| !left.contains_key(u)))
            .map(|(m, _)| m.clone())
            .collect();
        if free.is_empty() {
            return left.is_empty();
        }
        free.iter().for_each(|m| _ = left.remove(m));
    }
}

/// Rooms of a folder as a table in ARCHITECTURE.md has them: none uses what its row does not name, and there is no circle.
fn rooms_keep_to(what: &str, folder: &[&str]) {
    let rooms = table_of(what);
    let path_of_folder = format!("crate::{}::", folder.join("::"));
    let (mut broken, mut seen) = (Vec::new(), BTreeSet::new());
    for (path, _, code) in library() {
        let parts: Vec<&str> = path.components().map(|c| c.as_os_str().to_str().unwrap()).collect();
        let Some(first) = parts.strip_prefix(folder).and_then(|rest| rest.first()).filter(|f| **f != "mod.rs") else {
            continue;
        };
        let room = first.trim_end_matches(".rs").to_owned();
        let Some(allowed) = rooms.get(&room) else {
            broken.push(format!("{}: room `{room}` is not in the table", path.display()));
            continue;
        };
        for name in used_of(&code, &path_of_folder) {
            // what the room above exports is written in capitals; inside, paths go to files
            if name != room && !allowed.contains(&name) {
                broken.push(format!("{}: `{room}` uses `{name}`", path.display()));
            }
        }
        seen.insert(room);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert_eq!(seen, rooms.keys().cloned().collect(), "rooms of the table that are there");
    assert!(without_circle(&rooms), "a circle of rooms");
}

#[test]
fn no_room_of_trajectory_steps_outside_its_row() {
    rooms_keep_to("room", &["trajectory"]);
}

#[test]
fn no_room_of_instruments_steps_outside_its_row() {
    rooms_keep_to("instrument room", &["risk", "instrument"]);
}

#[test]
fn no_module_steps_outside_its_row_of_the_layer_table() {
    let table = table();
    let mut broken = Vec::new();
    for (path, module, code) in library() {
        let Some(allowed) = table.get(&module) else {
            broken.push(format!("{}: module `{module}` is not in the table", path.display()));
            continue;
        };
        for name in used(&code) {
            if name != module && !allowed.contains(&name) {
                broken.push(format!("{}: `{module}` uses `{name}`", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_layer_table_has_no_module_that_does_not_exist_and_no_circle() {
    let table = table();
    let order: Vec<&String> = table.keys().collect();
    for module in &order {
        let src = root().join("src");
        assert!(src.join(module).is_dir() || src.join(format!("{module}.rs")).is_file(), "{module}");
    }
    assert!(without_circle(&table), "a circle of modules");
}

#[test]
fn the_library_never_unwraps_and_never_prints() {
    for (path, _, code) in library() {
        for word in [".unwrap()", "println!", "eprintln!", "SystemTime", "Instant::now"] {
            assert!(!code.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn no_source_file_is_longer_than_450_lines() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for path in files {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 450, "{} has {lines} lines", path.display());
    }
}

#[test]
fn a_use_of_another_layer_would_be_found() {
    let found = used("use crate::cohort::data::Cohort;\nlet x = crate::numeric::f();");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["cohort", "numeric"]);
    let found =
        used_of("use crate::trajectory::{fit::Fit, model};\nuse crate::trajectory::spec::Spec;", "crate::trajectory::");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["fit", "model", "spec"]);
    let circle = [("a", "b"), ("b", "a"), ("c", "a")].map(|(m, u)| (m.to_owned(), BTreeSet::from([u.to_owned()])));
    assert!(!without_circle(&BTreeMap::from(circle)));
}
