//! The changes that each wish of a sheet makes in the text of the show.

use std::collections::{HashMap, HashSet};

use super::wants::Want;
use super::{SheetWish, Update, WishTurn};
use crate::edit::batch::{BatchChange, KeyValue};
use crate::edit::document::EditTarget;
use crate::edit::written::quoted;
use crate::show::CueNumber;

/// The change that a wish asks for.
#[derive(Debug, Default)]
pub(super) struct AskedChange {
    /// The item, in words.
    pub(super) what: String,
    /// Reason why it cannot be done, in words.
    pub(super) lacks: Option<String>,
    /// The item is added or taken away: without that, nothing else is done.
    pub(super) first: Option<BatchChange>,
    /// The item, where it is there.
    target: Option<EditTarget>,
    /// Its keys.
    pub(super) wants: Vec<Want>,
}

impl AskedChange {
    /// All of it as one change; `None` where there is nothing to do.
    pub(super) fn whole(&self) -> Option<BatchChange> {
        let settings = || self.wants.iter().flat_map(|want| want.settings.iter().cloned());
        if self.lacks.is_some() {
            return None;
        }
        match (&self.first, self.target) {
            (Some(BatchChange::AddCue { after, keys }), _) => {
                let keys = keys.iter().cloned().chain(settings()).collect();
                Some(BatchChange::AddCue { after: *after, keys })
            }
            (Some(BatchChange::AddSegment { after, keys }), _) => {
                let keys = keys.iter().cloned().chain(settings()).collect();
                Some(BatchChange::AddSegment { after: *after, keys })
            }
            (Some(first), _) => Some(first.clone()),
            (None, Some(target)) if !self.wants.is_empty() => {
                Some(BatchChange::Keys(target, settings().collect()))
            }
            (None, _) => None,
        }
    }
}

impl Update {
    /// What each of these wishes changes, all of them about the show as it is.
    pub(super) fn asked(&self, turns: &[WishTurn]) -> Vec<AskedChange> {
        let mut anchors: HashMap<usize, Vec<Option<EditTarget>>> = HashMap::new();
        let asked = turns.iter().map(|turn| match &turn.wish {
            SheetWish::Departments => self.departments(),
            SheetWish::Segment(at) => self.segment(*at, &turn.wish),
            SheetWish::Cue(at, cue) => {
                let mut asked = self.known_cue(*at, *cue, &turn.wish);
                if asked.target.is_none() {
                    let anchors = anchors.entry(*at).or_insert_with(|| self.anchors(*at));
                    self.new_cue(*at, *cue, anchors, &mut asked);
                }
                asked
            }
            SheetWish::Moment(at, cue) => {
                let wants = self.moment_wants(*at, *cue);
                AskedChange { wants, ..self.known_cue(*at, *cue, &turn.wish) }
            }
            SheetWish::GoneCue(number) => {
                let first = self.target(&self.taken, &turn.wish).map(BatchChange::Remove);
                AskedChange {
                    what: format!("cue {number} is not in the sheet"),
                    first,
                    ..AskedChange::default()
                }
            }
            SheetWish::GoneSegment(_) => self.gone_segment(&turn.wish),
        });
        asked.collect()
    }

    /// The departments that are needed and that the show does not have.
    fn departments(&self) -> AskedChange {
        let show = self.taken.document.show();
        let known: HashSet<&str> = show.departments.iter().map(|one| one.id.as_str()).collect();
        let new = self.sheet.departments.iter().filter(|one| !known.contains(one.id.as_str()));
        let new: Vec<String> = new
            .map(|one| format!("[department.{}]\nname = {}\n", one.id, quoted(&one.name)))
            .collect();
        let first = (!new.is_empty()).then(|| BatchChange::AddTables(new.join("\n")));
        AskedChange { what: "departments of the sheet".to_owned(), first, ..AskedChange::default() }
    }

    fn segment(&self, at: usize, wish: &SheetWish) -> AskedChange {
        let Some(says) = self.says.segments.get(at) else { return AskedChange::default() };
        let mut asked = AskedChange {
            what: format!("segment “{}”", says.title),
            target: self.target(&self.taken, wish),
            wants: self.segment_wants(at),
            ..AskedChange::default()
        };
        if asked.target.is_none() {
            // A segment has a title and a length from the beginning.
            let is_first = |want: &Want| matches!(want.key, "title" | "duration");
            let (first, wants) = asked.wants.into_iter().partition(is_first);
            asked.wants = wants;
            let keys = Vec::into_iter(first).flat_map(|want: Want| want.settings).collect();
            asked.first = Some(BatchChange::AddSegment { after: self.taken.before(at), keys });
        }
        asked
    }

    fn known_cue(&self, at: usize, cue: usize, wish: &SheetWish) -> AskedChange {
        let Some(entry) = self.cue_entry(at, cue) else { return AskedChange::default() };
        AskedChange {
            what: format!("cue {}", entry.number),
            target: self.target(&self.taken, wish),
            wants: self.cue_wants(at, cue),
            ..AskedChange::default()
        }
    }

    fn new_cue(
        &self,
        at: usize,
        cue: usize,
        anchors: &[Option<EditTarget>],
        asked: &mut AskedChange,
    ) {
        let Some(entry) = self.cue_entry(at, cue) else { return };
        let Some(segment) = self.taken.of_sheet.get(at).copied().flatten() else {
            asked.lacks =
                Some(format!("{} {}: its segment was not taken", asked.what, entry.title));
            return;
        };
        asked.wants.retain(|want| want.key != "title");
        let number = KeyValue::new("number", quoted(&entry.number));
        let keys = vec![number, KeyValue::new("title", quoted(&entry.title))];
        let after = anchors.get(cue).copied().flatten().unwrap_or(EditTarget::Segment(segment));
        asked.first = Some(BatchChange::AddCue { after, keys });
    }

    /// For each cue of a segment of the sheet the cue after which it would come in the show: the one
    /// above it in the sheet that stands in the same segment there.
    fn anchors(&self, at: usize) -> Vec<Option<EditTarget>> {
        let home = self.taken.of_sheet.get(at).copied().flatten();
        let cues = self.says.segments.get(at).map_or(&[][..], |says| &says.cues);
        let anchors = cues.iter().scan(None, |last: &mut Option<EditTarget>, entry| {
            let anchor = *last;
            let number = CueNumber::new(&entry.number).ok();
            let here = number.and_then(|number| self.taken.document.find(&number));
            let is_home =
                |target: &EditTarget| matches!(target, EditTarget::Cue(at, _) if Some(*at) == home);
            *last = here.filter(is_home).or(anchor);
            Some(anchor)
        });
        anchors.collect()
    }

    fn gone_segment(&self, wish: &SheetWish) -> AskedChange {
        let target = self.target(&self.taken, wish);
        let segment = match target {
            Some(EditTarget::Segment(place)) => self.now.segments.get(place),
            Some(EditTarget::Show | EditTarget::Cue(..)) | None => None,
        };
        let Some(segment) = segment else { return AskedChange::default() };
        let what = format!("segment “{}” is not in the sheet", segment.title);
        let lacks = (!segment.cues.is_empty()).then(|| format!("{what}: kept, for it has cues"));
        AskedChange {
            what,
            lacks,
            first: target.map(BatchChange::Remove),
            ..AskedChange::default()
        }
    }
}
