//! Answers that need no station: questions, subscriptions of a client, and the cue that a request
//! means.

use std::time::Duration;

use super::Hub;
use crate::remote::address::{Ask, Item, Setting, Target, Verb};
use crate::remote::clients::{CLIENTS_MAX, Client};
use crate::remote::list::QLAB_VERSION;
use crate::remote::reply::text;
use crate::remote::values::CueFacts;
use crate::remote::{GO_GUARD, Peer, RemoteCommand, Running};
use crate::show::CueIx;
use crate::time::{MachineNs, nanoseconds};

/// For how many cues one question is answered.
const REPLIES_MAX: usize = 32;

impl Hub {
    /// Does what needs no station; gives the data of each reply, JSON.
    ///
    /// # Errors
    /// With the reason, for its sender.
    pub(super) fn settle(
        &mut self,
        ask: &Ask,
        peer: Peer,
        now: MachineNs,
    ) -> Result<Vec<String>, String> {
        let address = peer.address();
        let data = match ask {
            Ask::Workspaces => self.words.workspaces(self.passcode.is_some(), self.may_speak(peer)),
            Ask::Version => text(QLAB_VERSION),
            Ask::Thump => text("thump"),
            Ask::CueLists(form) => match &self.cue_lists {
                Some((known, lists)) if known == form => lists.clone(),
                _ => {
                    let lists = self.words.cue_lists(*form);
                    self.cue_lists = Some((*form, lists.clone()));
                    lists
                }
            },
            Ask::RunningCues(form) => {
                self.words.cues(self.running(now).map(|running| running.cue), *form)
            }
            Ask::SelectedCues(form) => self.words.cues(self.next(), *form),
            Ask::Children(target, form) => {
                let items = self.items(*target, now);
                return Ok(items.iter().map(|item| self.words.children_of(*item, *form)).collect());
            }
            Ask::Value(target, key) => {
                return self.say_of(*target, now, |facts| facts.value(key).to_string());
            }
            Ask::Values(target, keys) => {
                return self.say_of(*target, now, |facts| facts.values(keys).to_string());
            }
            Ask::PlayheadId => {
                text(&self.next().map_or("none".to_owned(), |next| self.words.id(Some(next))))
            }
            Ask::PlayheadNumber => text(self.words.number(self.next())),
            Ask::Setting(Setting::On) => "true".to_owned(),
            Ask::Setting(Setting::Off) => "false".to_owned(),
            Ask::Setting(Setting::MinGoTime) => seconds(nanoseconds(GO_GUARD)),
            Ask::GoGuard => {
                let since = self.went.map(|went| now.since(went));
                let left = since.map_or(Duration::ZERO, |since| GO_GUARD.saturating_sub(since));
                seconds(nanoseconds(left))
            }
            Ask::Updates(wanted) => {
                self.agree(peer, *wanted, now, |client| client.updates = *wanted)?
            }
            Ask::AlwaysReply(wanted) => {
                self.agree(peer, true, now, |client| client.quiet = !wanted)?
            }
            Ask::UdpReplyPort(port) => {
                self.agree(peer, true, now, |client| client.reply_port = Some(*port))?
            }
            Ask::Listen(wanted) => self.agree(peer, true, now, |client| client.listen(wanted))?,
            Ask::Ignore(unwanted) => {
                self.agree(peer, false, now, |client| client.ignore(unwanted))?
            }
            Ask::Subscribe(port) => self.agree(peer, true, now, |client| {
                client.feed = Some((address.ip(), port.unwrap_or(address.port())).into());
            })?,
            Ask::Unsubscribe => self.agree(peer, false, now, |client| client.feed = None)?,
            Ask::Release
            | Ask::Disconnect
            | Ask::Connect(_)
            | Ask::RemoteCommand(_)
            | Ask::Do(..) => "null".to_owned(),
        };
        Ok(vec![data])
    }

    /// Remembers something of a client; who only takes something back needs no place for that.
    fn agree(
        &mut self,
        peer: Peer,
        needs_place: bool,
        now: MachineNs,
        change: impl FnOnce(&mut Client),
    ) -> Result<String, String> {
        if needs_place || self.clients.find(peer).is_some() {
            let client = self.clients.enter(peer, self.passcode.is_some(), now);
            change(
                client.ok_or_else(|| format!("there are {CLIENTS_MAX} remote controls already"))?,
            );
        }
        Ok("null".to_owned())
    }

    fn next(&self) -> Option<CueIx> {
        self.picture.as_ref().and_then(|picture| picture.next)
    }

    /// Running cues with their progress by now.
    fn running(&self, now: MachineNs) -> impl Iterator<Item = Running> {
        let since_ns = self.pictured.map_or(0, |at| nanoseconds(now.since(at)));
        let running = self.picture.iter().flat_map(|picture| &picture.running);
        running.map(move |running| Running {
            elapsed_ns: running.elapsed_ns.saturating_add(if running.moves { since_ns } else { 0 }),
            ..*running
        })
    }

    /// Cues that are meant; empty if nothing runs, or no cue is at the playhead.
    fn items(&self, target: Target, now: MachineNs) -> Vec<Item> {
        match target {
            Target::Item(item) => vec![item],
            Target::Playhead => self.next().map(Item::Cue).into_iter().collect(),
            Target::Active => {
                self.running(now).map(|running| Item::Cue(running.cue)).take(REPLIES_MAX).collect()
            }
        }
    }

    /// One reply for each of what is meant, as QLab has it.
    fn say_of(
        &self,
        target: Target,
        now: MachineNs,
        say: impl Fn(&CueFacts<'_>) -> String,
    ) -> Result<Vec<String>, String> {
        let items = self.items(target, now);
        if items.is_empty() {
            return Err(nothing_meant(target).to_owned());
        }
        let facts = |item: &Item| CueFacts {
            words: &self.words,
            item: *item,
            running: self.progress(*item, now),
            is_loaded: self.loaded.is_some_and(|cue| *item == Item::Cue(cue)),
        };
        Ok(items.iter().map(|item| say(&facts(item))).collect())
    }

    /// Progress of a cue or segment, if it runs.
    fn progress(&self, item: Item, now: MachineNs) -> Option<Running> {
        match item {
            Item::Cue(cue) => self.running(now).find(|running| running.cue == cue),
            // Companion counts down a group before a cue, and what the caller wants to see is the
            // cue.
            Item::Segment(_) | Item::List => None,
        }
    }

    /// The wish that is meant, where only now is known which cue that is.
    ///
    /// # Errors
    /// With the reason, where the program has nothing like it.
    pub(super) fn wish_of(&self, target: Target, verb: Verb) -> Result<RemoteCommand, String> {
        let which = || "say which cue".to_owned();
        let cue = match (target, verb) {
            (Target::Playhead | Target::Item(Item::List), Verb::Go) => {
                return Ok(RemoteCommand::Go);
            }
            (Target::Active | Target::Item(Item::List), Verb::Stop) => {
                return Ok(RemoteCommand::StopAll);
            }
            (Target::Active | Target::Item(Item::List), Verb::Panic) => {
                return Ok(RemoteCommand::Panic);
            }
            (Target::Active | Target::Item(Item::List), Verb::Pause) => {
                return Ok(RemoteCommand::Hold);
            }
            (Target::Active | Target::Item(Item::List), Verb::Resume) => {
                return Ok(RemoteCommand::Resume);
            }
            (Target::Active | Target::Item(Item::List), Verb::TogglePause) => {
                return Ok(RemoteCommand::TogglePause);
            }
            (Target::Active, Verb::Go | Verb::Start | Verb::Load) => return Err(which()),
            (Target::Item(Item::List), Verb::Start | Verb::Load) => return Err(which()),
            (Target::Item(Item::Segment(_)), _) => {
                return Err("a segment is not called: name one of its cues".into());
            }
            (Target::Item(Item::Cue(cue)), _) => cue,
            (Target::Playhead, _) => self.next().ok_or_else(|| nothing_meant(target).to_owned())?,
        };
        match verb {
            Verb::Go => Ok(RemoteCommand::GoTo(cue)),
            Verb::Start => Ok(RemoteCommand::Start(cue)),
            Verb::Stop | Verb::Panic => Ok(RemoteCommand::Stop(cue)),
            Verb::Load => Ok(RemoteCommand::Load(cue)),
            Verb::Pause => self.clip_of(cue).map(|_| RemoteCommand::PauseClip(cue)),
            Verb::Resume => self.clip_of(cue).map(|_| RemoteCommand::ResumeClip(cue)),
            Verb::TogglePause => self.clip_of(cue).map(|moves| {
                if moves { RemoteCommand::PauseClip(cue) } else { RemoteCommand::ResumeClip(cue) }
            }),
        }
    }

    /// Returns `true` if the clip of `cue` moves, as far as the picture says. A cue that is not in
    /// it may run all the same: the picture comes after the answer to what started it, and the run
    /// itself refuses what does not run.
    ///
    /// # Errors
    /// When the cue runs and has no clip. It has only the show's clock then, and a hold of that
    /// would stop all other cues as well, and have those by the clock missed: more than who pauses
    /// one cue has asked for.
    fn clip_of(&self, cue: CueIx) -> Result<bool, String> {
        let mut running = self.picture.iter().flat_map(|picture| &picture.running);
        let Some(running) = running.find(|running| running.cue == cue) else { return Ok(true) };
        if self.words.show.cue(cue).clip().is_none() {
            let number = self.words.number(Some(cue));
            return Err(format!(
                "cue {number} cannot be paused by itself, it has no clip: /pause holds the whole show"
            ));
        }
        Ok(running.moves)
    }
}

fn nothing_meant(target: Target) -> &'static str {
    match target {
        Target::Active => "no cue is running",
        Target::Playhead | Target::Item(_) => "no cue is at the playhead",
    }
}

fn seconds(ns: u64) -> String {
    serde_json::json!(ns as f64 / 1e9).to_string()
}
