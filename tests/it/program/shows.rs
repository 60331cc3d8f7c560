//! The shows that the tests of the real program run.

use crate::harness::Wire;

/// A show that has something for every key.
pub(crate) fn evening(wire: &Wire) -> String {
    format!(
        r#"
        title = "An evening"
        timezone = "Europe/Paris"
        [department.stunts]
        name = "Stunts"
        [department.rigging]
        name = "Rigging"
        [output.desk]
        {}
        [[segment]]
        title = "Opening"
        duration = "10m"
        [[segment.cue]]
        number = "1"
        title = "House lights"
        duration = "5m"
        do = [
          {{ output = "desk", osc = "/one", args = [1, -2, 0.5, "text", true, false] }},
          {{ output = "desk", osc = "/one/b" }},
        ]
        [[segment.cue]]
        number = "2"
        title = "Fanfare"
        do = [{{ output = "desk", osc = "/two" }}]
        [[segment.cue]]
        number = "3"
        title = "Off the roof"
        call = "Stunts: GO"
        needs = ["stunts", "rigging"]
        do = [{{ output = "desk", osc = "/three" }}]
        [[segment.cue]]
        number = "3B"
        title = "From the ground"
        backup_for = "3"
        do = [{{ output = "desk", osc = "/ground" }}]
        [[segment]]
        title = "Finale"
        duration = "5m"
        [[segment.cue]]
        number = "4"
        title = "The rings"
        steps = [{{ title = "Blue ring" }}, {{ title = "Red ring" }}]
        do = [{{ output = "desk", osc = "/four" }}]
        [[segment.cue]]
        number = "5"
        title = "Curtain"
        do = [{{ output = "desk", osc = "/five" }}]
        "#,
        wire.output()
    )
}

/// A cue to call, and so many that come by themselves, each as long after the one before; then
/// three more to call.
pub(crate) fn chain(wire: &Wire, links: u32, delay: &str) -> String {
    let mut show = format!(
        "title = \"Chain\"\ntimezone = \"UTC\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"Chain\"\nduration = \"1h\"\n",
        wire.output()
    );
    for n in 0..=links {
        let trigger = match n {
            0 => String::new(),
            _ => format!("trigger = {{ with = \"{}\", delay = \"{delay}\" }}\n", n - 1),
        };
        show.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"Link {n}\"\n{trigger}\
             do = [{{ output = \"desk\", osc = \"/link\", args = [{n}] }}]\n"
        ));
    }
    for n in ["A", "B", "C", "D"] {
        show.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"Call {n}\"\n\
             do = [{{ output = \"desk\", osc = \"/call/{n}\" }}]\n"
        ));
    }
    show
}
