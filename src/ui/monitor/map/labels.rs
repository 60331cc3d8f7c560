//! Where the names of places stand: beside their signs, on no other name or sign, and off the way where there is room.
//!
//! ```text
//!        above                 each name tries eight places about its sign and takes the cheapest;
//!   left ○ right               a cell of the way costs much, a coast little; a landmark never
//!        below                 stands on the way, and what has no room has no name
//! ```

use std::collections::HashSet;

use ratatui::layout::Rect;

use super::sheet::Sign;
use crate::ui::dots::Dots;
use crate::ui::text;

/// How important a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// An end of the way.
    End,
    /// A place on the way.
    Stop,
    /// A place beside it.
    Landmark,
}

/// A place that would like to be named.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
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
    pub text: String,
    pub rank: Rank,
}

/// What a cell of the way costs a name that covers it; a cell with other dots costs 1.
const WAY: u32 = 12;

/// Places as many of the wishes as have room, the first before the others.
pub(super) fn placed(field: Rect, wishes: Vec<Wish>, way: &[(u16, u16)], dots: &Dots) -> (Vec<Label>, Vec<Sign>) {
    let way: HashSet<(u16, u16)> = way.iter().copied().collect();
    let mut taken: HashSet<(u16, u16)> = HashSet::new();
    // Every place of the way has its sign, named or not, and no name may cover it.
    let mut signs: Vec<Sign> = vec![];
    for wish in wishes.iter().filter(|wish| wish.sign.km.is_some()) {
        if taken.insert((wish.sign.x, wish.sign.y)) || wish.rank == Rank::End {
            signs.push(wish.sign);
        }
    }
    let mut labels: Vec<Label> = vec![];
    for wish in wishes.into_iter().filter(|wish| !wish.name.is_empty()) {
        let at = (wish.sign.x, wish.sign.y);
        let is_landmark = wish.rank == Rank::Landmark;
        if is_landmark && (taken.contains(&at) || way.contains(&at)) {
            continue;
        }
        let cells = text::width(&wish.name) as u16;
        let price = |&(turn, (x, y)): &(usize, (u16, u16))| {
            let under = (x..x + cells).map(|x| (x, y));
            let on_way = under.clone().filter(|cell| way.contains(cell)).count() as u32;
            let on_dots = under.filter(|&(x, y)| dots.has(x, y)).count() as u32;
            let allowed = !is_landmark || on_way == 0;
            allowed.then_some((on_way * WAY + on_dots + turn as u32, (x, y)))
        };
        let is_free = |&(_, (x, y)): &(usize, (u16, u16))| {
            // A cell of air at either side keeps names apart.
            (x.saturating_sub(1)..=x + cells).all(|x| (x, y) == at || !taken.contains(&(x, y)))
        };
        let candidates = around(field, at, cells).into_iter().enumerate();
        let candidates = candidates.filter_map(|(turn, place)| place.map(|place| (turn, place)));
        let Some((_, (x, y))) = candidates.filter(is_free).filter_map(|one| price(&one)).min() else { continue };
        taken.extend((x..x + cells).map(|x| (x, y)));
        if is_landmark {
            taken.insert(at);
            signs.push(wish.sign);
        }
        labels.push(Label { x, y, text: wish.name, rank: wish.rank });
    }
    (labels, signs)
}

/// The places about a sign in which a name of so many cells lies within the field, the best first.
fn around(field: Rect, (x, y): (u16, u16), cells: u16) -> [Option<(u16, u16)>; 8] {
    let (x, y, cells) = (i32::from(x), i32::from(y), i32::from(cells));
    let (right, left) = (x + 2, x - 1 - cells);
    let middle = x - cells / 2;
    [
        (right, y),
        (left, y),
        (middle, y - 1),
        (middle, y + 1),
        (right - 1, y - 1),
        (right - 1, y + 1),
        (left + 1, y - 1),
        (left + 1, y + 1),
    ]
    .map(|(x, y)| {
        let fits = x >= i32::from(field.x)
            && y >= i32::from(field.y)
            && x + cells <= i32::from(field.right())
            && y < i32::from(field.bottom());
        fits.then_some((x as u16, y as u16))
    })
}
