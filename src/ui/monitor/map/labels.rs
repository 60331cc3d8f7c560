//! Placement of the places' names: beside their signs, on no other name or sign, and off the way if
//! there is room.
//!
//! ```text
//!        above                 each name tries eight places about its sign and takes the cheapest;
//!   left ○ right               a coast costs a little. The way is covered by no name but those of its ends, where
//!        below                 these have no other place; what has no room has no name
//! ```

use std::collections::HashSet;

use ratatui::layout::Rect;

use super::sheet::Sign;
use crate::ui::dots::Dots;
use crate::ui::text;

/// Importance of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// An end of the way.
    End,
    /// A place on the way.
    Stop,
    /// A place beside it.
    Landmark,
    /// A river, a road or an area; its name stands on it and has no sign.
    Line,
}

impl Rank {
    fn is_aside(self) -> bool {
        matches!(self, Rank::Landmark | Rank::Line)
    }
}

/// A place that would like to be named.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WantedName {
    pub sign: Sign,
    /// Empty: only its sign.
    pub name: String,
    pub rank: Rank,
}

/// A name with its place on the screen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub x: u16,
    pub y: u16,
    /// The name, with a space at a side where there is air.
    pub text: String,
    pub rank: Rank,
}

/// Cost of a cell of the way that a name covers; a cell with other dots costs 1.
const WAY: u32 = 12;
/// Number of the field's cells for each name that is not the way's: with more names the way is lost
/// among them.
const CELLS_ASIDE: u32 = 160;

/// Places as many of the wishes as have room, the first before the others.
pub(super) fn placed(
    field: Rect,
    wishes: Vec<WantedName>,
    way: &[(u16, u16)],
    dots: &Dots,
) -> (Vec<Label>, Vec<Sign>) {
    let way: HashSet<(u16, u16)> = way.iter().copied().collect();
    let mut taken: HashSet<(u16, u16)> = HashSet::new();
    // Every place of the way has its sign, named or not, and no name may cover it.
    let mut signs: Vec<Sign> = vec![];
    for wish in wishes.iter().filter(|wish| !wish.rank.is_aside()) {
        if taken.insert((wish.sign.x, wish.sign.y)) {
            signs.push(wish.sign);
        }
    }
    let mut placer = Placer { field, dots, way, taken, labels: vec![], signs };
    wishes.into_iter().filter(|wish| !wish.name.is_empty()).for_each(|wish| placer.place(wish));
    (placer.labels, placer.signs)
}

/// Number of cells at either side of a line's name that are kept free.
const LINE_MARGIN: u16 = 3;

struct Placer<'a> {
    field: Rect,
    dots: &'a Dots,
    way: HashSet<(u16, u16)>,
    taken: HashSet<(u16, u16)>,
    labels: Vec<Label>,
    signs: Vec<Sign>,
}

impl Placer<'_> {
    fn place(&mut self, wish: WantedName) {
        let at = (wish.sign.x, wish.sign.y);
        if wish.rank.is_aside() && !self.has_room_aside(&wish, at) {
            return;
        }
        let cells = text::width(&wish.name) as u16;
        let spots = around(self.field, at, cells, wish.rank).into_iter().enumerate();
        let priced = spots.filter_map(|(turn, spot)| {
            let spot = spot.filter(|&spot| self.is_free(at, spot, cells, wish.rank))?;
            Some((self.price(spot, cells, wish.rank)? + turn as u32, spot))
        });
        let Some((_, (x, y))) = priced.min() else { return };
        self.taken.extend((x..x + cells).map(|x| (x, y)));
        if wish.rank == Rank::Landmark {
            self.taken.insert(at);
            self.signs.push(wish.sign);
        }
        let (before, after) = (x > 0 && self.is_air((x - 1, y)), self.is_air((x + cells, y)));
        let air = |is_air: bool| if is_air { " " } else { "" };
        let text = format!("{}{}{}", air(before), wish.name, air(after));
        self.labels.push(Label { x: x - u16::from(before), y, text, rank: wish.rank });
    }

    /// Returns `true` if a name beside the way would not be one too many, or too near to another.
    /// In a low map whose way has many names of its own, any other is.
    fn has_room_aside(&self, wish: &WantedName, (x, y): (u16, u16)) -> bool {
        let aside = self.labels.iter().filter(|label| label.rank.is_aside()).count() as u32;
        let of_way = self.labels.len() as u32 - aside;
        let is_named = self.labels.iter().any(|label| label.text.trim() == wish.name);
        let is_crowded = (x.saturating_sub(1)..=x + 1).any(|x| self.taken.contains(&(x, y)));
        of_way * 2 <= u32::from(self.field.height)
            && aside < self.field.area() / CELLS_ASIDE
            && !is_named
            && !is_crowded
            && !self.way.contains(&(x, y))
    }

    /// Returns `true` if nothing stands there, nor in the cell at either side: that keeps names
    /// apart. The name of a line keeps farther off, and one above or below its sign a little, so
    /// that it does not seem to name another sign.
    fn is_free(&self, sign: (u16, u16), (x, y): (u16, u16), cells: u16, rank: Rank) -> bool {
        let (sign, margin) = match rank {
            Rank::Line => (None, LINE_MARGIN),
            Rank::End | Rank::Stop | Rank::Landmark => {
                (Some(sign), if y == sign.1 { 1 } else { 2 })
            }
        };
        let mut cells = x.saturating_sub(margin)..x + cells + margin;
        cells.all(|x| Some((x, y)) == sign || !self.taken.contains(&(x, y)))
    }

    fn price(&self, (x, y): (u16, u16), cells: u16, rank: Rank) -> Option<u32> {
        let under = (x..x + cells).map(|x| (x, y));
        let on_way = under.clone().filter(|cell| self.way.contains(cell)).count() as u32;
        let on_dots = under.filter(|&(x, y)| self.dots.has(x, y)).count() as u32;
        (on_way == 0 || rank == Rank::End).then_some(on_way * WAY + on_dots)
    }

    fn is_air(&self, (x, y): (u16, u16)) -> bool {
        let inside = (self.field.x..self.field.right()).contains(&x);
        inside && !self.way.contains(&(x, y)) && !self.taken.contains(&(x, y))
    }
}

/// The places about a sign in which a name of so many cells lies within the field, the best first.
/// Landmarks keep to their row, so that they do not seem to name another sign; lines are written
/// over.
fn around(field: Rect, (x, y): (u16, u16), cells: u16, rank: Rank) -> Vec<Option<(u16, u16)>> {
    let (x, y, cells) = (i32::from(x), i32::from(y), i32::from(cells));
    let (right, left, middle) = (x + 2, x - 1 - cells, x - cells / 2);
    let mut spots = vec![(right, y), (left, y)];
    match rank {
        Rank::Landmark => {}
        Rank::Line => spots = vec![(middle, y)],
        Rank::End | Rank::Stop => {
            spots.extend([(middle, y - 1), (middle, y + 1)]);
            spots.extend([
                (right - 1, y - 1),
                (right - 1, y + 1),
                (left + 1, y - 1),
                (left + 1, y + 1),
            ]);
        }
    }
    let within = |(x, y): (i32, i32)| {
        let fits = x >= i32::from(field.x)
            && y >= i32::from(field.y)
            && x + cells <= i32::from(field.right())
            && y < i32::from(field.bottom());
        fits.then_some((x as u16, y as u16))
    };
    spots.into_iter().map(within).collect()
}
