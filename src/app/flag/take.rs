//! Taking the flag from a holder that is silent: the lines that are typed before.

use super::{Act, App, Ask, FlagWish, MachineNs, SILENT, StationName, Task};
use crate::app::Prompt;

impl App {
    /// Accepts the holder's name, typed out: now the reason.
    pub(in crate::app) fn accept_name(&mut self, prompt: Prompt, now_ns: MachineNs) -> Vec<Task> {
        let Some((holder, term)) = self.taken_from() else { return self.no_take(now_ns) };
        let silence = self.link.as_ref().and_then(|link| link.silence(now_ns));
        let typed = prompt.input.value().trim();
        let named = typed == holder.as_str();
        // Meanwhile it may have been silent for so long that its name is not needed. Another name is a
        // mistake all the same: the line after it would be taken for the reason.
        let is_needed = silence.is_none_or(|silence| silence < SILENT);
        if !named && (is_needed || !holder.as_str().starts_with(typed)) {
            return self.ask_again(prompt, format!("wrong name: the holder is {holder}"));
        }
        self.open(Ask::TakeReason { term, named })
    }

    /// Accepts the reason of a take, with the term and the name of [`Ask::TakeReason`].
    pub(in crate::app) fn accept_take(
        &mut self,
        prompt: Prompt,
        (in_term, named): (u64, bool),
        now_ns: MachineNs,
    ) -> Vec<Task> {
        let Some((holder, term)) = self.taken_from() else { return self.no_take(now_ns) };
        if term != in_term {
            // What was typed was about the station that had it then.
            self.refuse(format!("{holder} has the flag now: it was not taken"), now_ns);
            return vec![];
        }
        let reason = prompt.input.value().trim().to_owned();
        if reason.is_empty() {
            return self.ask_again(prompt, "a take needs a reason".to_owned());
        }
        let silence = self.link.as_ref().and_then(|link| link.silence(now_ns));
        if !named && silence.is_none_or(|silence| silence < SILENT) {
            let asks = self.keymap.way(Act::Flag);
            self.refuse(
                format!("{holder} is heard again: the flag was not taken; {asks} asks for it"),
                now_ns,
            );
            return vec![];
        }
        let named = named.then_some(holder);
        vec![Task::Flag(FlagWish::Take { reason, named })]
    }

    /// Reason why the flag cannot be taken without the log, and what can be done.
    pub(super) fn no_line(&self) -> String {
        let (quit, option) = (self.keymap.way(Act::Quit), &self.state_option);
        let run = self.run.as_ref().map_or(String::new(), |run| format!(" {run}"));
        format!("no line; to call alone: {quit}, handover --resume{run}{option}")
    }

    /// The station that the flag can be taken from, and the term.
    fn taken_from(&self) -> Option<(StationName, u64)> {
        let link = self.link.as_ref()?;
        link.taken_from().map(|holder| (holder.clone(), link.term))
    }

    /// Leaves the line open, with the reason why it was not taken.
    fn ask_again(&mut self, prompt: Prompt, why: String) -> Vec<Task> {
        self.prompt = Some(Prompt { refused: Some(why), ..prompt });
        vec![]
    }

    fn no_take(&mut self, now_ns: MachineNs) -> Vec<Task> {
        self.refuse("no other station has the flag: nothing was taken", now_ns);
        vec![]
    }
}
