//! One cue: what its values say of each other, of its segment, and of what the show has by name.

use super::names::Names;
use super::{Check, together};
use crate::show::draft::{ActionDraft, CueDraft, List, Mention, Placed, PointDraft, TriggerDraft};
use crate::show::problem::{ProblemPlace, quoted};
use crate::show::protocol::{Protocol, Wire};
use crate::show::{
    Action, Cue, CueIx, CueNumber, DepartmentIx, Extra, Look, NamedPlace, OutputIx, RoutePoint,
    SegmentIx, Step, Thresholds, Trigger,
};
use std::time::Duration;

/// The most departments that a cue may need.
const NEEDS_MAX: usize = 16;
/// The most steps that a cue may have.
const STEPS_MAX: usize = 99;
/// The most columns of their own that an author may keep beside a cue.
pub(crate) const EXTRA_MAX: usize = 99;

/// Names that cues may refer to.
pub(super) struct KnownNames<'a> {
    /// The ids of the departments.
    pub(super) departments: Names<'a>,
    /// The ids of the outputs.
    pub(super) output_names: Names<'a>,
    /// Destination of each output; `None` if it is faulty.
    pub(super) wires: Vec<Option<Wire>>,
    /// The ids of the places.
    pub(super) place_names: Names<'a>,
    /// The places in the order of their ids; `None` where one is faulty.
    pub(super) places: Vec<Option<NamedPlace>>,
}

/// The segment of a cue.
pub(super) struct CueHome {
    /// Its index.
    pub(super) segment: SegmentIx,
    /// Its planned duration.
    pub(super) duration: Option<Placed<Duration>>,
    /// Remaining times at which its countdown warns.
    pub(super) thresholds: Thresholds,
    /// `true` if its cues are public unless they say otherwise.
    pub(super) public: bool,
}

impl Check<'_> {
    /// The cue of a draft, which `cause` triggers and which is plan B for `main`, without the cues
    /// that it stops; nothing where it has no number.
    pub(super) fn cue(
        &self,
        draft: CueDraft,
        home: &CueHome,
        stage: &KnownNames<'_>,
        cause: Option<CueIx>,
        main: Option<CueIx>,
    ) -> Option<Cue> {
        self.check_together(&draft);
        let place = &draft.place;
        let number = self.need_some(draft.number.as_ref(), place, "a cue", "number");
        let number = number.and_then(|number| self.number(number));
        let title = self.need(draft.title, place, "a cue", "title");
        let needs = draft.needs.map(|needs| self.needs(&needs, stage)).unwrap_or_default();
        let thresholds =
            self.thresholds(draft.warn.as_deref(), draft.danger.as_deref(), home.thresholds);
        if let Some(planned) = &draft.planned {
            self.check_moment(planned.value, &planned.place, "planned", home);
        }
        let trigger = match (draft.trigger.map(|trigger| trigger.value), cause) {
            (Some(TriggerDraft::With(_, delay)), Some(cue)) => Trigger::With { cue, delay },
            (Some(TriggerDraft::After(_, delay)), Some(cue)) => Trigger::After { cue, delay },
            (Some(TriggerDraft::At(time)), _) => Trigger::At { time },
            (Some(TriggerDraft::Into(offset)), _) => {
                self.check_moment(offset.value, &offset.place, "into", home);
                Trigger::Into { offset: offset.value }
            }
            (Some(TriggerDraft::With(..) | TriggerDraft::After(..)), None)
            | (Some(TriggerDraft::Go) | None, _) => Trigger::Go,
        };
        let steps = draft.steps.map(|steps| self.steps(*steps)).unwrap_or_default();
        let route = draft.route.map(|route| self.route(&route, stage)).unwrap_or_default();
        let written = draft.actions.as_ref().is_none_or(|list| list.is_whole);
        let actions = draft.actions.map(|list| list.items).unwrap_or_default();
        let count = actions.len();
        let mut actions: Vec<Action> =
            actions.into_iter().filter_map(|action| self.action(action, stage)).collect();
        actions.shrink_to_fit();
        // Where some actions have faults of their own, nobody can say what would be sent together
        // without them.
        if let Some(asked) = draft.together.as_ref().filter(|together| together.value)
            && written
            && actions.len() == count
        {
            together::check(self.faults, asked, &actions, &stage.wires);
        }
        Some(Cue {
            number: number?,
            title,
            call: draft.call,
            notes: draft.notes,
            source: draft.source,
            needs,
            embargo: draft.embargo,
            public: draft.public.unwrap_or(home.public),
            duration: draft.duration.map(|duration| duration.value),
            thresholds,
            count: draft.count.as_ref().map(|count| count.value).unwrap_or_default(),
            planned: draft.planned.map(|planned| planned.value),
            trigger,
            backup_for: main,
            steps,
            route,
            look: draft.look.map(|look| look.value),
            actions,
            stops: vec![],
            together: draft.together.is_some_and(|together| together.value),
            pass: draft.pass.map(|pass| pass.value),
            extra: draft.extra.map(|extra| self.extra(*extra)).unwrap_or_default(),
            segment: home.segment,
        })
    }

    /// Checks keys that exclude or need each other.
    fn check_together(&self, draft: &CueDraft) {
        let by_itself =
            draft.trigger.as_ref().filter(|trigger| !matches!(trigger.value, TriggerDraft::Go));
        if let (Some(_), Some(planned)) = (by_itself, &draft.planned) {
            let what = "`planned` is only for cues that the caller calls";
            let fix = "remove it, or write `trigger = \"go\"`";
            self.faults.fault(planned.key.clone(), what, fix);
        }
        if let (Some(trigger), Some(_)) = (by_itself, &draft.backup_for) {
            let what = "a backup comes only by the caller's GO";
            self.faults.fault(trigger.key.clone(), what, "remove `trigger`, or `backup_for`");
        }
        let of_steps = draft.look.as_ref().filter(|look| Look::is_of_steps(look.value));
        if let (Some(look), None) = (of_steps, &draft.steps) {
            let what = "this `look` draws the steps of its cue, which has none";
            self.faults.fault(look.key.clone(), what, "add `steps`, or remove it");
        }
    }

    fn number(&self, number: &Mention) -> Option<CueNumber> {
        let read = CueNumber::new(&number.value);
        if let Err(error) = &read {
            let fix = "write 1 to 16 characters, such as \"12\", \"12.5\" or \"12A\": all but blanks, quotes and # * , / ? [ ] { }";
            self.faults.fault(number.place.clone(), error.to_string(), fix);
        }
        read.ok()
    }

    /// A moment, as a time from the start of the cue's segment, has to be inside it.
    fn check_moment(&self, into: Duration, place: &ProblemPlace, key: &str, home: &CueHome) {
        if let Some(duration) = &home.duration
            && into > duration.value
        {
            let what = format!("`{key}` is after the end of the segment");
            let related = (duration.place.clone(), "the segment lasts this long".to_owned());
            let fix = "write an earlier moment, or a longer segment";
            self.faults.fault_beside(place.clone(), what, fix, related);
        }
    }

    fn needs(&self, list: &List<Mention>, stage: &KnownNames<'_>) -> Vec<DepartmentIx> {
        if list.items.len() > NEEDS_MAX {
            let what = format!("this cue needs {} departments", list.items.len());
            let fix = format!("leave some out, or let one answer for several: {NEEDS_MAX} at most");
            self.faults.fault(list.place.clone(), what, fix);
        }
        let mut needs = Vec::with_capacity(list.items.len().min(NEEDS_MAX));
        for mention in &list.items {
            let found = stage.departments.resolve(self.faults, mention);
            let Some(department) = found.map(DepartmentIx) else { continue };
            if needs.contains(&department) {
                let what = format!("department {} is needed twice", quoted(&mention.value));
                self.faults.fault(mention.place.clone(), what, "name it once");
            } else if needs.len() < NEEDS_MAX {
                needs.push(department);
            }
        }
        needs
    }

    fn steps(&self, list: List<Step>) -> Vec<Step> {
        if list.items.len() > STEPS_MAX {
            let what = format!("this cue has {} steps", list.items.len());
            let fix = format!("put some into a second cue: {STEPS_MAX} at most");
            self.faults.fault(list.place, what, fix);
        }
        list.items
    }

    fn extra(&self, list: List<Extra>) -> Vec<Extra> {
        if list.items.len() > EXTRA_MAX {
            let what = format!("this cue has {} extra columns", list.items.len());
            let fix = format!("put some of them into its notes: {EXTRA_MAX} at most");
            self.faults.fault(list.place, what, fix);
        }
        list.items
    }

    fn route(&self, list: &List<PointDraft>, stage: &KnownNames<'_>) -> Vec<RoutePoint> {
        if list.items.len() < 2 && list.is_whole {
            let fix = "add a place or `[latitude, longitude]`";
            self.faults.fault(list.place.clone(), "a route has two points at least", fix);
        }
        let points = list.items.iter().filter_map(|point| match point {
            PointDraft::At { latitude, longitude, height_m } => Some(RoutePoint {
                name: None,
                latitude: *latitude,
                longitude: *longitude,
                height_m: *height_m,
            }),
            PointDraft::Named(id) => {
                let index = stage.place_names.resolve(self.faults, id)?;
                let place = stage.places.get(index as usize)?.as_ref()?;
                Some(RoutePoint {
                    name: Some(place.name.clone()),
                    latitude: place.latitude,
                    longitude: place.longitude,
                    height_m: None,
                })
            }
        });
        let mut points: Vec<RoutePoint> = points.collect();
        points.shrink_to_fit();
        points
    }

    fn action(&self, draft: ActionDraft, stage: &KnownNames<'_>) -> Option<Action> {
        let name = self.need_some(draft.output.as_ref(), &draft.place, "an action", "output");
        let output = name.and_then(|name| stage.output_names.resolve(self.faults, name));
        let body = self.need_some(draft.body, &draft.place, "an action", "message");
        let (name, output, body) = (name?, output?, body?);
        let wire = stage.wires.get(output as usize).and_then(Option::as_ref);
        let said = Protocol::from(&body);
        if let Some(wire) = wire.filter(|wire| wire.protocol != said) {
            let (own, foreign) = (wire.protocol.spec().word, said.spec().word);
            let what =
                format!("output {} speaks {own}, but this is for {foreign}", quoted(&name.value));
            let fix = format!("send this to an output that speaks {foreign}");
            self.faults.fault(draft.place, what, fix);
            return None;
        }
        Some(Action { output: OutputIx(output), body })
    }
}
