//! Browsers: what departments say there.

use super::Station;
use crate::app::crew::command_of;
use crate::app::log::LogWord;
use crate::app::{Hand, Tone};
use crate::conductor::By;
use crate::engine::Command;
use crate::runtime::clock::machine_ns;
use crate::web::{CrewWish, WebMessage};

impl Station {
    /// Takes in a message of somebody at a browser.
    pub(super) fn heard_in_browser(&mut self, heard: WebMessage) {
        match heard {
            WebMessage::Wish(request) => {
                let done = self.wish_of_crew(&request.wish);
                if let Err(why) = &done {
                    self.app.refuse(format!("browser {}: {why}", request.who), machine_ns());
                }
                request.answer(done);
            }
            WebMessage::Trouble(what) => {
                self.app.hint(what.clone(), machine_ns());
                self.words.push(LogWord::program(what, Tone::Attention, self.run_ns()));
            }
        }
    }

    /// Does what a department wishes, or has the holder do it, where another station has the flag
    /// and that is a wish that it takes.
    fn wish_of_crew(&mut self, wish: &CrewWish) -> Result<(), String> {
        let now_ns = machine_ns();
        let state = self.conductor.state();
        let command = command_of(wish, state.show())?;
        let pass = self.app.guard(&command, Hand::Connection, state, now_ns)?;
        let holder = self.app.unheard(now_ns);
        if let Some(holder) = &holder
            && let Command::ReadyFor { .. } = command
        {
            // The department would believe that the caller has its answer.
            return Err(format!("{holder} is not heard: tell the caller in another way"));
        }
        match self.wishes_of_holder(&command) {
            Some(done) => done?,
            None => self.obey(By::Remote, command).map_err(|why| why.to_string())?,
        }
        self.app.remember(pass);
        let waits = |holder| format!("{holder} is not heard: it learns of this once it is");
        holder.map_or(Ok(()), |holder| Err(waits(holder)))
    }
}
