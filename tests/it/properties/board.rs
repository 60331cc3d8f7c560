//! A board never shows an embargoed word before its cue has fired, whatever the show is and
//! whatever happens in it.
//!
//! Every title of a cue under embargo, and everything that is the caller's alone, carries a word
//! that occurs nowhere else. It is looked for in what is drawn, and in the value from which that is
//! drawn.

use handover::app::board::{Board, Face};
use handover::app::crew::CrewView;
use handover::app::theme::Theme;
use handover::show::DepartmentIx;
use handover::ui::board::{Glance, draw};
use handover::ui::{Capabilities, Depth, Glyphs};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{Deed, SegmentSketch, deed, do_it, opening, segment, write};
use crate::scenarios::read_show;
use crate::test_run::{Opening, TestRun};

const SIZES: [(u16, u16); 6] = [(20, 5), (36, 9), (50, 12), (80, 24), (120, 36), (200, 60)];

/// The word; nothing else on a board has it.
const SECRET: &str = "Zk";

/// The title of a cue under embargo.
fn secret(at: usize) -> String {
    format!("{SECRET}{at:03}")
}

/// Writes the show with every other cue under embargo and with words of the caller's in every cue.
fn write_with_secrets(segments: &[SegmentSketch]) -> String {
    let text = write(segments)
        .replace("title = \"T\"", "title = \"Zkstep\"")
        .replace("name = \"T\"", "name = \"Zkname\"");
    let mut pieces = text.split("title = \"C\"\n");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (at, piece) in pieces.enumerate() {
        let title = if at.is_multiple_of(2) {
            format!("{}\"\nembargo = true", secret(at))
        } else {
            format!("Open{at:03}\"")
        };
        text += &format!("title = \"{title}\ncall = \"Zkcall\"\nnotes = \"Zknote\"\n{piece}");
    }
    text
}

/// The glasses on which the board is drawn.
struct Glasses(Vec<Terminal<TestBackend>>);

impl Glasses {
    fn new() -> Self {
        Glasses(
            SIZES
                .iter()
                .map(|&(columns, rows)| Terminal::new(TestBackend::new(columns, rows)).unwrap())
                .collect(),
        )
    }

    /// All that stands on any of them.
    fn show(&mut self, board: &Board, face: Face) -> String {
        let capabilities = Capabilities { depth: Depth::Mono, glyphs: Glyphs::All };
        let glance = Glance {
            board,
            face,
            paints: (Theme::Dark, Theme::Dark.paints()),
            capabilities,
            help: false,
        };
        let mut all = String::new();
        for glass in &mut self.0 {
            glass.draw(|frame| draw(frame, &glance)).unwrap();
            let cells = glass.backend().buffer().content();
            all.extend(cells.iter().map(|cell| cell.symbol()));
            all.push('\n');
        }
        all
    }
}

/// Looks at the board of a run as it stands.
fn look(rig: &TestRun, glasses: &mut Glasses, face: Face) -> Result<(), String> {
    let board = Board::of(rig.state(), rig.now);
    let mut texts = vec![format!("{board:?}"), glasses.show(&board, face)];
    // The name of a department is its own affair.
    let departments = (0..).map(DepartmentIx).take(rig.state().show().departments.len());
    texts.extend(departments.map(|department| {
        let crew = CrewView::of(rig.state(), rig.now, department);
        format!("{:?} {:?}", crew.fired, crew.coming)
    }));
    let hidden = |at: usize| {
        at.is_multiple_of(2) && rig.state().cue(handover::show::CueIx(at as u32)).firings == 0
    };
    let secrets = rig.state().show().cues.len();
    for text in &texts {
        for word in ["Zkcall", "Zknote", "Zkstep", "Zkname"] {
            if text.contains(word) {
                return Err(format!("{word} is on the board: {text}"));
            }
        }
        if let Some(at) = (0..secrets).find(|&at| hidden(at) && text.contains(&secret(at))) {
            return Err(format!("cue {at} has not fired and is on the board: {text}"));
        }
        // Not even the beginning of one, cut off by a narrow window.
        if text.contains(SECRET) && (0..secrets).step_by(2).all(hidden) {
            return Err(format!("a part of a word is on the board: {text}"));
        }
    }
    Ok(())
}

fn follow(segments: &[SegmentSketch], deeds: &[Deed], opening: &Opening) -> Result<(), String> {
    let show = read_show(&write_with_secrets(segments))?;
    let mut rig = TestRun::open(show, opening)?;
    let mut glasses = Glasses::new();
    for (face, deed) in [Face::Board, Face::Clock, Face::Countdown].into_iter().cycle().zip(deeds) {
        do_it(&mut rig, deed)?;
        look(&rig, &mut glasses, Face::Board)?;
        look(&rig, &mut glasses, face)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_embargoed_word_is_on_a_board_before_its_cue_fires(
        segments in prop::collection::vec(segment(), 1..=4),
        deeds in prop::collection::vec(deed(), 1..24),
        auto in prop::bool::weighted(0.2),
    ) {
        let outcome = follow(&segments, &deeds, &opening(auto, true, 1));
        prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    }
}
