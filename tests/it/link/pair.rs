//! Two stations in two terminals, a real server between them, and far ends that listen.

use std::time::Duration;

use super::NatsServer;
use crate::harness::{House, Journal, PATIENCE, Program, Wire, await_some};

/// Paris, which begins the run, and LA, which joins it.
pub(super) struct Pair {
    pub(super) paris: Program,
    pub(super) la: Program,
    pub(super) houses: [House; 2],
    pub(super) wire: Wire,
    pub(super) wire_la: Wire,
    pub(super) server: NatsServer,
}

/// Four cues by hand, each also for LA's own desk, and a chain of `links` after the last one.
fn show(wire: &Wire, wire_la: &Wire, links: usize) -> String {
    let mut text = format!(
        "title = \"Two venues\"\n[output.lights]\n{}\n[output.la-lights]\n{}\nstation = \"la\"\n\
         [[segment]]\ntitle = \"Act\"\nduration = \"30m\"\n",
        wire.output(),
        wire_la.output()
    );
    for n in 1..=4 {
        text += &format!(
            "[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"By hand {n}\"\n\
             do = [{{ output = \"lights\", osc = \"/{n}\" }}, {{ output = \"la-lights\", osc = \"/la/{n}\" }}]\n"
        );
    }
    for n in 1..=links {
        let before = if n == 1 { "4".to_owned() } else { format!("L{}", n - 1) };
        text += &format!(
            "[[segment.cue]]\nnumber = \"L{n}\"\ntitle = \"Link {n}\"\n\
             trigger = {{ with = \"{before}\", delay = \"0.02s\" }}\n\
             do = [{{ output = \"lights\", osc = \"/L{n}\" }}, {{ output = \"la-lights\", osc = \"/la/L{n}\" }}]\n"
        );
    }
    text
}

impl Pair {
    pub(super) fn new(links: usize) -> Self {
        let server = NatsServer::start();
        let url = server.url();
        Self::by([&url, &url], server, links)
    }

    /// With a line of its own for each station.
    pub(super) fn by(urls: [&str; 2], server: NatsServer, links: usize) -> Self {
        Self::with(urls, server, links, &[])
    }

    /// With these arguments for LA.
    pub(super) fn with(urls: [&str; 2], server: NatsServer, links: usize, la: &[&str]) -> Self {
        Self::of(|wire, wire_la| show(wire, wire_la, links), urls, server, la)
    }

    /// With another show, called "Two venues" as well, and these arguments for LA.
    pub(super) fn of(
        show: impl FnOnce(&Wire, &Wire) -> String,
        urls: [&str; 2],
        server: NatsServer,
        la: &[&str],
    ) -> Self {
        let (wire, wire_la) = (Wire::new(), Wire::new());
        let houses = [House::new(), House::new()];
        let show = houses[0].show(&show(&wire, &wire_la));
        let paris = houses[0].open(&["--share", urls[0], "--station", "paris", &show]);
        paris.await_words(&["THE FLAG IS HERE"]);
        let joined = await_some(PATIENCE, || {
            let listed = crate::commands::succeeds(&["stations", urls[0]]);
            listed.contains("Two venues").then_some(())
        });
        joined.expect("the run is listed");
        let joins = ["join", urls[1], "--station", "la"];
        let la = houses[1].open(&[&joins[..], la].concat());
        la.await_words(&["PARIS HAS THE FLAG"]);
        paris.await_screen("la to be heard", |text| !text.contains("no other station"));
        Pair { paris, la, houses, wire, wire_la, server }
    }

    pub(super) fn journals(&self) -> [Journal; 2] {
        [self.houses[0].journal(), self.houses[1].journal()]
    }

    /// Two stations after the first GO, and the journal that both have, with what became of it.
    pub(super) fn after_go() -> (Self, Journal) {
        let mut pair = Self::new(0);
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        pair.wire_la.expect("/la/1");
        // What la tells of its message is a record, too.
        pair.paris.await_event("action_sent", 2);
        let journal = pair.await_same_journal();
        (pair, journal)
    }

    /// Waits until both have the same journal, and gives it.
    pub(super) fn await_same_journal(&self) -> Journal {
        let same = await_some(PATIENCE, || {
            let [ours, theirs] = self.journals();
            (ours.lines == theirs.lines).then_some(ours)
        });
        same.unwrap_or_else(|| panic!("{}\n{}", self.paris.account(), self.la.account()))
    }

    /// Passes the flag from one to the other. Gives the screen on which that one was briefed.
    pub(super) fn pass(&mut self, to_la: bool) -> String {
        let (giver, taker, name) = if to_la {
            (&mut self.paris, &mut self.la, "LA HAS THE FLAG")
        } else {
            (&mut self.la, &mut self.paris, "PARIS HAS THE FLAG")
        };
        giver.press_to_see("f", &["offers the flag to"]);
        giver.press_to_see("\r", &["the offer lapses"]);
        taker.await_words(&["offers"]);
        taker.press_to_see("f", &["Enter ACCEPT THE FLAG"]);
        let briefing = taker.screen();
        taker.keys("\r");
        giver.await_words(&["Enter PASS THE FLAG"]);
        // An Enter that is held down passes nothing.
        giver.let_go();
        // Where the other one stood still for a moment, the pass is refused with a word.
        let passed = (0..5).any(|_| {
            giver.keys("\r");
            let is_gone = || giver.screen().contains(name).then_some(());
            await_some(Duration::from_secs(4), is_gone).is_some()
        });
        assert!(passed, "{}", giver.account());
        taker.await_words(&["THE FLAG IS HERE"]);
        briefing
    }

    /// Paris's caller gives the four GOs, and the chain begins.
    pub(super) fn call_all(&mut self) {
        for n in 1..=4 {
            self.paris.keys(" ");
            self.wire.expect(&format!("/{n}"));
            self.wire_la.expect(&format!("/la/{n}"));
            self.paris.guard();
        }
    }

    /// LA's caller takes the flag from Paris, which is silent.
    pub(super) fn la_takes(&mut self, reason: &str) {
        self.la.await_words(&["paris last heard", "f takes it"]);
        self.la.press_to_see("f", &["TAKE THE FLAG", "it may still be firing"]);
        self.la.keys(&format!("{reason}\r"));
        self.la.await_words(&["THE FLAG IS HERE"]);
    }
}
