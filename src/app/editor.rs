//! The caller's own editor: the question before it takes the terminal in a live run.

use super::{App, Question, Task};
use crate::engine::State;
use crate::time::MachineNs;

impl App {
    /// Opens the show file in the caller's editor; asks where a show is being called, because no
    /// key reaches it until the editor is closed.
    pub(super) fn open_editor(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        if let Some(why) = self.not_watched {
            self.refuse_once(why, now_ns);
            return vec![];
        }
        if state.is_rehearsal() || !state.has_begun() || state.has_ended() {
            return vec![Task::Editor];
        }
        let why = "no key reaches the show until the editor is closed";
        self.ask(Question::Editor, why, now_ns)
    }
}
