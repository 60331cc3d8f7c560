//! A plane on the grass near the Eiffel Tower: somebody walks from the tower to its stairs as the
//! cue goes on; once they are inside, the door is shut and the windows are lit.

use super::field::{At, Field};
use super::{DrawnMoment, ink, tower};

/// Draws it.
pub(super) fn draw(field: &mut Field, moment: DrawnMoment) -> Option<At> {
    field.ground();
    tower::town(field);
    let side = field.half_width().min(1.9);
    let tower_x = -side * 0.62;
    tower::standing(field, (tower_x, 0.95), if moment.done.is_some() { 1.0 } else { 0.0 });

    let is_inside = moment.part() >= 1.0;
    let (nose, tail) = (side * 0.95, side * 0.06);
    let (length, body, radius) = (nose - tail, 0.24, 0.085);
    // The tail fin and the fuselage, from the back to the front.
    field.path(
        &[
            (tail, body + 0.05),
            (tail - 0.06, 0.52),
            (tail + 0.08, 0.52),
            (tail + 0.24, body + radius),
        ],
        ink::SHAPE,
    );
    field.rows(
        (body + radius, 0.52),
        |y| {
            let part = (y - body - radius) / (0.52 - body - radius);
            (tail - 0.06 * part, tail + 0.24 - 0.16 * part)
        },
        ink::THIRD,
    );
    let edge = |x: f64| {
        let part = ((x - tail) / length).clamp(0.0, 1.0);
        radius
            * (1.0 - (1.0 - (part * 4.0).min(1.0)).powi(2) * 0.7).min(1.0)
            * (1.0 - ((part - 0.86).max(0.0) / 0.14).powi(2)).sqrt()
    };
    let step = field.dot_size();
    let mut x = tail;
    while x <= nose {
        field.line((x, body - edge(x)), (x, body + edge(x)), ink::SHAPE);
        x += step;
    }
    // Windows, the door, the wing, wheels.
    let windows = ((length / 0.1) as u64).clamp(3, 14);
    for window in 1..windows {
        let x = tail + length * (0.14 + 0.74 * window as f64 / windows as f64);
        field.disc((x, body + 0.02), 0.012, if is_inside { ink::FIRST } else { ink::SECOND });
    }
    field.rows(
        (body - 0.15, body - 0.02),
        |y| {
            let part = (body - 0.02 - y) / 0.13;
            (tail + length * (0.44 - 0.16 * part), tail + length * (0.62 - 0.26 * part))
        },
        ink::SECOND,
    );
    for wheel in [0.42, 0.88] {
        field.line(
            (tail + length * wheel, body - radius),
            (tail + length * wheel, 0.03),
            ink::SHAPE,
        );
        field.disc((tail + length * wheel, 0.02), 0.022, ink::SHAPE);
    }
    let door = (tail + length * 0.17, body - 0.01);
    let foot = (door.0 - 0.2, 0.0);
    field.rows(
        (body - 0.06, body + 0.05),
        |_| (door.0 - 0.022, door.0 + 0.022),
        if is_inside { ink::THIRD } else { ink::SECOND },
    );
    if !is_inside {
        field.line(foot, (door.0 - 0.03, body - 0.06), ink::SHAPE);
        field.line((foot.0 + 0.06, 0.0), (door.0 + 0.02, body - 0.06), ink::SHAPE);
    }

    // Most of the time on the grass, the rest on the stairs.
    let start = (tower_x + 0.1, 0.04);
    let done = moment.done?;
    if is_inside {
        return None;
    }
    let walked = (done / 0.8).min(1.0);
    let at = if done < 0.8 {
        (start.0 + (foot.0 - start.0) * walked, start.1)
    } else {
        let part = (done - 0.8) / 0.2;
        (foot.0 + (door.0 - foot.0) * part, start.1 + (door.1 - start.1) * part)
    };
    field.line(start, (at.0.min(foot.0), start.1), ink::BRIGHT);
    let (x, y) = field.place(at);
    let (width, height) = (f64::from(field.dots.width() - 1), f64::from(field.dots.height() - 1));
    Some((x.clamp(0.0, width), y.clamp(0.0, height)))
}
