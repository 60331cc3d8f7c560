//! A stage with somebody on it, under lights that move; the edge of the stage is lit as far as the
//! cue has come.

use super::field::{At, Field};
use super::{DrawnMoment, ink};

/// The lights over the stage.
const LIGHTS: i32 = 7;
/// Height of the stage, and of its floor at the back.
const STAGE: (f64, f64) = (0.16, 0.24);

/// Draws it.
pub(super) fn draw(field: &mut Field, moment: DrawnMoment) -> Option<At> {
    let half = field.half_width().min(1.9);
    let (front, back) = (half * 0.72, half * 0.58);
    let truss = 0.96;
    // The truss with its lights, on two towers.
    for side in [-1.0, 1.0] {
        field.line((side * half * 0.8, 0.0), (side * half * 0.8, truss), ink::SHAPE);
    }
    field.line((-half * 0.8, truss), (half * 0.8, truss), ink::SHAPE);
    field.line((-half * 0.8, truss - 0.05), (half * 0.8, truss - 0.05), ink::FAINT);
    let is_lit = moment.done.is_some();
    for light in 0..LIGHTS {
        let place = f64::from(light) / f64::from(LIGHTS - 1) * 2.0 - 1.0;
        let from = (place * half * 0.7, truss - 0.05);
        field.disc(from, 0.02, if is_lit { ink::FIRST } else { ink::SHAPE });
        if !is_lit {
            continue;
        }
        // Each beam swings about the middle of the stage. One moves at a time, for the sake of slow
        // lines.
        let moves = (moment.beat + light as u64) / LIGHTS as u64;
        let swing = ((moves as f64) * 0.9 + f64::from(light) * 1.9).sin() * 0.16;
        let foot = (place * half * 0.2 + swing * half, STAGE.1);
        let wide = 0.055;
        field.line(from, (foot.0 - wide, foot.1), ink::FIRST);
        field.line(from, (foot.0 + wide, foot.1), ink::FIRST);
    }
    // The stage: its floor, and its front with the bar.
    field.path(
        &[(-front, STAGE.0), (-back, STAGE.1), (back, STAGE.1), (front, STAGE.0)],
        ink::SHAPE,
    );
    field.line((-front, STAGE.0), (front, STAGE.0), ink::SHAPE);
    field.line((-front, STAGE.0 - 0.06), (front, STAGE.0 - 0.06), ink::FAINT);
    let lit = -front + 2.0 * front * moment.part();
    if is_lit {
        field.rows((STAGE.0 - 0.05, STAGE.0 - 0.02), |_| (-front, lit), ink::BRIGHT);
    }
    // Somebody in the middle: head, body, arms, legs.
    let figure = if is_lit { ink::SECOND } else { ink::SHAPE };
    let floor = 0.2;
    field.disc((0.0, floor + 0.26), 0.033, figure);
    field.thick((0.0, floor + 0.1), (0.0, floor + 0.2), 0.022, figure);
    let raised = if is_lit && moment.beat % 2 == 1 { 0.1 } else { 0.0 };
    field.line((0.0, floor + 0.19), (-0.085, floor + 0.13 + raised), figure);
    field.line((0.0, floor + 0.19), (0.085, floor + 0.15), figure);
    field.line((0.0, floor + 0.1), (-0.04, floor), figure);
    field.line((0.0, floor + 0.1), (0.04, floor), figure);
    // The heads of those who watch.
    let heads = (field.half_width() / 0.075) as i32;
    for head in -heads..=heads {
        let lift = 0.02 * DrawnMoment::chance(head.unsigned_abs().into());
        field.disc((f64::from(head) * 0.075, 0.015 + lift), 0.022, ink::FAINT);
    }
    None
}
