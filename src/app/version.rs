//! Another version of the show: what is new in the show file, and the run that has taken it.

use super::keys::Act;
use super::{App, Page, Question, Task, Tone, ongoing};
use crate::engine::State;
use crate::show::{CueIx, OutputIx, SegmentIx};
use crate::time::MachineNs;

/// Differences between the show file and the show that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileNews {
    /// In a few words: "show.toml changed: 2 cues changed, 1 cue added".
    pub words: String,
    /// Line by line, for the log.
    pub lines: Vec<String>,
    /// The outputs of the show that runs that it opens again.
    pub outputs: Vec<OutputIx>,
    /// `false` if it has faults, so that no run takes it.
    pub is_sound: bool,
}

impl App {
    /// The words that stand as long as the file is other than the show that runs.
    pub fn file_words(&self, file: &FileNews) -> String {
        let does = match (file.is_sound, file.lines.is_empty()) {
            (true, _) => "reviews it",
            (false, false) => "shows them",
            (false, true) => return file.words.clone(),
        };
        format!("{}; {} {does}", file.words, self.keymap.way(Act::Review))
    }

    /// Shows what is new in the show file, and asks whether to take it.
    pub fn review(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        let Some(file) = self.file.clone() else {
            match self.not_watched {
                Some(why) => self.refuse_once(why, now_ns),
                None if self.is_editor => {
                    self.say("the show file is as it is shown here", Tone::Calm, now_ns)
                }
                None => self.say("the show file is as the run has it", Tone::Calm, now_ns),
            }
            return vec![];
        };
        self.edits.words = None;
        let mut tasks = vec![Task::TellOfFile];
        tasks.extend(self.turn_to(Page::Log));
        if file.is_sound {
            let ramps =
                ongoing::staying(state, self.run_ns, |output| file.outputs.contains(&output));
            let ramps = ramps.map_or(String::new(), |ramps| format!("; {ramps}"));
            let words = format!("{}{ramps}", file.words);
            match self.edited_elsewhere() {
                Some(why) => self.say(format!("{why}; here: {words}"), Tone::Attention, now_ns),
                None => tasks.extend(self.ask(Question::TakeVersion, &words, now_ns)),
            }
        } else {
            let keeps =
                if self.is_editor { "what is shown stays" } else { "the run keeps its show" };
            self.say(format!("{}: {keeps}", file.words), Tone::Alarm, now_ns);
        }
        tasks
    }

    /// The cues that are selected instead of the selected one where a version has that no more, the
    /// next first; none in a run, where the playhead is.
    pub fn neighbours(&self, state: &State) -> Vec<CueIx> {
        let Some(cursor) = self.cursor.filter(|_| self.is_editor) else { return vec![] };
        let listed: Vec<CueIx> = state.show().listed().map(|(cue, _)| cue).collect();
        let at = listed.iter().position(|&cue| cue == cursor).unwrap_or_default();
        let (before, after) = listed.split_at(at);
        after.iter().chain(before.iter().rev()).copied().collect()
    }

    /// The run has another version of the show: what the caller has selected, opened and folded
    /// stays, as far as it is still there.
    pub fn revised(&mut self, state: &State) {
        let show = state.show();
        let edited = self.edits.saved_cue.take().and_then(|number| show.find(&number));
        self.cursor = edited.or(self.cursor).filter(|&cue| show.has(cue));
        let fold = |segment: SegmentIx| match state.segment_was(segment) {
            Some(was) => self.folds.get(&was).map(|&open| (segment, open)),
            // Where a show is only edited, all is in sight.
            None => self.is_editor.then_some((segment, true)),
        };
        self.folds = show.segment_indices().filter_map(fold).collect();
    }
}
