//! The show and its cues as remote controls list them, in QLab's words.
//!
//! Owns how a cue is told: must never tell the words of one under embargo before the picture says
//! that they may be shown, since a display may hang anywhere. Until there is a picture, none may.

use std::sync::Arc;

use serde::Serialize;

use super::Picture;
use super::address::{CueItem, CuePart, ListForm, cue_id};
use super::reply::WORKSPACE;
use crate::show::protocol::Protocol;
use crate::show::{CueIx, IndexVec, Show, Trigger};

/// Placeholder for the title of a cue under embargo that has not fired.
const EMBARGOED: &str = "(embargoed)";

/// The id of the only cue list: the rundown.
pub(super) const LIST_ID: &str = "rundown";

/// Beginning of a segment's id, followed by its place, counted from 1.
pub(super) const SEGMENT_ID: &str = "segment:";

/// QLab's version whose dictionary is spoken here: remote controls choose their words by it.
pub(super) const QLAB_VERSION: &str = "5.4";

/// The way a cue goes on to the next, in QLab's words (`continueMode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ContinueMode {
    /// Nothing does.
    #[default]
    No = 0,
    /// A cue that fires with it.
    With = 1,
    /// A cue that fires when it is complete.
    After = 2,
}

/// The words of a show, as far as they may be told.
pub(super) struct ListWords {
    pub(super) show: Arc<Show>,
    /// For each cue, whether its words may be told.
    told: IndexVec<CueIx, bool>,
    continues: IndexVec<CueIx, ContinueMode>,
}

impl ListWords {
    pub(super) fn new(show: Arc<Show>) -> Self {
        let told = show.cues.iter().map(|cue| !cue.embargo).collect();
        let mut continues = IndexVec::filled(ContinueMode::No, show.cues.len());
        for (_, cue) in show.listed() {
            let (cause, how) = match cue.trigger {
                Trigger::With { cue, .. } => (cue, ContinueMode::With),
                Trigger::After { cue, .. } => (cue, ContinueMode::After),
                Trigger::Go | Trigger::At { .. } | Trigger::Into { .. } => continue,
            };
            if let Some(known) =
                continues.get_mut(cause).filter(|known| **known != ContinueMode::With)
            {
                *known = how;
            }
        }
        ListWords { show, told, continues }
    }

    /// Lifts the embargo of what has become public; gives whether there was any.
    pub(super) fn lift(&mut self, picture: &Picture) -> bool {
        let mut lifted = false;
        for cue in &picture.public {
            if let Some(told) = self.told.get_mut(*cue) {
                lifted |= !std::mem::replace(told, true);
            }
        }
        lifted
    }

    fn may_tell(&self, cue: CueIx) -> bool {
        self.told.get(cue).copied().unwrap_or(false)
    }

    /// The number of a cue; nothing where there is no cue.
    pub(super) fn number(&self, cue: Option<CueIx>) -> &str {
        cue.and_then(|cue| self.show.cues.get(cue)).map_or("", |cue| cue.number.as_str())
    }

    /// The title of a cue; nothing where there is no cue.
    pub(super) fn title(&self, cue: Option<CueIx>) -> &str {
        match cue {
            Some(cue) if !self.may_tell(cue) => EMBARGOED,
            Some(cue) => self.show.cues.get(cue).map_or("", |cue| cue.title.as_str()),
            None => "",
        }
    }

    /// The caller's words for a cue; empty if there are none.
    pub(super) fn call(&self, cue: Option<CueIx>) -> &str {
        let cue = cue.filter(|&cue| self.may_tell(cue)).and_then(|cue| self.show.cues.get(cue));
        cue.and_then(|cue| cue.call.as_deref()).unwrap_or_default()
    }

    /// The notes of a cue.
    pub(super) fn notes(&self, cue: CueIx) -> &str {
        let cue =
            Some(cue).filter(|&cue| self.may_tell(cue)).and_then(|cue| self.show.cues.get(cue));
        cue.and_then(|cue| cue.notes.as_deref()).unwrap_or_default()
    }

    /// The way a cue goes on to the next.
    pub(super) fn continues(&self, cue: CueIx) -> ContinueMode {
        self.continues.get(cue).copied().unwrap_or_default()
    }

    /// The id of a cue; nothing where there is no cue.
    pub(super) fn id(&self, cue: Option<CueIx>) -> String {
        cue.and_then(|cue| self.show.cues.get(cue))
            .map_or_else(String::new, |cue| cue_id(&cue.number))
    }

    /// Type of a cue, in QLab's words: from the first of its messages that has one.
    pub(super) fn kind(&self, cue: Option<CueIx>) -> &'static str {
        let cue = cue.and_then(|cue| self.show.cues.get(cue));
        match cue.map(|cue| (cue.actions.first(), cue.stops.first())) {
            Some((Some(action), _)) => Protocol::from(&action.body).spec().qlab,
            Some((None, Some(_))) => "Stop",
            Some((None, None)) | None => "Memo",
        }
    }

    /// One part of a cue.
    pub(super) fn part(&self, cue: Option<CueIx>, part: CuePart) -> String {
        match part {
            CuePart::Number => self.number(cue).to_owned(),
            CuePart::Name => self.title(cue).to_owned(),
            CuePart::UniqueId => self.id(cue),
            CuePart::Type => self.kind(cue).to_owned(),
        }
    }

    /// The id, the number, the words and the kind of a cue, a segment or the list.
    pub(super) fn head(&self, item: CueItem) -> (String, &str, &str, &'static str) {
        match item {
            CueItem::Cue(cue) => (
                self.id(Some(cue)),
                self.number(Some(cue)),
                self.title(Some(cue)),
                self.kind(Some(cue)),
            ),
            CueItem::Segment(ix) => {
                let title = self.show.segments.get(ix).map_or("", |segment| segment.title.as_str());
                (format!("{SEGMENT_ID}{}", ix.0 + 1), "", title, "Group")
            }
            CueItem::List => (LIST_ID.to_owned(), "", &self.show.title, "Cue List"),
        }
    }

    fn entry(&self, item: CueItem, form: ListForm) -> ListEntry<'_> {
        let (id, number, name, kind) = self.head(item);
        let cues = match (item, form) {
            (CueItem::Cue(_), _) | (_, ListForm::Shallow) => None,
            (item, form) => {
                Some(self.children(item).map(|child| self.entry(child, form)).collect())
            }
        };
        ListEntry { cues, ..ListEntry::new(id, number, name, kind) }
    }

    /// Children of a cue, a segment or the list.
    fn children(&self, item: CueItem) -> impl Iterator<Item = CueItem> {
        let (cues, segments) = match item {
            CueItem::Cue(_) => (None, None),
            CueItem::Segment(ix) => (Some(self.show.cues_of(ix)), None),
            CueItem::List => (None, Some(self.show.segment_indices())),
        };
        cues.into_iter()
            .flatten()
            .map(CueItem::Cue)
            .chain(segments.into_iter().flatten().map(CueItem::Segment))
    }

    /// The reply to `/cueLists`, JSON: one list, in it the segments as groups, in these their cues.
    pub(super) fn cue_lists(&self, form: ListForm) -> String {
        self.listed([CueItem::List], form)
    }

    /// The reply to `children`, JSON.
    pub(super) fn children_of(&self, item: CueItem, form: ListForm) -> String {
        self.listed(self.children(item), form)
    }

    /// The reply to `/runningCues` and the like, JSON.
    pub(super) fn cues(&self, cues: impl IntoIterator<Item = CueIx>, form: ListForm) -> String {
        self.listed(cues.into_iter().map(CueItem::Cue), form)
    }

    fn listed(&self, items: impl IntoIterator<Item = CueItem>, form: ListForm) -> String {
        match form {
            ListForm::Full | ListForm::Shallow => {
                json(&items.into_iter().map(|item| self.entry(item, form)).collect::<Vec<_>>())
            }
            ListForm::Ids => {
                json(&items.into_iter().map(|item| self.ids(item)).collect::<Vec<_>>())
            }
        }
    }

    fn ids(&self, item: CueItem) -> ListIds {
        let cues: Vec<ListIds> = self.children(item).map(|child| self.ids(child)).collect();
        ListIds {
            unique_id: self.head(item).0,
            cues: Some(cues).filter(|_| !matches!(item, CueItem::Cue(_))),
        }
    }

    /// The reply to `/workspaces`, JSON. A client that has not given the passcode yet has to find
    /// the id with it, and learns nothing else.
    pub(super) fn workspaces(&self, has_passcode: bool, may_know: bool) -> String {
        let name = if may_know { &self.show.title } else { WORKSPACE };
        let workspace = serde_json::json!({
            "uniqueID": WORKSPACE,
            "displayName": name,
            "hasPasscode": has_passcode,
            "version": QLAB_VERSION,
        });
        json(&[workspace])
    }
}

/// A cue, a group or a list, with QLab's keys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListEntry<'a> {
    #[serde(rename = "uniqueID")]
    unique_id: String,
    number: &'a str,
    name: &'a str,
    list_name: &'a str,
    r#type: &'static str,
    color_name: &'static str,
    flagged: bool,
    armed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cues: Option<Vec<ListEntry<'a>>>,
}

/// An id, and those of what it holds.
#[derive(Serialize)]
struct ListIds {
    #[serde(rename = "uniqueID")]
    unique_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cues: Option<Vec<ListIds>>,
}

impl<'a> ListEntry<'a> {
    fn new(unique_id: String, number: &'a str, name: &'a str, r#type: &'static str) -> Self {
        let (color_name, flagged, armed) = ("none", false, true);
        ListEntry {
            unique_id,
            number,
            name,
            list_name: name,
            r#type,
            color_name,
            flagged,
            armed,
            cues: None,
        }
    }
}

fn json<T: Serialize>(value: &[T]) -> String {
    // Text, numbers and truth values: there is nothing here that JSON cannot say.
    serde_json::to_string(value).unwrap_or_else(|_| "[]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::testing::show;

    #[test]
    fn lists_segments_as_groups_with_their_cues() {
        let words = ListWords::new(Arc::new(show()));
        let lists: serde_json::Value =
            serde_json::from_str(&words.cue_lists(ListForm::Full)).unwrap();
        assert_eq!(lists.as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&lists[0]["type"], &lists[0]["name"]),
            (&"Cue List".into(), &"A small show".into())
        );
        let jump = &lists[0]["cues"][0];
        assert_eq!(
            (&jump["type"], &jump["name"], &jump["number"]),
            (&"Group".into(), &"The jump".into(), &"".into())
        );
        let expected = serde_json::json!({
            "uniqueID": "cue:12", "number": "12", "name": "Off the roof", "listName": "Off the roof",
            "type": "Network", "colorName": "none", "flagged": false, "armed": true,
        });
        assert_eq!(jump["cues"][0], expected);
        let count = |segment: usize| lists[0]["cues"][segment]["cues"].as_array().map(Vec::len);
        assert_eq!(
            (count(0), count(1), lists[0]["cues"].as_array().map(Vec::len)),
            (Some(2), Some(1), Some(2))
        );
    }

    #[test]
    fn an_embargo_holds_until_the_cue_has_fired() {
        let mut words = ListWords::new(Arc::new(show()));
        let secret = Some(CueIx(2));
        assert_eq!(
            (words.number(secret), words.title(secret), words.call(secret)),
            ("14", EMBARGOED, "")
        );
        assert!(!words.cue_lists(ListForm::Full).contains("The guest"));
        assert!(!words.lift(&Picture { next: secret, ..Picture::default() }));
        assert!(words.lift(&Picture { public: vec![CueIx(2)], ..Picture::default() }));
        assert!(!words.lift(&Picture { public: vec![CueIx(2)], ..Picture::default() }));
        assert_eq!((words.title(secret), words.call(secret)), ("The guest", "Camera: GO"));
        assert!(words.cue_lists(ListForm::Full).contains("The guest"));
    }

    #[test]
    fn a_stranger_learns_of_no_show() {
        let words = ListWords::new(Arc::new(show()));
        assert!(!words.workspaces(true, false).contains("small"));
        assert!(words.workspaces(false, true).contains("A small show"));
    }
}
