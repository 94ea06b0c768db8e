//! What a command writes over, and what it leaves alone.

use crate::command::{run, some_persons, stderr};
use std::fs;
use std::path::Path;

fn card_to(path: &Path) -> (Option<i32>, String) {
    let done = run(["card", "psa", "--out", path.to_str().unwrap()]);
    (done.status.code(), stderr(&done))
}

#[test]
fn a_table_that_is_read_is_not_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let people = some_persons(dir.path(), 40);
    let before = fs::read(&people).unwrap();
    let people = people.to_str().unwrap();
    // under another name, too
    let other = format!("{}/../{}/persons.csv", dir.path().display(), dir.path().file_name().unwrap().display());
    for model in [people, &other] {
        let fit = ["fit", people, "--family", "poisson", "--groups", "1", "--degree", "1", "--model", model];
        let done = run(fit);
        assert_eq!(done.status.code(), Some(2));
        assert!(stderr(&done).contains("it is what this command reads: give the output another name"), "{done:?}");
    }
    // nor is a model
    let model = dir.path().join("model.json");
    let model = model.to_str().unwrap();
    let fitted = run(["fit", people, "--family", "poisson", "--groups", "1", "--degree", "1", "--model", model]);
    assert_eq!(fitted.status.code(), Some(0), "{fitted:?}");
    let done = run(["classify", people, "--model", model, "--stream", "--out", model]);
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    assert!(fs::read_to_string(model).unwrap().starts_with('{'));
    let dated = ["people.csv", "offences.csv"].map(|name| dir.path().join(name));
    fs::write(&dated[0], "id,birth,from,to\n1,1980-05-01,1992-05-01,2020-01-01\n").unwrap();
    fs::write(&dated[1], "id,committed,offence\n1,2000-01-01,human-trafficking\n1,2001-01-01,property\n").unwrap();
    let [first, second] = dated.each_ref().map(|path| path.to_str().unwrap());
    let done = run(["recidivism", first, second, "--show-small-cells", "--out", second]);
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    assert!(fs::read_to_string(second).unwrap().starts_with("id,committed"));
    assert_eq!(fs::read(people).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_rights_a_link_leads_on_and_what_is_no_file_is_left_alone() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let own = dir.path().join("own.json");
    fs::write(&own, "").unwrap();
    fs::set_permissions(&own, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(card_to(&own), (Some(0), String::new()));
    assert_eq!((rights(&own), fs::read(&own).unwrap().is_empty()), (0o600, false));
    // a new one has the usual rights
    let new = dir.path().join("new.json");
    card_to(&new);
    assert_eq!(rights(&new) & 0o600, 0o600);
    assert_eq!(fs::read(&new).unwrap(), fs::read(&own).unwrap());

    let (target, link) = (dir.path().join("target.json"), dir.path().join("link.json"));
    fs::write(&target, "").unwrap();
    symlink(&target, &link).unwrap();
    assert_eq!(card_to(&link).0, Some(0));
    assert!(link.is_symlink() && fs::read(&target).unwrap() == fs::read(&own).unwrap());

    fs::set_permissions(&own, fs::Permissions::from_mode(0o400)).unwrap();
    let (code, told) = card_to(&own);
    assert!(code == Some(2) && told.contains("own.json cannot be written: it is there, and read-only"), "{told}");

    let pipe = dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (code, told) = card_to(&pipe);
    assert!(code == Some(2) && told.contains("a device or a pipe, and only a file is replaced"), "{told}");
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    // nothing else was left behind
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 5);
}
