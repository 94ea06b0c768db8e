//! Running the built command, and the tables it is run on.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pleegprofiel"));
    command.args(args).stdin(Stdio::null());
    command
}

pub(crate) fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    command(args).output().unwrap()
}

/// Runs with these bytes on a pipe as standard input.
pub(crate) fn run_with_input<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, input: &[u8]) -> Output {
    let mut command = command(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // a command that refuses its input reads no more of it
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input);
    child.wait_with_output().unwrap()
}

/// Runs with a standard output that nobody reads.
pub(crate) fn run_without_reader<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    let mut child = command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.wait_with_output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn toronto(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/toronto").join(file)
}

/// The first persons of the Toronto data.
pub(crate) fn some_persons(dir: &Path, count: usize) -> PathBuf {
    let all = fs::read_to_string(toronto("TO1.csv")).unwrap();
    let lines: Vec<&str> = all.lines().take(count + 1).collect();
    let path = dir.join("persons.csv");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

/// So many persons of each of these records, ages from 15 on, each varied a little.
pub(crate) fn persons(dir: &Path, records: &[(usize, &str)]) -> PathBuf {
    let ages = records[0].1.split(',').count();
    let header: Vec<String> = (15..15 + ages).map(|age| format!("age_{age}")).collect();
    let mut text = format!("id,{}\n", header.join(","));
    let mut id = 0;
    for (count, record) in records {
        for _ in 0..*count {
            let cells: Vec<u32> = record.split(',').map(|c| c.parse().unwrap()).collect();
            let turned: Vec<String> = (0..ages).map(|j| cells[(j + id) % ages].to_string()).collect();
            text += &format!("{id},{}\n", turned.join(","));
            id += 1;
        }
    }
    let path = dir.join("persons.csv");
    fs::write(&path, text).unwrap();
    path
}

pub(crate) fn broken_table(dir: &Path) -> PathBuf {
    let path = dir.join("broken.csv");
    fs::write(&path, "id,age_12,age_13\n1,0,1\n2,0,many\n3,-1,0\n").unwrap();
    path
}

/// Names in a directory, sorted; hidden ones too.
pub(crate) fn files_in(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every file of a directory with its bytes.
pub(crate) fn outputs(dir: &Path) -> Vec<(String, Vec<u8>)> {
    files_in(dir).into_iter().map(|name| (name.clone(), fs::read(dir.join(name)).unwrap())).collect()
}

/// Panics unless every tag of an XML text is closed in order and every `<` and `&` is markup.
pub(crate) fn well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml.trim();
    assert!(rest.starts_with("<svg"));
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"];
        let escaped = text.match_indices('&').all(|(i, _)| entities.iter().any(|e| text[i..].starts_with(e)));
        assert!(escaped && !text.contains('>'), "{text}");
        rest = &rest[at..];
        if rest.starts_with("<!--") {
            rest = &rest[rest.find("-->").unwrap() + 3..];
            continue;
        }
        let end = rest.find('>').unwrap();
        let tag = &rest[1..end];
        assert!(tag.matches('"').count().is_multiple_of(2) && !tag.contains('<'), "{tag}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name.trim())),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split_whitespace().next().unwrap()),
        }
        rest = &rest[end + 1..];
        assert!(!open.is_empty() || rest.trim().is_empty(), "text behind the end: {rest}");
    }
    assert!(open.is_empty(), "not closed: {open:?}");
}
