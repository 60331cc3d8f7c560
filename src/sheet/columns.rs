//! The fields of the columns of a run sheet, by what stands above them.

use std::fmt;
use std::str::FromStr;

use super::amount::Bare;

/// The purpose of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SheetField {
    /// The number of the cue.
    Number,
    /// The title: what happens.
    Title,
    /// The time of day at which a row begins.
    Start,
    /// The time of day at which it ends.
    End,
    /// The length of a row.
    Duration,
    /// Notes: what the caller should know.
    Notes,
    /// The words that the caller says.
    Call,
    /// Who does it.
    People,
    /// The act that the row belongs to.
    Act,
    /// A department: who has something to do where a cell is filled.
    Department,
    /// A column that is kept as it is.
    Extra,
    /// A column that is not imported.
    Ignored,
}

/// The words of `--map` for the fields.
const WORDS: &[(&str, SheetField)] = &[
    ("number", SheetField::Number),
    ("title", SheetField::Title),
    ("start", SheetField::Start),
    ("end", SheetField::End),
    ("duration", SheetField::Duration),
    ("notes", SheetField::Notes),
    ("call", SheetField::Call),
    ("people", SheetField::People),
    ("act", SheetField::Act),
    ("department", SheetField::Department),
    ("extra", SheetField::Extra),
    ("ignore", SheetField::Ignored),
];

impl FromStr for SheetField {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = WORDS.iter().find(|(word, _)| *word == text).map(|(_, field)| *field);
        found.ok_or_else(|| {
            let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
            format!("no field is called {text}; write one of {}", words.join(", "))
        })
    }
}

impl fmt::Display for SheetField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, field)| field == self).map_or("", |(word, _)| *word);
        f.write_str(word)
    }
}

impl SheetField {
    /// Returns `true` if only one column of a sheet can be it.
    pub fn is_single(self) -> bool {
        match self {
            SheetField::Number
            | SheetField::Title
            | SheetField::Start
            | SheetField::End
            | SheetField::Duration => true,
            SheetField::Notes
            | SheetField::Call
            | SheetField::People
            | SheetField::Act
            | SheetField::Department
            | SheetField::Extra
            | SheetField::Ignored => false,
        }
    }
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Counted from 1.
    pub column: u32,
    /// Its name, as it stands above it, on one line; empty where nothing does.
    pub name: String,
    /// Its purpose.
    pub field: SheetField,
    /// The unit of numbers without one that its name gives: "DUR (mins)".
    pub unit: Option<Bare>,
}

/// The names of columns that stand above them in English, German, French and Spanish sheets; those
/// that may be a number or a title, a start or a length, are decided by what else there is.
const NAMES: &[(SheetField, &str)] = &[
    (
        SheetField::Number,
        "#|no|nr|num|number|item #|item no|item number|cue|cue #|cue no|cue nr|cue number|q|q #|\
         q no|row|seq|sequence|pos|position|ref|id|nummer|lfd nr|n°|nº|numero|numéro|número|\
         order|step|item|line|top|block|segment #|seg #",
    ),
    (
        SheetField::Title,
        "title|action|activity|topic|what|description|desc|event|element|segment|item name|\
         cue name|cue title|name|program|programme|content|session|subject|label|agenda|\
         agenda item|details|titel|inhalt|was|programmpunkt|ablauf|beschreibung|thema|aktion|\
         titre|contenu|séquence|description de l'action|quoi|título|titulo|contenido|actividad|\
         scene|song|slug|story|item description|what's happening|what happens",
    ),
    (
        SheetField::Start,
        "time|time of day|tod|start|start time|starts|begin|begins|from|in time|clock|clock time|\
         onair|on air|time start|scheduled|scheduled start|planned start|est start|time in|zeit|\
         uhrzeit|beginn|startzeit|von|ab|heure|début|debut|heure début|horaire|hora|inicio|\
         hora inicio|when|real time|local time|at|slot|set time|stage time",
    ),
    (
        SheetField::End,
        "end|end time|timer-end-time|ends|finish|until|to|out time|time end|time out|stop|scheduled end|ende|\
         endzeit|bis|fin|heure fin|hora fin",
    ),
    (
        SheetField::Duration,
        "dur|duration|length|len|run time|runtime|running time|est dur|est duration|\
         planned duration|trt|rt|mins|min|minutes|secs|seconds|dauer|länge|laenge|durée|duree|\
         duración|duracion|allotted|allotted time|time allotted|how long",
    ),
    (
        SheetField::Notes,
        "notes|note|comments|comment|remarks|remark|info|information|timer-text|cue notes|production notes|\
         director notes|stage notes|anmerkung|anmerkungen|bemerkung|bemerkungen|notizen|hinweis|\
         hinweise|remarques|remarque|commentaires|notas|observaciones",
    ),
    (SheetField::Call, "call|standby call|caller|sm call|cue line|go"),
    (
        SheetField::People,
        "who|talent|presenter|presenters|speaker|speakers|host|hosts|artist|artists|performer|\
         performers|person|people|cast|wer|personen|sprecher|redner|moderation|\
         mitwirkende|qui|intervenant|intervenants|artiste|quién|quien|ponente|on stage|character|\
         characters|led by|lead|who's on|pres",
    ),
    (SheetField::Act, "act|part|section|show part|akt|teil|acte|partie|acto|parte"),
    (
        SheetField::Department,
        "lx|light|lights|lighting|licht|beleuchtung|lumière|lumiere|lumières|luz|luces|elx|\
         electrics|fs|spot|spots|followspot|follow spot|followspots|snd|sound|audio|ton|son|\
         sonido|sfx|mic|mics|mic #|microphone|microphones|a1|a2|music|musik|musique|band|\
         orchestra|playback|pb|vid|video|vidéo|vt|vtr|vtx|vision|scr|screen|screens|big screen|\
         led|led wall|gfx|graphics|graphic|grafik|slides|slide|ppt|powerpoint|keynote|projection|\
         proj|imag|cg|lower third|lower thirds|cam|cams|camera|cameras|kamera|caméra|camara|\
         stage|bühne|plateau|backstage|deck|fly|flys|flies|fly rail|rail|rigging|automation|auto|\
         motors|pyro|sfx/pyro|fx|effects|haze|smoke|lasers|laser|props|requisite|wardrobe|\
         costume|costumes|make-up|makeup|hmu|comms|stream|streaming|broadcast|autocue|prompter|\
         teleprompter|interpreters|catering|security|foh|stunts|dance|dancers|choir",
    ),
    (SheetField::Extra, "location|place|venue|room|where|ort|raum|lieu|salle|lugar|colour|color"),
];

/// A name as it is compared: in small letters, without what stands in brackets and the signs around
/// the words.
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut depth = 0_usize;
    for c in name.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '.' | ':' | ',' | '_' | '*' | '"' | '?' => plain.push(' '),
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The field that the name of a column says; `None` for one that says nothing.
pub fn meaning(name: &str) -> Option<SheetField> {
    let plain = plain(name);
    let is_there = |names: &str| names.split('|').any(|name| name == plain);
    let found = NAMES.iter().find(|(_, names)| is_there(names));
    found.map(|(field, _)| *field)
}

/// The unit in the name of a column: "DUR (mins)", "Length in seconds".
pub fn unit(name: &str) -> Option<Bare> {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic());
    words.find_map(|word| match word {
        "min" | "mins" | "minutes" | "minuten" | "minutos" => Some(Bare::Minutes),
        "s" | "sec" | "secs" | "seconds" | "sek" | "sekunden" | "secondes" | "segundos" => {
            Some(Bare::Seconds)
        }
        _ => None,
    })
}

/// Returns `true` for names that are a title where nothing else is, and otherwise a number.
pub fn may_be_title(name: &str) -> bool {
    ["item", "cue", "line", "top", "block", "step"].contains(&plain(name).as_str())
}

/// Returns `true` for names that are a length where another column is the start.
pub fn may_be_duration(name: &str) -> bool {
    ["time", "zeit"].contains(&plain(name).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_write_are_known() {
        for (name, field) in [
            ("Item #", SheetField::Number),
            (" No.", SheetField::Number),
            ("CUE", SheetField::Number),
            ("TIME OF DAY", SheetField::Start),
            ("Start:", SheetField::Start),
            ("DUR (mins)", SheetField::Duration),
            ("Activity", SheetField::Title),
            ("WHO", SheetField::People),
            ("Big Screen", SheetField::Department),
            ("LX", SheetField::Department),
            ("Lumière", SheetField::Department),
            ("COMMENTS", SheetField::Notes),
            ("Location", SheetField::Extra),
        ] {
            assert_eq!(meaning(name), Some(field), "{name:?}");
        }
        assert_eq!(meaning("Welcome"), None);
        assert_eq!(meaning(""), None);
        assert_eq!(
            [unit("DUR (mins)"), unit("Length in seconds"), unit("Dur")],
            [Some(Bare::Minutes), Some(Bare::Seconds), None]
        );
    }

    #[test]
    fn no_name_means_two_things() {
        let mut all: Vec<&str> = NAMES.iter().flat_map(|(_, names)| names.split('|')).collect();
        all.sort_unstable();
        let doubled: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert_eq!(doubled, Vec::<&[&str]>::new());
        assert!(all.iter().all(|name| plain(name) == *name), "{all:?}");
    }

    #[test]
    fn each_field_has_a_word_of_the_command_line() {
        for (word, field) in WORDS {
            assert_eq!(word.parse(), Ok(*field));
            assert_eq!(field.to_string(), *word);
        }
        assert!("colour".parse::<SheetField>().unwrap_err().contains("number, title"));
    }
}
