//! Driving the conductor: what it asks for is done here, in its order, on the journal, the outputs
//! and the application.

use super::Station;
use crate::app::log::LogWord;
use crate::app::{Tone, resumed};
use crate::conductor::{By, ConductorInput, ConductorOutput};
use crate::engine::{Command, Rejection};
use crate::runtime::clock::machine_ns;
use crate::time::MachineNs;

impl Station {
    /// Lets go of what stands ready, because something is about to be looked at or done.
    pub(super) fn flush(&mut self) {
        self.drive(ConductorInput::Flush);
    }

    /// Does what has fallen due, and tells the outputs what may come next.
    pub(super) fn tick(&mut self) {
        self.drive(ConductorInput::Tick);
    }

    /// Gives a command; where a key or the program gave it, the caller is told why it was refused.
    ///
    /// # Errors
    /// With the reason.
    pub(super) fn obey(&mut self, by: By, command: Command) -> Result<(), Rejection> {
        self.drive(ConductorInput::Command { by, command }).unwrap_or(Ok(()))
    }

    /// Hands `input` to the conductor and does everything that follows from it now. Gives what
    /// became of the command that it was, if it was one.
    pub(super) fn drive(&mut self, input: ConductorInput) -> Option<Result<(), Rejection>> {
        let now_ns = machine_ns();
        let (mut reply, mut heard) = (None, self.news.len());
        self.conductor.handle(now_ns, input);
        loop {
            let polled_ns = machine_ns();
            let Some(output) = self.conductor.poll_output(polled_ns) else { break };
            match output {
                ConductorOutput::Append(records) => {
                    if let Some(journal) = &mut self.journal
                        && let Err(error) = journal.append(&records)
                    {
                        self.app.journal_alarm = Some(error.to_string());
                    }
                    // The packets have not left yet: what comes first costs no memory of its own.
                    if self.news.is_empty() {
                        self.news = records;
                    } else {
                        self.news.extend(records);
                    }
                }
                ConductorOutput::Send(job) => {
                    if let Some(outcome) = self.outputs.send(job, polled_ns) {
                        self.conductor.handle(machine_ns(), ConductorInput::Outcome(job, outcome));
                    }
                }
                ConductorOutput::Stop { cue, over } => self.outputs.stop(cue, over, polled_ns),
                ConductorOutput::GiveWay { cue, action } => self.outputs.gives_way(cue, action),
                ConductorOutput::EndRamps => self.outputs.end_ramps(),
                ConductorOutput::PauseClip(cue) => self.outputs.freeze(cue, true, polled_ns),
                ConductorOutput::ResumeClip(cue) => self.outputs.freeze(cue, false, polled_ns),
                ConductorOutput::StopAll(outputs) => {
                    let is_meant = |output| outputs.contains(&output);
                    for report in self.outputs.panic_of(is_meant, polled_ns) {
                        self.conductor.handle(machine_ns(), ConductorInput::Report(report));
                    }
                }
                ConductorOutput::Reply { by, command, result } => {
                    heard = self.happened(heard, now_ns);
                    match &result {
                        Ok(()) => self.app.obeyed(&command, self.conductor.state(), machine_ns()),
                        Err(rejection) if by != By::Remote => {
                            let state = self.conductor.state();
                            self.app.refused(rejection, state, machine_ns())
                        }
                        Err(_) => {}
                    }
                    reply = Some(result);
                }
                ConductorOutput::ClipsLost(cues) => {
                    let show = self.conductor.state().show();
                    let number = |cue| show.cue(cue).number.to_string();
                    let cues: Vec<String> = cues.into_iter().map(number).collect();
                    let text = resumed::clips_lost(&cues);
                    self.words.push(LogWord::program(text.clone(), Tone::Alarm, self.run_ns()));
                    self.clips_lost = Some(text);
                }
                ConductorOutput::Arm(cues) => self.outputs.arm(&cues),
                ConductorOutput::Join(joins) => self.outputs.join(&joins),
                ConductorOutput::Outages(outputs) => self.outputs.pretend_down(&outputs),
                ConductorOutput::ShowTime(time) => self.show_time(time, polled_ns),
                // A run of its own has none of these.
                ConductorOutput::Tell(told) => self.tell(told),
                ConductorOutput::Propose(record) => self.propose(*record),
                ConductorOutput::Muted(muted) => self.mute_outputs(muted),
                ConductorOutput::Revised => self.revised(),
                ConductorOutput::StoodStill => self.stood_still(),
            }
        }
        self.happened(heard, now_ns);
        // What stands ready leaves first.
        if !self.conductor.is_ahead() {
            self.ship();
        }
        reply
    }

    /// Tells the application of the news from `heard` on, now that the packets have left; gives
    /// where the news end.
    fn happened(&mut self, heard: usize, now_ns: MachineNs) -> usize {
        for record in self.news.get(heard..).unwrap_or_default() {
            self.app.happened(&record.event, self.conductor.state(), now_ns);
        }
        self.news.len()
    }
}
