//! Themes: which colours there are to choose from, the paints of each by what they mean, and
//! theme.toml.
//!
//! Owns the paints of terminals that have all colours; [`crate::ui`] makes styles of them and knows
//! what sixteen colours, or none, get instead. Nothing is told by colour alone in any theme. It
//! reads text, not the disk.
//!
//! ```toml
//! base = "dark"
//! background = "#000000"
//! on-air = "#ff5a52"
//! ```

use std::str::FromStr;

use strum::VariantArray;

use crate::show::Colour;
use crate::show::file::settings::{self, Setting, closest, one_of, quoted};
use crate::show::problem::Problem;

/// The colours of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, VariantArray)]
pub enum Theme {
    /// For the dark of a control room.
    #[default]
    Dark,
    /// For daylight.
    Light,
    /// Black, and every word at least 7 to 1 over it: what WCAG 2 asks of level AAA.
    HighContrast,
    /// Dark, with meanings that stay apart for eyes without red or without green.
    ColourBlind,
    /// The caller's own, from theme.toml.
    Own,
}

/// The caller's own colours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnColours {
    /// Theme that they begin from, and that a terminal of sixteen colours gets.
    pub base: Theme,
    /// The colours.
    pub paints: ThemeColours,
}

impl Theme {
    /// All of them, in the order in which the command `theme` goes through them.
    pub const ALL: &'static [Theme] = <Theme as VariantArray>::VARIANTS;

    /// Its name on the command line and in theme.toml.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::HighContrast => "high-contrast",
            Theme::ColourBlind => "colour-blind",
            Theme::Own => "own",
        }
    }

    /// The theme after this one; the caller's own is among them if `has_own`.
    pub fn next(self, has_own: bool) -> Theme {
        let at = Theme::ALL.iter().position(|theme| *theme == self).unwrap_or(0);
        let next = Theme::ALL[(at + 1) % Theme::ALL.len()];
        if next == Theme::Own && !has_own { Theme::Dark } else { next }
    }

    /// Its paints; those of the caller's own are not known here, and are the dark ones.
    pub fn paints(self) -> &'static ThemeColours {
        match self {
            Theme::Dark | Theme::Own => &DARK,
            Theme::Light => &LIGHT,
            Theme::HighContrast => &HIGH_CONTRAST,
            Theme::ColourBlind => &COLOUR_BLIND,
        }
    }
}

/// The colours of a theme where the terminal has all, each `0xrrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table of names below says what each is for")]
pub struct ThemeColours {
    pub background: u32,
    pub raised: u32,
    pub selected: u32,
    pub text: u32,
    pub strong: u32,
    pub past: u32,
    pub rule: u32,
    pub on_air: u32,
    pub attention: u32,
    pub ready: u32,
    pub vt: u32,
    pub quiet: u32,
}

const DARK: ThemeColours = ThemeColours {
    background: 0x0b_0d10,
    raised: 0x16_1b21,
    selected: 0x1e_2a38,
    text: 0xc3_c9d1,
    strong: 0xff_ffff,
    past: 0x7c_8693,
    rule: 0x33_3b45,
    on_air: 0xff_5a52,
    attention: 0xff_b52e,
    ready: 0x4c_d08a,
    vt: 0x6a_b4ff,
    quiet: 0x2b_333d,
};

const LIGHT: ThemeColours = ThemeColours {
    background: 0xfb_faf7,
    raised: 0xef_ede7,
    selected: 0xdb_e6f3,
    text: 0x2d_3238,
    strong: 0x00_0000,
    past: 0x68_6e76,
    rule: 0xc8_c6bf,
    on_air: 0xc0_1218,
    attention: 0x95_5300,
    ready: 0x0a_733a,
    vt: 0x0a_56ac,
    quiet: 0xdd_dbd4,
};

const HIGH_CONTRAST: ThemeColours = ThemeColours {
    background: 0x00_0000,
    raised: 0x12_1519,
    selected: 0x0a_203c,
    text: 0xf4_f6f8,
    strong: 0xff_ffff,
    past: 0xc2_c9d2,
    rule: 0x68_707a,
    on_air: 0xff_8b83,
    attention: 0xff_d84d,
    ready: 0x63_e6a1,
    vt: 0x8f_c9ff,
    quiet: 0x30_3740,
};

/// The four that mean something are those of M. Okabe and K. Ito, "Color Universal Design" (2008,
/// jfly.uni-koeln.de): vermillion #d55e00 (made a little lighter, for the dark), yellow #f0e442,
/// bluish green #009e73 (likewise), sky blue
/// #56b4e9.
const COLOUR_BLIND: ThemeColours = ThemeColours {
    on_air: 0xe6_6408,
    attention: 0xf0_e442,
    ready: 0x00_a87b,
    vt: 0x56_b4e9,
    ..DARK
};

/// The paints as theme.toml names them, with what each is for.
const NAMES: [(&str, &str); 12] = [
    ("background", "under everything"),
    ("raised", "under a panel that lies over others"),
    ("selected", "under the selected row"),
    ("text", "plain words"),
    ("strong", "what has to be read first"),
    ("past", "past, to come, or secondary"),
    ("rule", "rules, and the part of a bar that is still to come"),
    ("on-air", "on air, and alarms"),
    ("attention", "standby called, over, late, held, an output down"),
    ("ready", "ready, or done well"),
    ("vt", "pre-recorded (VT)"),
    ("quiet", "under a badge that is neither good nor bad"),
];

/// A right line of theme.toml, for fixes.
pub const EXAMPLE: &str = "on-air = \"#ff5a52\"";

/// Minimum contrast of everything that is read. With less the file is faulty: nobody could read the
/// warning about it.
const CONTRAST_MIN: f64 = 3.0;

impl ThemeColours {
    fn each(&self) -> [u32; 12] {
        let ThemeColours { background, raised, selected, text, strong, past, rule, .. } = *self;
        let ThemeColours { on_air, attention, ready, vt, quiet, .. } = *self;
        [
            background, raised, selected, text, strong, past, rule, on_air, attention, ready, vt,
            quiet,
        ]
    }

    fn named(&mut self, name: &str) -> Option<&mut u32> {
        Some(match name {
            "background" => &mut self.background,
            "raised" => &mut self.raised,
            "selected" => &mut self.selected,
            "text" => &mut self.text,
            "strong" => &mut self.strong,
            "past" => &mut self.past,
            "rule" => &mut self.rule,
            "on-air" => &mut self.on_air,
            "attention" => &mut self.attention,
            "ready" => &mut self.ready,
            "vt" => &mut self.vt,
            "quiet" => &mut self.quiet,
            _ => return None,
        })
    }

    /// Pairs of text and background colours that are read together, by name.
    fn pairs(&self) -> Vec<(&'static str, u32, &'static str, u32)> {
        let on = |ground: &'static str, paint: u32| {
            let inks = [
                ("text", self.text),
                ("strong", self.strong),
                ("past", self.past),
                ("on-air", self.on_air),
                ("attention", self.attention),
                ("ready", self.ready),
                ("vt", self.vt),
            ];
            inks.map(|(name, ink)| (name, ink, ground, paint))
        };
        let grounds =
            [("background", self.background), ("raised", self.raised), ("selected", self.selected)];
        let mut pairs: Vec<_> =
            grounds.into_iter().flat_map(|(name, paint)| on(name, paint)).collect();
        pairs.push(("text", self.text, "quiet", self.quiet));
        pairs
    }
}

/// Reads a theme.toml.
///
/// # Errors
/// With all the faults that the file has, by place, at least one.
pub fn parse(text: &str) -> Result<OwnColours, Vec<Problem>> {
    let read = settings::read(text, EXAMPLE);
    let mut problems = read.problems;
    let fault =
        |problems: &mut Vec<Problem>, span: &std::ops::Range<usize>, what: String, fix: String| {
            problems.push(Problem::error(span.clone(), what, fix));
        };
    let base =
        read.lines.iter().find(|line| line.name.text == "base").map_or(Some(Theme::Dark), |line| {
            let base = Theme::ALL
                .iter()
                .copied()
                .filter(|theme| *theme != Theme::Own)
                .find(|theme| is(line, theme.name()));
            if base.is_none() {
                let names: Vec<&str> =
                    Theme::ALL.iter().take(4).map(|theme| theme.name()).collect();
                fault(
                    &mut problems,
                    &line.span,
                    "there is no such theme to start from".into(),
                    format!("write {}", one_of(&names)),
                );
            }
            base
        });
    let mut paints = base.unwrap_or_default().paints().clone();
    for line in read.lines.iter().filter(|line| line.name.text != "base") {
        let Some(paint) = paints.named(&line.name.text) else {
            let names = NAMES.map(|(name, _)| name);
            let fix = closest(&line.name.text, names).map_or_else(
                || format!("write `base` or {}", one_of(&names)),
                |name| format!("did you mean {}?", quoted(name)),
            );
            fault(
                &mut problems,
                &line.name.span,
                format!("there is no colour called {}", quoted(&line.name.text)),
                fix,
            );
            continue;
        };
        let value = line.values.first().filter(|_| line.values.len() == 1);
        match value.and_then(|value| Colour::from_str(&value.text).ok()) {
            Some(Colour::Rgb(r, g, b)) => *paint = u32::from_be_bytes([0, r, g, b]),
            _ => fault(
                &mut problems,
                &line.span,
                "this is not a colour".into(),
                format!("write it as in `{EXAMPLE}`"),
            ),
        }
    }
    if problems.is_empty() {
        problems.extend(pale(&paints, &read.lines));
    }
    problems.sort_by(Problem::by_place);
    if problems.is_empty() {
        Ok(OwnColours { base: base.unwrap_or_default(), paints })
    } else {
        Err(problems)
    }
}

fn is(line: &Setting, name: &str) -> bool {
    matches!(line.values.as_slice(), [only] if only.text == name)
}

/// Problems of pairs that nobody could read, at the line that makes them so.
fn pale(paints: &ThemeColours, lines: &[Setting]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = vec![];
    for (ink_name, ink, ground_name, ground) in paints.pairs() {
        let ratio = contrast(parts(ink), parts(ground));
        let line = |name: &str| lines.iter().find(|line| line.name.text == name);
        // The built-in themes hold among themselves, so one of the two is the file's.
        let Some(at) =
            line(ink_name).or_else(|| line(ground_name)).filter(|_| ratio < CONTRAST_MIN)
        else {
            continue;
        };
        if problems.iter().any(|problem| problem.place == at.span.clone().into()) {
            continue;
        }
        let what = format!(
            "{} on {} is unreadable: contrast {ratio:.1}",
            quoted(ink_name),
            quoted(ground_name)
        );
        let fix = format!("choose colours with a contrast of at least {CONTRAST_MIN}");
        problems.push(Problem::error(at.span.clone(), what, fix));
    }
    problems
}

/// A theme in the form of theme.toml: what [`parse`] takes, with a word on each paint.
pub fn write(base: Theme, paints: &ThemeColours) -> String {
    let mut text = format!(
        "# The colours of handover as they are in force. Save this as theme.toml and change what you like;\n\
         # a paint that is left out is that of the base.\n\n\
         # {}; also what a terminal of sixteen colours gets\n\
         base = \"{}\"\n\n",
        Theme::ALL.iter().take(4).map(|theme| theme.name()).collect::<Vec<_>>().join(", "),
        base.name(),
    );
    for ((name, what), paint) in NAMES.into_iter().zip(paints.each()) {
        text += &format!("{:26}# {what}\n", format!("{name} = \"#{paint:06x}\""));
    }
    text
}

/// Red, green and blue of `0xrrggbb`.
pub fn parts(hex: u32) -> (u8, u8, u8) {
    let [_, r, g, b] = hex.to_be_bytes();
    (r, g, b)
}

/// The contrast of two colours, 1 to 21, as WCAG 2.2 computes it ("contrast ratio" and "relative
/// luminance").
pub fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let light =
        |(r, g, b): (u8, u8, u8)| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (light(a) + 0.05, light(b) + 0.05);
    if a > b { a / b } else { b / a }
}

/// A channel of sRGB (IEC 61966-2-1) as light, 0 to 1.
fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests;
