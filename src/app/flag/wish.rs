//! Commands that a caller without the flag may give: they go to the holder as wishes, which it turns
//! into commands again and journals.

use crate::engine::{Command, Event, Rejection, RunNs, State};
use crate::link::{DepartmentAnswer, StandbyCall, Wish};
use crate::show::{CueIx, CueNumber, DepartmentIx, Show, StationName};

/// The wishes for the holder that stand for `command`; `None` if the command needs the flag. `now` is
/// the run's clock, if it is known here.
///
/// # Errors
/// If there is nothing to wish for: the holder would refuse the answer of a department, too.
pub fn wishes_of(
    command: &Command,
    state: &State,
    now: Option<RunNs>,
) -> Option<Result<Vec<Wish>, Rejection>> {
    let person = |person| state.show().person(person).id.clone();
    let wish = match command {
        Command::ToggleReady(_)
        | Command::Ready(_)
        | Command::ReadyAll
        | Command::ReadyFor { .. } => {
            return Some(answers(command, state, now.unwrap_or_default()));
        }
        Command::WarnFrom { department, .. } => {
            let department = state.show().department(*department).id.clone();
            Wish::WarnFrom { department, said_ns: now }
        }
        Command::Note(text) => Wish::Note { text: text.clone() },
        Command::Spot(at) => Wish::Spot { person: person(*at) },
        Command::Unspot(at) => Wish::Unspot { person: person(*at) },
        Command::NotePerson { person: at, text } => {
            Wish::NotePerson { person: person(*at), text: text.clone() }
        }
        Command::Go { .. }
        | Command::GoTo { .. }
        | Command::Start { .. }
        | Command::Stop(_)
        | Command::PauseClip(_)
        | Command::ResumeClip(_)
        | Command::StopAll
        | Command::Standby
        | Command::Override { .. }
        | Command::SwapBackup
        | Command::Step
        | Command::ToggleHold
        | Command::Hold
        | Command::Resume
        | Command::PlayheadNext
        | Command::PlayheadPrevious
        | Command::PlayheadTo(_)
        | Command::CatchUp
        | Command::ToggleSkip(_)
        | Command::Retime(_)
        | Command::Nudge(_)
        | Command::ShowMessage(_)
        | Command::ClearMessage
        | Command::Panic
        | Command::End
        | Command::Clip { .. }
        | Command::OfferFlag(_)
        | Command::AcceptFlag { .. }
        | Command::WithdrawFlag(_)
        | Command::PassFlag { .. }
        | Command::FiredAside(_)
        | Command::Warn { .. }
        | Command::Answer
        | Command::Revise(_) => return None,
    };
    Some(Ok(vec![wish]))
}

/// Answers of departments, for the standby that this station sees.
fn answers(command: &Command, state: &State, now: RunNs) -> Result<Vec<Wish>, Rejection> {
    let events = state.decide(command, now)?;
    let id = |department: DepartmentIx| state.show().department(department).id.clone();
    let wish = |cue: CueIx, department: String, is_ready: bool, from_browser: bool| {
        let call = state.cue(cue).called_ns.map(|at_ns| StandbyCall {
            cue: CueNumber::clone(&state.show().cue(cue).number),
            at_ns,
        });
        let answer = DepartmentAnswer { department, call, from_browser };
        if is_ready { Wish::Ready(answer) } else { Wish::Unready(answer) }
    };
    let next = state.playhead().ok_or(Rejection::NoPlayhead)?;
    // These two say how it shall be, whatever is on its way to the holder yet.
    if let Command::ReadyFor { cue, department, is_ready, from_browser, .. } = command {
        return Ok(vec![wish(*cue, id(*department), *is_ready, *from_browser)]);
    }
    if let Command::Ready(name) = command {
        let needs = &state.show().cue(next).needs;
        let department = state.need_named(next, name).and_then(|at| needs.get(at));
        return Ok(department.map(|at| wish(next, id(*at), true, false)).into_iter().collect());
    }
    let answers = events.into_iter().filter_map(|event| {
        if let Event::DepartmentReady { department, .. } = event {
            return Some(wish(next, department, true, false));
        }
        let Event::DepartmentUnready { department, .. } = event else { return None };
        Some(wish(next, department, false, false))
    });
    Ok(answers.collect())
}

/// The journal's reason for the end of an offer that the caller of `station` declined.
pub(super) fn declined(station: &StationName) -> String {
    format!("{station} does not want it")
}

/// The command that the wish of the caller of station `from` is for; `None` if it only asks for the
/// flag.
///
/// # Errors
/// With what this show does not have, for that caller.
pub fn command_of(wish: Wish, from: &StationName, show: &Show) -> Result<Option<Command>, String> {
    let person = |id: &str| {
        show.find_person(id).ok_or_else(|| format!("there is no person {id} in this show"))
    };
    Ok(Some(match wish {
        Wish::Ask => return Ok(None),
        Wish::Accept { offered_ns } => Command::AcceptFlag { by: from.clone(), offered_ns },
        Wish::Decline => Command::WithdrawFlag(declined(from)),
        Wish::Warn { said_ns } => Command::Warn { by: from.clone(), said_ns },
        Wish::Ready(answer) => answered(answer, true, from, show)?,
        Wish::Unready(answer) => answered(answer, false, from, show)?,
        Wish::ReadyAll => return Err(no_call(from)),
        Wish::WarnFrom { department: id, said_ns } => {
            Command::WarnFrom { department: department(&id, show)?, said_ns }
        }
        Wish::Note { text } => Command::Note(format!("{from}: {text}")),
        Wish::Spot { person: id } => Command::Spot(person(&id)?),
        Wish::Unspot { person: id } => Command::Unspot(person(&id)?),
        Wish::NotePerson { person: id, text } => {
            Command::NotePerson { person: person(&id)?, text: format!("{from}: {text}") }
        }
    }))
}

/// The command that the answer of a department at station `from` is for.
fn answered(
    answer: DepartmentAnswer,
    is_ready: bool,
    from: &StationName,
    show: &Show,
) -> Result<Command, String> {
    let DepartmentAnswer { department: id, call, from_browser } = answer;
    let StandbyCall { cue: number, at_ns } = call.ok_or_else(|| no_call(from))?;
    let cue = show.find(&number).ok_or_else(|| Rejection::NoSuchCue(number).to_string())?;
    let department = department(&id, show)?;
    Ok(Command::ReadyFor { cue, department, is_ready, from_browser, called_ns: Some(at_ns) })
}

/// The department of `show` with this id.
///
/// # Errors
/// If there is none, for the one who named it.
pub(crate) fn department(id: &str, show: &Show) -> Result<DepartmentIx, String> {
    show.find_department(id).ok_or_else(|| format!("there is no department {id} in this show"))
}

/// Reason why the answer of an older station does not count: it may be for any cue.
fn no_call(from: &StationName) -> String {
    format!(
        "the version of handover at {from} does not say which cue is answered: install this one there"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::engine::Record;
    use crate::show::{DepartmentIx, file};

    const SHOW: &str = "title = \"x\"\n[department.stunts]\n[department.sound]\n\
        [[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
        [[segment.cue]]\nnumber = \"1\"\ntitle = \"a\"\nneeds = [\"stunts\", \"sound\"]\n\
        [[segment.cue]]\nnumber = \"2\"\ntitle = \"b\"\nneeds = [\"stunts\", \"sound\"]\n";

    /// The state of a run, at a holder or at a station that follows.
    #[derive(Clone)]
    struct Run(State);

    impl Run {
        fn new() -> Self {
            let show = file::parse(SHOW, "UTC").unwrap();
            let mut run = Run(State::new(Arc::new(show)));
            run.happens(RunNs::ZERO, vec![Event::started(Timestamp::UNIX_EPOCH, false)]);
            run
        }

        fn happens(&mut self, now: RunNs, events: Vec<Event>) {
            for event in events {
                self.0.fold(&Record::new(1, Timestamp::UNIX_EPOCH, now, event));
            }
        }

        /// Gives a command so many seconds into the run, and the kinds of what followed.
        fn does(&mut self, second: i64, command: &Command) -> Result<Vec<String>, Rejection> {
            let now = RunNs::new(second * 1_000_000_000);
            let events = self.0.decide(command, now)?;
            let kinds = events.iter().map(|event| event.kind().to_owned()).collect();
            self.happens(now, events);
            Ok(kinds)
        }

        /// What becomes at this holder of a command that is given where the run is as in `seen`.
        fn hears(
            &mut self,
            second: i64,
            command: &Command,
            seen: &Run,
        ) -> Result<Vec<String>, String> {
            let wishes = wishes_of(command, &seen.0, Some(RunNs::ZERO)).expect("a wish");
            let mut kinds = vec![];
            for wish in wishes.map_err(|why| why.to_string())? {
                let command = command_of(wish, &StationName::new("la").unwrap(), self.0.show());
                let command = command?.expect("a command");
                kinds.extend(self.does(second, &command).map_err(|why| why.to_string())?);
            }
            Ok(kinds)
        }
    }

    fn answer(is_ready: bool) -> Command {
        Command::ReadyFor {
            cue: CueIx(0),
            department: DepartmentIx(0),
            is_ready,
            from_browser: true,
            called_ns: None,
        }
    }

    #[test]
    fn a_department_answers_at_a_follower_as_it_does_at_the_holder() {
        let mut paris = Run::new();
        let la = paris.clone();
        // Without a standby nothing goes to the holder.
        for command in [Command::ToggleReady(0), Command::Ready("sound".into()), answer(true)] {
            let refused = paris.hears(1, &command, &la);
            assert_eq!(refused, Err("standby was not called for cue 1".to_owned()), "{command:?}");
        }
        paris.does(1, &Command::Standby).unwrap();
        let la = paris.clone();
        let (ready, unready) =
            (|| vec!["department_ready".to_owned()], || vec!["department_unready".to_owned()]);
        assert_eq!(paris.hears(2, &Command::ToggleReady(0), &la), Ok(ready()));
        assert_eq!(paris.hears(2, &answer(true), &la), Ok(vec![]), "said twice");
        assert_eq!(paris.hears(3, &answer(false), &la), Ok(unready()));
        assert_eq!(paris.hears(4, &Command::Ready("Sound".into()), &la), Ok(ready()));
        assert_eq!(paris.hears(5, &Command::ReadyAll, &la), Ok(ready()), "of two, one was");
        let la = paris.clone();
        assert_eq!(paris.hears(6, &Command::ToggleReady(1), &la), Ok(unready()));
        assert!(paris.hears(7, &Command::ToggleReady(2), &la).is_err());
    }

    #[test]
    fn an_answer_that_the_line_kept_back_counts_for_its_own_call_alone() {
        let mut paris = Run::new();
        paris.does(1, &Command::Standby).unwrap();
        let la = paris.clone();
        paris.does(2, &Command::PlayheadNext).unwrap();
        paris.does(3, &Command::Standby).unwrap();
        for command in [answer(true), Command::ToggleReady(0), Command::ReadyAll] {
            let late = paris.hears(4, &command, &la);
            assert_eq!(late, Err("cue 1 is not the next call any more".to_owned()), "{command:?}");
        }
        paris.does(5, &Command::PlayheadPrevious).unwrap();
        paris.does(6, &Command::Standby).unwrap();
        for is_ready in [true, false] {
            let late = paris.hears(7, &answer(is_ready), &la).unwrap_err();
            assert!(late.contains("standby was called again for cue 1"), "{late}");
        }
        let la = paris.clone();
        assert_eq!(paris.hears(8, &answer(true), &la), Ok(vec!["department_ready".to_owned()]));
    }

    #[test]
    fn the_answer_of_a_version_that_does_not_say_for_what_is_refused() {
        let paris = Run::new();
        for text in [r#"{"wish":"ready","department":"stunts"}"#, r#"{"wish":"ready_all"}"#] {
            let wish: Wish = serde_json::from_str(text).unwrap();
            let refused = command_of(wish, &StationName::new("la").unwrap(), paris.0.show());
            let why = refused.unwrap_err();
            assert!(why.contains("at la does not say which cue"), "{why}");
        }
    }

    #[test]
    fn a_warning_of_a_department_goes_to_the_holder_with_its_time() {
        let mut paris = Run::new();
        let la = paris.clone();
        let warn = Command::WarnFrom { department: DepartmentIx(1), said_ns: None };
        assert_eq!(paris.hears(45, &warn, &la), Ok(vec!["department_warned".to_owned()]));
        assert!(paris.0.is_warning(DepartmentIx(1)));
        let events = la.0.decide(
            &Command::WarnFrom { department: DepartmentIx(1), said_ns: Some(RunNs::ZERO) },
            RunNs::new(45_000_000_000),
        );
        let late_ns = 45_000_000_000;
        let event = Event::DepartmentWarned { department: "sound".to_owned(), late_ns };
        assert_eq!(events, Ok(vec![event]));
    }
}
