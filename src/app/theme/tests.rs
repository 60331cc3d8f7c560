//! Themes: contrast, distances for eyes without red or green, and what is said of a faulty file.

use super::*;

const BUILT_IN: [Theme; 4] = [Theme::Dark, Theme::Light, Theme::HighContrast, Theme::ColourBlind];

#[test]
fn contrast_is_that_of_the_standard() {
    // Black on white is 21 by definition, and #767676 the lightest grey that has 4.5 on white.
    assert!((contrast(parts(0), parts(0xff_ffff)) - 21.0).abs() < 1e-9);
    assert!(contrast(parts(0x76_7676), parts(0xff_ffff)) >= 4.5);
    assert!(contrast(parts(0x77_7777), parts(0xff_ffff)) < 4.5);
}

#[test]
fn everything_that_is_read_has_contrast() {
    for theme in BUILT_IN {
        for (ink_name, ink, ground_name, ground) in theme.paints().pairs() {
            let least = match (theme, ink_name, ground_name) {
                (Theme::HighContrast, ..) => 7.0,
                (_, _, "background") => 4.5,
                // Of the past only what is selected is read on that ground.
                (_, "past", _) => 3.5,
                _ => 4.0,
            };
            let ratio = contrast(parts(ink), parts(ground));
            assert!(ratio >= least, "{}: {ink_name} on {ground_name}: {ratio:.2}", theme.name());
        }
    }
}

/// Eyes without the long or the middle cones: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
/// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009),
/// severity 1.0, over linear RGB.
const PROTANOPIA: [[f64; 3]; 3] = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
];
const DEUTERANOPIA: [[f64; 3]; 3] = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
];
const ALL_CONES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// A colour as these eyes see it, in CIELAB (CIE 15:2004, D65; the matrix is that of sRGB).
fn seen(paint: u32, by: [[f64; 3]; 3]) -> [f64; 3] {
    let (r, g, b) = parts(paint);
    let light = [linear(r), linear(g), linear(b)];
    let times =
        |m: [[f64; 3]; 3], v: [f64; 3]| m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
    let light = times(by, light).map(|channel| channel.clamp(0.0, 1.0));
    let srgb = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ];
    let [x, y, z] = times(srgb, light);
    let f =
        |t: f64| if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
    let (x, y, z) = (f(x / 0.95047), f(y), f(z / 1.08883));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The distance of two colours for these eyes, CIE76: 2.3 is just to be seen, 100 is black to
/// white.
fn apart(a: u32, b: u32, by: [[f64; 3]; 3]) -> f64 {
    let (a, b) = (seen(a, by), seen(b, by));
    (0..3).map(|at| (a[at] - b[at]).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn distances_are_those_of_the_standard() {
    assert!((apart(0, 0xff_ffff, ALL_CONES) - 100.0).abs() < 0.1);
    // Pure red and a brown-green that look alike without the middle cones, and not at all with
    // them.
    assert!(apart(0xff_0000, 0x8a_8a00, ALL_CONES) > 70.0);
    assert!(
        apart(0xff_0000, 0x9c_8600, DEUTERANOPIA) < apart(0xff_0000, 0x9c_8600, ALL_CONES) / 2.0
    );
}

#[test]
fn meanings_stay_apart_without_red_or_green() {
    let nearest = |theme: Theme, by| {
        let ThemeColours { on_air, attention, ready, vt, .. } = *theme.paints();
        let four = [on_air, attention, ready, vt];
        let pairs = (0..4).flat_map(|a| (0..a).map(move |b| (a, b)));
        pairs.map(|(a, b)| apart(four[a], four[b], by)).fold(f64::MAX, f64::min)
    };
    for by in [PROTANOPIA, DEUTERANOPIA, ALL_CONES] {
        let distance = nearest(Theme::ColourBlind, by);
        assert!(distance >= 28.0, "{distance:.1}");
        // It is there for a reason: no other theme does as well where a cone is missing.
        if by != ALL_CONES {
            for other in [Theme::Dark, Theme::Light, Theme::HighContrast] {
                assert!(
                    nearest(other, by) < distance,
                    "{}: {:.1}",
                    other.name(),
                    nearest(other, by)
                );
            }
        }
    }
}

#[test]
fn what_is_printed_is_taken_back() {
    for theme in BUILT_IN {
        let own = parse(&write(theme, theme.paints())).unwrap();
        assert_eq!(own, OwnColours { base: theme, paints: theme.paints().clone() });
    }
    let own = parse("base = \"light\"\non-air = \"#aa0000\"\n").unwrap();
    assert_eq!(own.base, Theme::Light);
    assert_eq!(own.paints, ThemeColours { on_air: 0xaa_0000, ..LIGHT });
    assert_eq!(parse("").unwrap().paints, DARK);
}

#[test]
fn faults_name_the_line_and_the_fix() {
    for (text, line, what, fix) in [
        (
            "base = \"drak\"",
            1,
            "there is no such theme to start from",
            "write `dark`, `light`, `high-contrast` or `colour-blind`",
        ),
        ("base = \"own\"", 1, "there is no such theme to start from", "write `dark`"),
        ("\nonair = \"#ff0000\"", 2, "there is no colour called `onair`", "did you mean `on-air`?"),
        ("red = \"#ff0000\"", 1, "there is no colour called `red`", "write `base` or `background`"),
        ("on-air = \"red\"", 1, "this is not a colour", "write it as in"),
        ("on-air = \"#ff00\"", 1, "this is not a colour", "write it as in"),
        ("on-air = #ff0000", 1, "a key without a value", "write a value"),
        (
            "text = \"#101010\"",
            1,
            "`text` on `background` is unreadable: contrast 1.0",
            "choose colours with a contrast",
        ),
        (
            "background = \"#c3c9d1\"",
            1,
            "`text` on `background` is unreadable",
            "choose colours with a contrast",
        ),
    ] {
        let problems = parse(text).expect_err(text);
        let problem = &problems[0];
        assert_eq!(
            (problems.len(), problem.line_column(text).0),
            (1, line),
            "{text}: {problems:?}"
        );
        assert!(
            problem.what.starts_with(what) && problem.fix.starts_with(fix),
            "{text}: {problem:?}"
        );
    }
    assert_eq!(parse("base = \"x\"\nred = \"#ff0000\"\nvt = \"blue\"\n").unwrap_err().len(), 3);
}

#[test]
fn the_command_goes_through_all_and_to_ones_own_only_where_there_are_some() {
    let mut theme = Theme::Dark;
    for _ in 0..4 {
        theme = theme.next(false);
    }
    assert_eq!(theme, Theme::Dark);
    assert_eq!(Theme::ColourBlind.next(true), Theme::Own);
    assert_eq!(Theme::Own.next(true), Theme::Dark);
}
