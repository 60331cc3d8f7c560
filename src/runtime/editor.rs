//! The caller's own editor: how it is started at a line of the show file, and the thread on which it
//! has the terminal while the show runs on.
//!
//! Owns the editor's process and the modes that it finds the terminal in. Nothing here knows of the
//! show that runs, and nobody waits for any of it: it posts [`EditorNews`].

mod command;

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_current_process_group, kill_process, waitid,
};

use super::inbox::{Msg, Sender};
use super::keyboard::Keyboard;
use super::opening::{Beside, machine_zone, read};
use super::terminal::{self, Tty};
use super::{GOODBYE, realtime};
use crate::edit::document::Document;
use crate::locks::Unpoisoned;
use crate::show::CueNumber;
use crate::time::MachineNs;
pub(super) use command::EditorCommand;
use command::{Variables, command};

/// Pause before an editor that has stopped is continued: one that stops again at once must not keep
/// a processor busy.
const STOPPED: Duration = Duration::from_millis(50);

/// News of the editor.
#[derive(Debug)]
pub(super) enum EditorNews {
    /// It can be started.
    Found(Box<FoundEditor>),
    /// It cannot, and why.
    Failed(String),
    /// It had the terminal and has ended.
    Closed {
        /// Its name, and how it failed, if it did.
        fault: Option<String>,
        /// Text of the show file before.
        before: Option<String>,
    },
}

/// An editor that can be started.
#[derive(Debug)]
pub(super) struct FoundEditor {
    /// Its command.
    pub command: EditorCommand,
    /// Text of the show file; `None` if it cannot be read.
    pub before: Option<String>,
}

/// The answers that the terminal still owes, which are no text for an editor: how many, and until
/// when they are waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owed {
    pub answers: usize,
    pub until_ns: MachineNs,
}

/// Looks for the editor of `file`, at the line of `cue`.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn find(file: PathBuf, cue: Option<CueNumber>, post: Sender) -> io::Result<()> {
    std::thread::Builder::new().name("editor".into()).spawn(move || {
        realtime::step_back();
        let before = read(&file).ok();
        let line = before.as_deref().and_then(|text| line_of(text, &file, cue.as_ref()));
        post.send(Msg::Editor(match command(&Variables::of_process(), &file, line) {
            Ok(command) => EditorNews::Found(Box::new(FoundEditor { command, before })),
            Err(why) => EditorNews::Failed(why),
        }));
    })?;
    Ok(())
}

/// The line of `cue` in the show file `text`, from 1; that of its first error where it has some.
fn line_of(text: &str, file: &Path, cue: Option<&CueNumber>) -> Option<usize> {
    match Document::beside(text.to_owned(), &machine_zone(), Arc::new(Beside::new(file))) {
        Ok(document) => document.line_of_cue(cue?),
        Err(problems) => {
            let first = problems.first()?.place.span()?.start;
            Some(text[..text.floor_char_boundary(first)].matches('\n').count() + 1)
        }
    }
}

/// The editor's process, for the station: what ends this program ends the editor too.
#[derive(Clone, Debug, Default)]
pub(super) struct EditorProcess(Arc<EditorShared>);

#[derive(Debug, Default)]
struct EditorShared {
    hold: Mutex<Hold>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Hold {
    /// Its id, while it runs.
    pid: Option<Pid>,
    /// A signal that ends this program.
    ends: Option<Signal>,
    /// A line for the shell's screen, once the editor has left it.
    farewell: Option<String>,
    /// `true` once the terminal is as it was before.
    has_left: bool,
}

impl EditorProcess {
    /// Passes a signal on that ends this program, or its hold on the terminal; a `farewell` is left
    /// on the shell's screen after the editor has ended.
    pub(super) fn end(&self, signal: Signal, farewell: Option<String>) {
        let mut hold = self.hold();
        hold.farewell = farewell.or(hold.farewell.take());
        // A second one would not let it put its own files in order.
        if hold.ends.replace(signal).is_none()
            && let Some(pid) = hold.pid
        {
            // It may be ending at this moment; its id is its own until it is waited for.
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits until the editor has left the terminal, for `at_most` so long: its modes are set back by
    /// then.
    pub(super) fn await_end(&self, at_most: Duration) {
        let hold = self.hold();
        drop(self.0.ended.wait_timeout_while(hold, at_most, |hold| !hold.has_left).unpoisoned());
    }

    fn hold(&self) -> MutexGuard<'_, Hold> {
        self.0.hold.lock().unpoisoned()
    }

    /// Says that the editor has left the terminal, or was never there.
    fn has_left(&self) {
        self.hold().has_left = true;
        self.0.ended.notify_all();
    }

    /// Remembers the process that has started.
    fn began(&self, pid: Pid) {
        let mut hold = self.hold();
        hold.pid = Some(pid);
        if let Some(signal) = hold.ends {
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits for the end of `child`, which nothing is sent to from then on; gives the farewell too.
    fn wait(&self, child: &mut Child) -> (io::Result<ExitStatus>, Option<String>) {
        let pid = Pid::from_child(child);
        let options = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(pid), options) {
                Ok(Some(status)) if status.stopped() => {
                    // The shell knows nothing of it, because this program goes on: nobody else would
                    // continue the editor, nor what it has started itself.
                    std::thread::sleep(STOPPED);
                    let _ = kill_current_process_group(Signal::CONT);
                }
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) | Err(_) => break,
            }
        }
        let mut hold = self.hold();
        hold.pid = None;
        (child.wait(), hold.farewell.take())
    }
}

/// Starts the editor once the screen has `left` the terminal, and posts its end.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn start(
    found: FoundEditor,
    left: Receiver<()>,
    owed: Option<Owed>,
    process: EditorProcess,
    post: Sender,
) -> io::Result<()> {
    std::thread::Builder::new().name("editor".into()).spawn(move || {
        realtime::step_back();
        let FoundEditor { command, before } = found;
        let name = command.name.clone();
        if left.recv_timeout(GOODBYE).is_err() {
            process.has_left();
            let why = format!("the terminal takes nothing: {name} was not started");
            return post.send(Msg::Editor(EditorNews::Failed(why)));
        }
        if let Some(owed) = owed {
            Keyboard::default().settle(owed.until_ns, owed.answers);
        }
        let fault = in_terminal(command, &process).err();
        process.has_left();
        post.send(Msg::Editor(EditorNews::Closed { fault, before }));
    })?;
    Ok(())
}

/// Runs the editor in the terminal to its end, and leaves the terminal's modes as they were before.
///
/// # Errors
/// When it does not start, or says that it has failed.
fn in_terminal(command: EditorCommand, process: &EditorProcess) -> Result<(), String> {
    terminal::give_back();
    let modes = terminal::modes();
    let mut child = started(&command)?;
    process.began(Pid::from_child(&child));
    let (ended, farewell) = process.wait(&mut child);
    // It may have been killed in the middle of something.
    terminal::restore(modes.as_ref());
    if let Some(farewell) = farewell {
        // Where the terminal has gone, nobody reads it.
        let _ = Tty::new().and_then(|mut tty| terminal::say(&mut tty, &farewell));
    }
    let name = &command.name;
    let status = ended.map_err(|error| format!("{name}: {error}"))?;
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => Err(format!("{name} ended with exit status {code}")),
        (None, Some(signal)) => Err(format!("signal {signal} ended {name}")),
        (None, None) => Err(format!("{name} ended, and nobody knows why")),
    }
}

fn started(command: &EditorCommand) -> Result<Child, String> {
    let EditorCommand { name, program, arguments, .. } = command;
    let mut editor = Command::new(program);
    editor.args(arguments);
    editor.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    editor.spawn().map_err(|error| format!("{name} does not start: {}: {error}", program.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOW: &str = "title = \"x\"\n\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\n# the lights\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"a\"\n\n[[segment.cue]]\nnumber = \"2\"\ntitle = \"b\"\n";

    #[test]
    fn the_line_is_that_of_the_cue_or_of_the_first_error() {
        let cue = |number: &str| CueNumber::new(number).unwrap();
        assert_eq!(line_of(SHOW, Path::new("show.toml"), Some(&cue("1"))), Some(8));
        assert_eq!(line_of(SHOW, Path::new("show.toml"), Some(&cue("2"))), Some(12));
        assert_eq!(
            line_of(SHOW, Path::new("show.toml"), Some(&cue("3"))),
            None,
            "the file has no such cue any more"
        );
        assert_eq!(line_of(SHOW, Path::new("show.toml"), None), None);
        let faulty = SHOW.replace("title = \"b\"", "titel = \"b\"");
        assert_eq!(
            line_of(&faulty, Path::new("show.toml"), Some(&cue("1"))),
            Some(14),
            "the key that is none"
        );
        let torn = SHOW.replace("duration = \"1m\"", "duration = \"1m");
        assert_eq!(line_of(&torn, Path::new("show.toml"), None), Some(5));
    }
}
