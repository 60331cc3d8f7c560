//! Words of a device that answers: its last line, kept short, and whether it says that something
//! was wrong.
//!
//! A device may send whatever it likes, for as long as it likes: one short line is kept, and the
//! log gets few of them. Pure: bytes and time come in as arguments.

use std::mem;
use std::time::Duration;

use super::OutputReport;
use super::worker::WorkerContext;
use crate::plain::clean;
use crate::time::MachineNs;

/// Maximum number of bytes of a line that are kept; the rest of it is thrown away.
const KEPT: usize = 160;

/// Maximum number of bytes that are shown of an answer that is no text.
const BYTES_SHOWN: usize = 24;

/// Number of answers that the log takes at once.
const LOGGED_AT_ONCE: u32 = 30;

/// Interval at which the log takes one more.
const LOGGED_EVERY: Duration = Duration::from_secs(2);

/// What a device has answered since it was last asked for.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// `true` if bytes of that line were thrown away.
    is_cut: bool,
    /// `true` if no byte of it has come since the last look.
    is_old: bool,
    /// The last whole line.
    last: Option<String>,
    /// The first line since the last look that says that something was wrong.
    error: Option<String>,
    /// The last line that was logged: the answer to what keeps a device awake is always the same.
    logged: Option<String>,
    log: LogLimit,
}

impl Answers {
    /// Takes in what has come, in pieces of any size.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'\r' | b'\n' => self.end_line(),
                byte if self.line.len() < KEPT => self.line.push(byte),
                _ => self.is_cut = true,
            }
        }
        self.is_old = false;
    }

    /// Ends the line that has come so far: what comes next is another answer.
    pub(super) fn end_line(&mut self) {
        let (line, is_cut) = (mem::take(&mut self.line), mem::take(&mut self.is_cut));
        let words = words(&line, is_cut);
        if words.is_empty() {
            return;
        }
        if self.error.is_none() && is_error(&words) {
            self.error = Some(words.clone());
        }
        self.last = Some(words);
    }

    /// Shows what was answered since the last time, and has it logged. What has no line end counts
    /// as a line once nothing more of it comes.
    pub(super) fn tell(&mut self, context: &WorkerContext, now: MachineNs) {
        if mem::replace(&mut self.is_old, true) && !self.line.is_empty() {
            self.end_line();
        }
        let (last, error) = (self.last.take(), self.error.take());
        if let Some(last) = &last {
            context.gauge.answered(last.clone());
        }
        if let Some(error) = &error {
            context.gauge.refused_by_answer(format!("answers {error:?}"));
        }
        let Some(said) = error.as_ref().or(last.as_ref()) else { return };
        if error.is_none() && self.logged.as_ref() == Some(said) {
            return;
        }
        let name = &context.name;
        match self.log.takes(now) {
            Logged::Yes => {
                let words = format!("{name} answers {said:?}");
                (context.reporter)(match error {
                    Some(_) => OutputReport::Word(words),
                    None => OutputReport::Note(words),
                });
                self.logged = Some(said.clone());
            }
            Logged::Last => {
                let text = format!("{name} answers too much for the log: the outputs page has it");
                (context.reporter)(OutputReport::Note(text));
            }
            Logged::No => {}
        }
    }
}

/// An answer for people: its text, or its bytes where it is none.
fn words(line: &[u8], is_cut: bool) -> String {
    let text = String::from_utf8_lossy(line);
    // A character may have been cut in two at the end of what is kept.
    let text = if is_cut { text.trim_end_matches('\u{fffd}') } else { &text };
    let more = |there: bool| if there { " …" } else { "" };
    if !text.contains(is_strange) {
        let text = clean(text);
        return if text.is_empty() { text } else { format!("{text}{}", more(is_cut)) };
    }
    let shown = line.iter().take(BYTES_SHOWN).map(|byte| format!("{byte:02X}"));
    let shown = shown.collect::<Vec<_>>().join(" ");
    format!("{shown}{}", more(is_cut || line.len() > BYTES_SHOWN))
}

/// Returns `true` for what no text has.
fn is_strange(c: char) -> bool {
    (c.is_control() && c != '\t') || c == '\u{fffd}'
}

/// Returns `true` for an answer that says that something was wrong.
///
/// Of CasparCG that is a status of 400 to 599 and words in capital letters (AMCP, "Return codes"):
/// `404 PLAY ERROR`, `501 LOAD FAILED`. Of a projector it is `%1POWR=ERR3` (PJLink class 1 and 2,
/// section 2.3: 1 to 4) or `PJLINK ERRA`.
fn is_error(line: &str) -> bool {
    if let Some((status, words)) = line.split_once(' ')
        && status.len() == 3
        && status.starts_with(['4', '5'])
        && status.bytes().all(|b| b.is_ascii_digit())
    {
        return words.starts_with(|c: char| c.is_ascii_uppercase())
            && !words.contains(|c: char| c.is_ascii_lowercase());
    }
    let line = line.to_ascii_uppercase();
    let code = match line.strip_prefix('%') {
        Some(rest) => rest.split_once('=').map(|(_, code)| code),
        None => line.strip_prefix("PJLINK "),
    };
    code.is_some_and(|code| matches!(code, "ERR1" | "ERR2" | "ERR3" | "ERR4" | "ERRA"))
}

/// Number of answers that the log still takes.
#[derive(Debug)]
struct LogLimit {
    left: u32,
    /// Instant up to which the log's interval was counted.
    counted_to: MachineNs,
}

/// Whether an answer goes into the log.
#[derive(Debug, PartialEq, Eq)]
enum Logged {
    /// It does.
    Yes,
    /// It does not, nor does any other for now.
    Last,
    /// It does not.
    No,
}

impl Default for LogLimit {
    fn default() -> Self {
        LogLimit { left: LOGGED_AT_ONCE, counted_to: MachineNs::ZERO }
    }
}

impl LogLimit {
    fn takes(&mut self, now: MachineNs) -> Logged {
        let intervals = now.since(self.counted_to).as_nanos() / LOGGED_EVERY.as_nanos();
        let more = u32::try_from(intervals).unwrap_or(u32::MAX);
        self.left = self.left.saturating_add(more).min(LOGGED_AT_ONCE);
        if more > 0 {
            self.counted_to = now;
        }
        match self.left {
            0 => Logged::No,
            1 => {
                self.left = 0;
                Logged::Last
            }
            _ => {
                self.left -= 1;
                Logged::Yes
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::output::Light;
    use crate::output::testing::context;

    /// A context whose notes (`false`) and words (`true`) are kept.
    fn listening() -> (WorkerContext, impl Fn() -> Vec<(bool, String)>) {
        let (sender, heard) = channel();
        let sender = Mutex::new(sender);
        let reporter = Arc::new(move |news| {
            let said = match news {
                OutputReport::Word(text) => (true, text),
                OutputReport::Note(text) => (false, text),
                OutputReport::Report(_) | OutputReport::Clip(_) => panic!("{news:?}"),
            };
            sender.lock().unwrap().send(said).unwrap();
        });
        let context = WorkerContext { reporter, ..context("caspar").0 };
        (context, move || heard.try_iter().collect())
    }

    fn at(seconds: u64) -> MachineNs {
        MachineNs::ZERO + Duration::from_secs(seconds)
    }

    fn answer_of(context: &WorkerContext) -> Option<String> {
        context.gauge.health(0, at(0)).answer
    }

    #[test]
    fn the_last_line_is_shown_and_logged() {
        let (context, said) = listening();
        let mut answers = Answers::default();
        answers.tell(&context, at(0));
        assert_eq!((answer_of(&context), said()), (None, vec![]));
        answers.hear(b"200 VERSION OK\r\n2.3");
        answers.hear(b".3 LTS\r\n");
        answers.tell(&context, at(1));
        assert_eq!(answer_of(&context).as_deref(), Some("2.3.3 LTS"));
        assert_eq!(said(), [(false, "caspar answers \"2.3.3 LTS\"".to_owned())]);
        answers.tell(&context, at(2));
        assert_eq!(said(), [], "it was told already");
        // What keeps a device awake is answered alike each time.
        answers.hear(b"2.3.3 LTS\r\n");
        answers.tell(&context, at(3));
        assert_eq!(said(), [], "the log has it");
        answers.hear(b"2.4.0\r\n");
        answers.tell(&context, at(4));
        assert_eq!(said(), [(false, "caspar answers \"2.4.0\"".to_owned())]);
    }

    #[test]
    fn an_error_lights_the_output_and_is_a_word() {
        let (context, said) = listening();
        let mut answers = Answers::default();
        // AMCP repeats the command after a 400, and the next command may have gone well.
        answers.hear(b"400 ERROR\r\nPALY 1-10\r\n202 PLAY OK\r\n");
        answers.tell(&context, at(1));
        let health = context.gauge.health(0, at(1));
        assert_eq!(
            (health.light, health.error.as_deref()),
            (Light::Refused, Some("answers \"400 ERROR\""))
        );
        assert_eq!(health.answer.as_deref(), Some("202 PLAY OK"));
        assert_eq!(said(), [(true, "caspar answers \"400 ERROR\"".to_owned())]);
    }

    #[test]
    fn errors_are_those_of_the_two_protocols() {
        for line in [
            "404 PLAY ERROR",
            "501 LOADBG FAILED",
            "400 ERROR",
            "503 MIXER FAILED",
            "%1POWR=ERR3",
            "%2INPT=ERR1",
            "PJLINK ERRA",
            "%1powr=err2",
        ] {
            assert!(is_error(line), "{line}");
        }
        for line in [
            "202 PLAY OK",
            "200 INFO OK",
            "404 files",
            "4040 PLAY ERROR",
            "404",
            "%1POWR=OK",
            "%1NAME=ERR5",
            "PJLINK 0",
            "PJLINK 1 498e4a67",
            "ERR3",
            "4é4 PLAY",
        ] {
            assert!(!is_error(line), "{line}");
        }
    }

    #[test]
    fn what_is_no_text_is_shown_as_bytes() {
        for (bytes, said) in [
            (&b"\x90\x41\xFF"[..], "90 41 FF"),
            (b"\x02OK\x03", "02 4F 4B 03"),
            (b"\x1B[2J", "1B 5B 32 4A"),
            ("Vidéo".as_bytes(), "Vidéo"),
            (b"a\tb", "a b"),
            ("a\u{202e}b".as_bytes(), "ab"),
            (b"  ", ""),
        ] {
            assert_eq!(words(bytes, false), said);
        }
        assert_eq!(words(&"é".as_bytes()[..1], true), "", "a character that was cut in two");
        let long = words(&[0; 100], false);
        assert!(long.starts_with("00 00") && long.ends_with("00 …") && long.len() < 80, "{long}");
    }

    #[test]
    fn an_answer_without_a_line_end_counts_once_nothing_more_comes() {
        let (context, said) = listening();
        let mut answers = Answers::default();
        answers.hear(b"\x90\x50");
        answers.tell(&context, at(1));
        answers.hear(b"\x02\xFF");
        answers.tell(&context, at(2));
        assert_eq!(said(), []);
        answers.tell(&context, at(3));
        assert_eq!(said(), [(false, "caspar answers \"90 50 02 FF\"".to_owned())]);
    }

    #[test]
    fn a_device_that_never_stops_is_kept_short() {
        let (context, said) = listening();
        let mut answers = Answers::default();
        (0..1_000).for_each(|_| answers.hear(&[b'x'; 10_000]));
        assert!(answers.line.capacity() <= 2 * KEPT);
        answers.end_line();
        answers.tell(&context, at(0));
        let shown = answer_of(&context).unwrap();
        assert_eq!(shown, format!("{} …", "x".repeat(KEPT)));

        said();
        // Four looks a second, each with something new: the log takes what it may and says so once.
        for look in 0..4_000_u64 {
            answers.hear(format!("line {look}\r\n").as_bytes());
            answers.tell(&context, MachineNs::ZERO + Duration::from_millis(250 * look));
        }
        let said = said();
        let most = LOGGED_AT_ONCE as usize + 1_000 / LOGGED_EVERY.as_secs() as usize;
        assert!(said.len() <= most + 1, "{}", said.len());
        assert!(said.iter().any(|(_, text)| text.contains("too much for the log")));
        assert_eq!(answer_of(&context).as_deref(), Some("line 3999"));
    }
}
