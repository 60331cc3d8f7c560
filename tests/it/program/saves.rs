//! The show file written as editors and tools write it: each way is noticed once, as the change
//! that it is, and taken into the run.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use super::shows::chain;
use crate::harness::{House, Program, Wire, is_equipped};

/// Writes the text in place, as nano and VS Code do: the file is cut to nothing and filled again.
fn in_place(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

/// In place, with time between the cut and the text, and between its halves.
fn in_pieces(path: &Path, text: &str) {
    let mut file = fs::File::create(path).unwrap();
    crate::harness::pass(700);
    let (first, rest) = text.split_at(text.len() / 2);
    file.write_all(first.as_bytes()).unwrap();
    file.flush().unwrap();
    crate::harness::pass(700);
    file.write_all(rest.as_bytes()).unwrap();
}

/// A file beside it that is renamed over it, as most programs that write safely do.
fn by_rename(path: &Path, text: &str) {
    let beside = path.with_extension("toml.tmp");
    fs::write(&beside, text).unwrap();
    fs::File::open(&beside).unwrap().sync_all().unwrap();
    fs::rename(&beside, path).unwrap();
}

/// The old file becomes the backup, and a new one is written, as vim does where it keeps one.
fn with_backup(path: &Path, text: &str) {
    let backup = path.with_extension("toml~");
    fs::rename(path, &backup).unwrap();
    fs::write(path, text).unwrap();
    fs::remove_file(&backup).unwrap();
}

/// The old file is copied beside, the new text goes into the old one, and the copy is deleted, as
/// helix and vim with `backupcopy=yes` do.
fn with_copy(path: &Path, text: &str) {
    let copy = path.with_extension("toml.bck");
    fs::copy(path, &copy).unwrap();
    fs::write(path, text).unwrap();
    fs::remove_file(&copy).unwrap();
}

/// The file is deleted, is away for a while, and is put back.
fn deleted_and_put_back(path: &Path, text: &str) {
    fs::remove_file(path).unwrap();
    crate::harness::pass(1_200);
    fs::write(path, text).unwrap();
}

/// The file is deleted and created at once, as a git checkout does.
fn replaced(path: &Path, text: &str) {
    fs::remove_file(path).unwrap();
    fs::write(path, text).unwrap();
}

/// A way of saving: its name, and what it does.
type Way = (&'static str, fn(&Path, &str));

#[test]
fn a_show_file_is_noticed_however_it_is_saved() {
    let ways: [Way; 7] = [
        ("in place", in_place),
        ("in pieces", in_pieces),
        ("by rename", by_rename),
        ("with a backup", with_backup),
        ("with a copy", with_copy),
        ("put back", deleted_and_put_back),
        ("replaced", replaced),
    ];
    let (house, wire) = (House::new(), Wire::new());
    let text = chain(&wire, 1, "1h");
    let show = house.show(&text);
    let mut program = house.open(&[&show]);
    for (at, (name, save)) in ways.into_iter().enumerate() {
        save(show.as_ref(), &text.replace("Call B", &format!("Saved {name}")));
        take(&mut program, name, at + 1);
    }
    // Nothing else was ever taken for a change.
    assert_eq!(house.journal().of_kind("show_revised").len(), ways.len());
}

/// Awaits the news of one changed cue with this name in its title, and takes it as the revision.
fn take(program: &mut Program, name: &str, count: usize) {
    program.await_words(&["SHOW FILE", "show.toml changed: 1 cue changed"]);
    program.press_to_see("r", &["y takes", &format!("Saved {name}")]);
    program.keys("y");
    program.await_event("show_revised", count);
    program.await_screen("the alarm is answered", |text| !text.contains("SHOW FILE"));
    program.press_to_see("\x1b", &["RUNDOWN"]);
}

/// Returns `true` if `name` is a program here.
fn has(name: &str) -> bool {
    let missing = Command::new(name).arg("--version").output().is_err().then_some(name);
    is_equipped(missing)
}

#[test]
fn a_checkout_by_git_is_a_change_like_any_other() {
    if !has("git") {
        return;
    }
    let (house, wire) = (House::new(), Wire::new());
    let text = chain(&wire, 1, "1h");
    let show = house.show(&text);
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(Path::new(&show).parent().unwrap());
        command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "core.hooksPath="]);
        let done = command.args(args).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "-q"]);
    git(&["add", "show.toml"]);
    git(&["commit", "-qm", "one"]);
    git(&["branch", "before"]);
    fs::write(&show, text.replace("Call B", "Saved here")).unwrap();
    git(&["commit", "-qam", "two"]);
    let mut program = house.open(&[&show]);
    git(&["checkout", "-q", "before"]);
    program.await_words(&["SHOW FILE", "show.toml changed: 1 cue changed"]);
    program.press_to_see("r", &["y takes", "Saved here → Call B"]);
    program.keys("y");
    program.await_event("show_revised", 1);
    program.press_to_see("\x1b", &["RUNDOWN"]);
    git(&["checkout", "-q", "-"]);
    take(&mut program, "here", 2);
}

#[test]
fn vim_and_nano_edit_the_show_below_which_it_runs_on() {
    // What is typed into each: a comment above the cue's header, saved, and left.
    let editors = [
        ("vim", "vim -u NONE", "O# by vim\x1b:wq\r"),
        ("vim", "vim -u NONE --cmd set\\ backup\\ backupcopy=no", "O# by vim\x1b:wq\r"),
        ("nano", "nano --ignorercfiles", "# by nano\r\x0f\r\x18"),
    ];
    for (name, command, typed) in editors {
        if !has(name) {
            continue;
        }
        let (house, wire) = (House::new(), Wire::new());
        let text = chain(&wire, 1, "1h");
        let show = house.show(&text);
        let mut program = house.spawn(&[&show], (120, 36), &[("VISUAL", command)]);
        program.await_open();
        program.keys("E");
        // The editor has drawn the file, at the line of the selected cue.
        program.await_words(&["number = \"1\""]);
        program.await_screen("the program's own screen has gone", |text| !text.contains("NEXT"));
        program.keys(typed);
        program.await_words(&["y takes", "nothing that a run has"]);
        let left = fs::read_to_string(&show).unwrap();
        let line = format!("# by {name}\n");
        assert!(left.contains(&line), "{left}");
        assert_eq!(left.replace(&line, ""), text, "nothing else has changed");
    }
}
