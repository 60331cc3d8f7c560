//! Answers that need no station: questions, subscriptions of a client, and the cue that a request
//! means.

use std::time::Duration;

use super::Hub;
use crate::remote::address::{AskTarget, CueItem, CueVerb, QlabSetting, RemoteAsk};
use crate::remote::clients::{CLIENTS_MAX, Client};
use crate::remote::list::QLAB_VERSION;
use crate::remote::reply::text;
use crate::remote::values::CueFacts;
use crate::remote::{GO_GUARD, PacketSender, RemoteCommand, Running};
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
        ask: &RemoteAsk,
        peer: PacketSender,
        now: MachineNs,
    ) -> Result<Vec<String>, String> {
        let address = peer.address();
        let data = match ask {
            RemoteAsk::Workspaces => {
                self.words.workspaces(self.passcode.is_some(), self.may_speak(peer))
            }
            RemoteAsk::Version => text(QLAB_VERSION),
            RemoteAsk::Thump => text("thump"),
            RemoteAsk::CueLists(form) => match &self.cue_lists {
                Some((known, lists)) if known == form => lists.clone(),
                _ => {
                    let lists = self.words.cue_lists(*form);
                    self.cue_lists = Some((*form, lists.clone()));
                    lists
                }
            },
            RemoteAsk::RunningCues(form) => {
                self.words.cues(self.running(now).map(|running| running.cue), *form)
            }
            RemoteAsk::SelectedCues(form) => self.words.cues(self.next(), *form),
            RemoteAsk::Children(target, form) => {
                let items = self.items(*target, now);
                return Ok(items.iter().map(|item| self.words.children_of(*item, *form)).collect());
            }
            RemoteAsk::Value(target, key) => {
                return self.say_of(*target, now, |facts| facts.value(key).to_string());
            }
            RemoteAsk::Values(target, keys) => {
                return self.say_of(*target, now, |facts| facts.values(keys).to_string());
            }
            RemoteAsk::PlayheadId => {
                text(&self.next().map_or("none".to_owned(), |next| self.words.id(Some(next))))
            }
            RemoteAsk::PlayheadNumber => text(self.words.number(self.next())),
            RemoteAsk::Setting(QlabSetting::On) => "true".to_owned(),
            RemoteAsk::Setting(QlabSetting::Off) => "false".to_owned(),
            RemoteAsk::Setting(QlabSetting::MinGoTime) => seconds(nanoseconds(GO_GUARD)),
            RemoteAsk::GoGuard => {
                let since = self.went.map(|went| now.since(went));
                let left = since.map_or(Duration::ZERO, |since| GO_GUARD.saturating_sub(since));
                seconds(nanoseconds(left))
            }
            RemoteAsk::Updates(wanted) => {
                self.agree(peer, *wanted, now, |client| client.updates = *wanted)?
            }
            RemoteAsk::AlwaysReply(wanted) => {
                self.agree(peer, true, now, |client| client.quiet = !wanted)?
            }
            RemoteAsk::UdpReplyPort(port) => {
                self.agree(peer, true, now, |client| client.reply_port = Some(*port))?
            }
            RemoteAsk::Listen(wanted) => {
                self.agree(peer, true, now, |client| client.listen(wanted))?
            }
            RemoteAsk::Ignore(unwanted) => {
                self.agree(peer, false, now, |client| client.ignore(unwanted))?
            }
            RemoteAsk::Subscribe(port) => self.agree(peer, true, now, |client| {
                client.feed = Some((address.ip(), port.unwrap_or(address.port())).into());
            })?,
            RemoteAsk::Unsubscribe => self.agree(peer, false, now, |client| client.feed = None)?,
            RemoteAsk::Release
            | RemoteAsk::Disconnect
            | RemoteAsk::Connect(_)
            | RemoteAsk::RemoteCommand(_)
            | RemoteAsk::Do(..) => "null".to_owned(),
        };
        Ok(vec![data])
    }

    /// Remembers something of a client; who only takes something back needs no place for that.
    fn agree(
        &mut self,
        peer: PacketSender,
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
    fn items(&self, target: AskTarget, now: MachineNs) -> Vec<CueItem> {
        match target {
            AskTarget::Item(item) => vec![item],
            AskTarget::Playhead => self.next().map(CueItem::Cue).into_iter().collect(),
            AskTarget::Active => self
                .running(now)
                .map(|running| CueItem::Cue(running.cue))
                .take(REPLIES_MAX)
                .collect(),
        }
    }

    /// One reply for each of what is meant, as QLab has it.
    fn say_of(
        &self,
        target: AskTarget,
        now: MachineNs,
        say: impl Fn(&CueFacts<'_>) -> String,
    ) -> Result<Vec<String>, String> {
        let items = self.items(target, now);
        if items.is_empty() {
            return Err(nothing_meant(target).to_owned());
        }
        let facts = |item: &CueItem| CueFacts {
            words: &self.words,
            item: *item,
            running: self.progress(*item, now),
            is_loaded: self.loaded.is_some_and(|cue| *item == CueItem::Cue(cue)),
        };
        Ok(items.iter().map(|item| say(&facts(item))).collect())
    }

    /// Progress of a cue or segment, if it runs.
    fn progress(&self, item: CueItem, now: MachineNs) -> Option<Running> {
        match item {
            CueItem::Cue(cue) => self.running(now).find(|running| running.cue == cue),
            // Companion counts down a group before a cue, and what the caller wants to see is the
            // cue.
            CueItem::Segment(_) | CueItem::List => None,
        }
    }

    /// The wish that is meant, where only now is known which cue that is.
    ///
    /// # Errors
    /// With the reason, where the program has nothing like it.
    pub(super) fn wish_of(
        &self,
        target: AskTarget,
        verb: CueVerb,
    ) -> Result<RemoteCommand, String> {
        let which = || "say which cue".to_owned();
        let cue = match (target, verb) {
            (AskTarget::Playhead | AskTarget::Item(CueItem::List), CueVerb::Go) => {
                return Ok(RemoteCommand::Go);
            }
            (AskTarget::Active | AskTarget::Item(CueItem::List), CueVerb::Stop) => {
                return Ok(RemoteCommand::StopAll);
            }
            (AskTarget::Active | AskTarget::Item(CueItem::List), CueVerb::Panic) => {
                return Ok(RemoteCommand::Panic);
            }
            (AskTarget::Active | AskTarget::Item(CueItem::List), CueVerb::Pause) => {
                return Ok(RemoteCommand::Hold);
            }
            (AskTarget::Active | AskTarget::Item(CueItem::List), CueVerb::Resume) => {
                return Ok(RemoteCommand::Resume);
            }
            (AskTarget::Active | AskTarget::Item(CueItem::List), CueVerb::TogglePause) => {
                return Ok(RemoteCommand::TogglePause);
            }
            (AskTarget::Active, CueVerb::Go | CueVerb::Start | CueVerb::Load) => {
                return Err(which());
            }
            (AskTarget::Item(CueItem::List), CueVerb::Start | CueVerb::Load) => return Err(which()),
            (AskTarget::Item(CueItem::Segment(_)), _) => {
                return Err("a segment is not called: name one of its cues".into());
            }
            (AskTarget::Item(CueItem::Cue(cue)), _) => cue,
            (AskTarget::Playhead, _) => {
                self.next().ok_or_else(|| nothing_meant(target).to_owned())?
            }
        };
        match verb {
            CueVerb::Go => Ok(RemoteCommand::GoTo(cue)),
            CueVerb::Start => Ok(RemoteCommand::Start(cue)),
            CueVerb::Stop | CueVerb::Panic => Ok(RemoteCommand::Stop(cue)),
            CueVerb::Load => Ok(RemoteCommand::Load(cue)),
            CueVerb::Pause => self.clip_of(cue).map(|_| RemoteCommand::PauseClip(cue)),
            CueVerb::Resume => self.clip_of(cue).map(|_| RemoteCommand::ResumeClip(cue)),
            CueVerb::TogglePause => self.clip_of(cue).map(|moves| {
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

fn nothing_meant(target: AskTarget) -> &'static str {
    match target {
        AskTarget::Active => "no cue is running",
        AskTarget::Playhead | AskTarget::Item(_) => "no cue is at the playhead",
    }
}

fn seconds(ns: u64) -> String {
    serde_json::json!(ns as f64 / 1e9).to_string()
}
