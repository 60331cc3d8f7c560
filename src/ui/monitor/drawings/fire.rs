//! Fire: a flame in its bowl that burns down as the cue goes on, and fireworks over the roofs.

use super::field::{At, Field};
use super::{DrawnMoment, ink, tower};

/// Height of the bowl.
const BOWL: f64 = 0.36;

/// A flame in a bowl; at the end of the cue there is only smoke.
pub(super) fn flame(field: &mut Field, moment: DrawnMoment) -> Option<At> {
    field.ground();
    field.rows(
        (0.0, BOWL - 0.1),
        |y| (-0.03 - 0.1 * (0.12 - y).max(0.0), 0.03 + 0.1 * (0.12 - y).max(0.0)),
        ink::SHAPE,
    );
    field.rows(
        (BOWL - 0.1, BOWL),
        |y| {
            let half = 0.3 * ((y - BOWL + 0.11) / 0.11).max(0.0).sqrt();
            (-half, half)
        },
        ink::SHAPE,
    );
    let left = 1.0 - moment.part();
    if left <= 0.0 {
        let wisp: Vec<At> = (0..=20)
            .map(|at| f64::from(at) / 20.0)
            .map(|part| (0.05 * (part * 9.0).sin() * part, BOWL + 0.5 * part))
            .collect();
        field.path(&wisp, ink::FAINT);
        return None;
    }
    // A drop with its point up, which leans with the beat; a smaller one burns inside it.
    for (ink, size) in [(ink::THIRD, 1.0), (ink::FIRST, 0.78), (ink::SECOND, 0.5)] {
        let high = (0.12 + 0.48 * left) * size;
        let lean = ((moment.beat as f64) * 1.3 + size * 5.0).sin() * 0.06;
        field.rows(
            (BOWL, BOWL + high),
            |y| {
                let part = (y - BOWL) / high;
                let half = 0.21
                    * size
                    * (0.35 + 0.65 * left)
                    * (part + 0.06).powf(0.4)
                    * (1.0 - part).max(0.0).powf(0.75)
                    * 1.9;
                (lean * part * part - half, lean * part * part + half)
            },
            ink,
        );
    }
    None
}

/// Fireworks: each burst opens for four seconds and fades.
pub(super) fn fireworks(field: &mut Field, moment: DrawnMoment) -> Option<At> {
    field.ground();
    tower::town(field);
    let half = field.half_width();
    moment.done?;
    let bursts = ((half * 4.0) as u64).clamp(3, 12);
    for burst in 0..bursts {
        let clock = moment.beat + burst * 3;
        let (round, age) = (clock / 4, clock % 4 + 1);
        let seed = round * 131 + burst * 17;
        let centre = (
            (DrawnMoment::chance(seed) * 2.0 - 1.0) * half * 0.85,
            0.5 + 0.38 * DrawnMoment::chance(seed + 1),
        );
        let reach = (0.1 + 0.14 * DrawnMoment::chance(seed + 2)) * (age as f64 / 4.0).sqrt() * 1.3;
        let ink = [ink::FIRST, ink::SECOND, ink::THIRD][(seed % 3) as usize];
        for ray in 0..16 {
            let angle = f64::from(ray) / 16.0 * std::f64::consts::TAU;
            let at = |part: f64| {
                (centre.0 + angle.cos() * reach * part, centre.1 + angle.sin() * reach * part)
            };
            // The last second leaves the ends alone.
            field.line(at(if age == 4 { 0.85 } else { 0.35 }), at(1.0), ink);
        }
        if age == 1 {
            field.line((centre.0, 0.1), centre, ink::FAINT);
            field.disc(centre, 0.025, ink::BRIGHT);
        }
    }
    None
}
