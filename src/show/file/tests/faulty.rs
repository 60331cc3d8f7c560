//! What is said of faulty show files, and where.

use super::{faults, parse};
use crate::show::problem::report;
use crate::show::{CueIx, OutputIx, OutputKind};

/// A show to which one thing is added: `cue` to its second cue, `head` before all tables, `tail`
/// behind all.
pub(super) fn show_with(head: &str, cue: &str, tail: &str) -> String {
    format!(
        "title = \"T\"\n{head}\n[department.stunts]\n[output.lights]\nosc = \"udp://[::1]:8000\"\n[output.web]\n\
         http = \"http://x\"\n[output.synth]\nmidi = \"x\"\n[output.vt]\nmpv = true\n[place.roof]\nat = [1, 2]\n\
         [[segment]]\ntitle = \"S\"\nduration = \"60s\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n\
         [[segment.cue]]\nnumber = \"2\"\ntitle = \"B\"\n{cue}\n{tail}\n"
    )
}

/// Checks that the only fault is at `«…»` of the text, and that what is said of it holds all the
/// words.
fn only_fault(text: &str, says: &[&str]) {
    let start = text.find('«').expect("no place is marked");
    let end = text.find('»').expect("no end is marked") - '«'.len_utf8();
    let text = text.replace(['«', '»'], "");
    let problems = faults(&text);
    let shown = report(&problems, "show.toml", &text, false);
    let [problem] = problems.as_slice() else { panic!("expected one fault:\n{shown}") };
    assert_eq!(problem.place, (start..end).into(), "{shown}");
    for word in says {
        assert!(shown.contains(word), "no {word:?} in\n{shown}");
    }
}

#[test]
fn faults_of_the_head_are_found() {
    for (head, says) in [
        ("«tiemzone» = \"UTC\"", &["unknown key `tiemzone`", "did you mean `timezone`?"] as &[_]),
        ("«weather» = \"x\"", &["unknown key", "the show knows `title`, `date`"]),
        ("date = «\"2024-08-11\"»", &["`date` is text, not a date", "write `date = 2024-08-11`"]),
        ("date = «2024-08-11T10:00:00»", &["not a date alone", "write `date = 2024-08-11`"]),
        ("date = «2023-02-30»", &["date"]),
        ("date = «9999-12-31»", &["no show can be run", "1970 to 2200"]),
        ("date = «1969-12-31»", &["no show can be run"]),
        (
            "timezone = «\"Europe/Pariss\"»",
            &["no time zone `Europe/Pariss`", "did you mean `Europe/Paris`?"],
        ),
        ("timezone = «1»", &["`timezone` is a whole number, not text", "`timezone = \"1\"`"]),
        ("clocks = [«\"Nowhere/City\"»]", &["no time zone", "IANA"]),
        ("clocks = «\"UTC\"»", &["`clocks` is text, not a list"]),
        ("[department.«\"a b\"»]", &["`a b` cannot be an id"]),
        ("[department.a]\ncolour = «\"rde\"»", &["no colour `rde`", "#rrggbb"]),
        ("[place.a]\nat = [«91», 0]", &["degrees of latitude", "-90 to 90"]),
        ("[place.a]\nat = [0, «-180.5»]", &["degrees of longitude"]),
        ("[place.a]\nat = [«nan», 1]", &["degrees of latitude"]),
        ("[place.a]\nat = «[1, 2, 3]»", &["not 3 numbers"]),
        ("«[person.a]»", &["a person has no `name`"]),
        ("person = «3»", &["`person` is a whole number, not a table", "write `[person.ID]`"]),
        ("[person]\nname = «\"x\"»", &["`name` is text, not a table"]),
        ("[department.a]\nname = «\"a\\nb\"»", &["line break"]),
        (
            "«[output.a]»",
            &["an output has no kind", "`osc`, `http`, `midi`, `mpv`, `tcp`, `udp` or `obs`"],
        ),
        ("[output.a]\nosc = «[]»", &["no address in this list", "write an address: `osc = \"…\"`"]),
        (
            "[output.a]\ntcp = «[\"a:1\", \"b:1\", \"c:1\", \"d:1\", \"e:1\"]»",
            &["5 machines are too many", "write at most 4"],
        ),
        (
            "[output.a]\nosc = [\"udp://localhost:8000\", «\"udp://127.0.0.1:8000\"»]",
            &["this machine is in the list already", "the backup machine"],
        ),
        (
            "[output.a]\nosc = [\"udp://a:1\", «\"b\"»]",
            &["`b` is no OSC address to send to", "udp://host:port"],
        ),
        ("[output.a]\ntcp = [\"a:1\", «2»]", &["an element of `tcp` is a whole number, not text"]),
        (
            "[output.a]\nhttp = [\"http://a\", \"http://b\"]\ntimeout = «\"0s\"»",
            &["a request cannot be done in no time"],
        ),
        (
            "[output.a]\nobs = «\"127.0.0.1\"»",
            &["no address of OBS", "write `\"ws://127.0.0.1:4455\"`"],
        ),
        ("[output.a]\nobs = «\"wss://a:1\"»", &["no encryption", "write `\"ws://a:1\"`"]),
        ("[output.a]\nobs = «\"ws://a\"»", &["has no port", "write `\"ws://a:4455\"`"]),
        ("[output.a]\nobs = «\"ws://a:1/x\"»", &["is no port", "ws://127.0.0.1:4455"]),
        (
            "[output.a]\nobs = \"ws://a:1\"\npassword = «\"secret\"»",
            &["does not belong in a show file", "env:HANDOVER_OBS_PASSWORD"],
        ),
        (
            "[output.a]\nosc = \"udp://a:1\"\n«password» = \"env:X\"",
            &["`password` is only for OBS outputs", "remove it"],
        ),
        (
            "[output.a]\nobs = \"ws://a:1\"\npanic = [{ request = «\"Stop it\"» }]",
            &["`Stop it` is no request of OBS", "SetCurrentProgramScene"],
        ),
        (
            "[output.a]\nobs = \"ws://a:1\"\npanic = [{ request = \"StopStream\", data = «1» }]",
            &["`data` is a whole number, not a table", "sceneName"],
        ),
        ("[output.a]\nobs = \"ws://a:1\"\npanic = [«{ data = {} }»]", &["has no `request`"]),
        ("[output.a]\nmidi = «[\"a\", \"b\"]»", &["`midi` is a list, not text"]),
        ("[output.a]\nmpv = true\n«midi» = \"x\"", &["both `mpv` and `midi`"]),
        (
            "[output.a]\nosc = \"udp://a:1\"\n\
             panic = [{ osc = \"/a\", «ramp» = [1.0, 0.0], over = \"1s\" }]",
            &["a panic changes a value at once", "write `args` with the last value"],
        ),
        (
            "[output.a]\nosc = \"udp://a:1\"\n\
             keepalive = { osc = \"/a\", «ramp» = [1.0, 0.0], every = \"9s\" }",
            &["unknown key `ramp`"],
        ),
        (
            "[output.a]\nosc = \"udp://a:1\"\npanic = [{ osc = \"/a\", «rampe» = 3 }]",
            &["unknown key `rampe`", "a panic action knows `osc` and `args`"],
        ),
        (
            "[output.a]\nmpv = true\npanic = [{ stop = true, «foo» = 1 }]",
            &["unknown key `foo`", "a panic action knows `pause`, `stop` and `layer`"],
        ),
        (
            "[output.a]\nmpv = true\npanic = [«{ }»]",
            &["a panic action has no command", "add `pause` or `stop`"],
        ),
        ("«[web]»", &["the page server has no `listen`", "127.0.0.1:8080"]),
        ("[web]\nlisten = «\"0.0.0.0:8080\"»", &["no passcode"]),
        (
            "[remote]\nlisten = \"127.0.0.1:1\"\n[web]\nlisten = «\"127.0.0.1:1\"»",
            &["remote controls are heard at 127.0.0.1:1 already"],
        ),
        ("«[remote]»", &["the remote control has no `listen`", "127.0.0.1:53000"]),
        ("remote = «true»", &["`remote` is true or false, not a table"]),
        (
            "[remote]\nlisten = «\"foh.local:5005\"»",
            &["no address and port", "write \"127.0.0.1:5005\""],
        ),
        ("[remote]\nlisten = «\"127.0.0.1\"»", &["no address and port"]),
        ("[remote]\nlisten = «\"127.0.0.1:0\"»", &["`0` is no port"]),
        ("[remote]\nlisten = «53000»", &["a whole number, not text"]),
        (
            "[remote]\nlisten = «\"0.0.0.0:53000\"»",
            &["no passcode", "env:HANDOVER_PASSCODE", "127.0.0.1"],
        ),
        ("[remote]\nlisten = «\"[::]:53000\"»", &["no passcode"]),
        (
            "[remote]\nlisten = \"[::1]:1\"\npasscode = «\"2468\"»",
            &["no place in a show file", "env:HANDOVER"],
        ),
        ("[remote]\nlisten = \"[::1]:1\"\npasscode = «\"env:1 A\"»", &["environment variable"]),
        ("[remote]\nlisten = \"[::1]:1\"\n«passcod» = \"env:A\"", &["did you mean `passcode`?"]),
        ("[output.a]\nosc = «\"127.0.0.1:8000\"»", &["no OSC address", "udp://host:port"]),
        ("[output.a]\nosc = «\"udp://host\"»", &["no port"]),
        ("[output.a]\nosc = «\"udp://host:0\"»", &["`0` is no port"]),
        ("[output.a]\nosc = «\"udp://::1:8000\"»", &["in brackets"]),
        ("[output.a]\nosc = «\"udp://:8000\"»", &["no host"]),
        ("[output.a]\nosc = \"udp://h:1\"\n«flags» = [\"--fs\"]", &["only for mpv"]),
        ("[output.a]\nmpv = true\nflags = «\"--fs\"»", &["`flags` is text, not a list"]),
        (
            "[output.a]\nmpv = true\nflags = [\"--fs\", «\"-fs\"»]",
            &["`-fs` is no option of mpv", "--screen=1"],
        ),
        ("[output.a]\nmpv = true\nflags = [«\"film.mp4\"»]", &["no option of mpv"]),
        ("[output.a]\nmpv = true\nflags = [«\"--\"»]", &["no option of mpv"]),
        (
            "[output.a]\nmpv = true\nflags = [«\"--input-ipc-server=/tmp/x\"»]",
            &["not among the options of mpv", "docs/guide.md"],
        ),
        ("[output.a]\nmpv = true\nflags = [«\"--no-pause\"»]", &["not among the options"]),
        (
            "[output.a]\nmpv = true\nflags = [«\"--scren=1\"»]",
            &["not among the options", "did you mean `--screen`?"],
        ),
        (
            "[output.a]\nmpv = true\npanic = [{ «play» = \"a.mp4\" }]",
            &["a panic plays no clip", "`stop = true`"],
        ),
        (
            "[output.a]\nmpv = true\npanic = [{ «resume» = true }]",
            &["a panic resumes no clip", "`stop = true`"],
        ),
        (
            "[output.a]\nmpv = true\npanic = [{ stop = true, «layer» = \"bgm\" }]",
            &["a panic stops all layers", "remove `layer`"],
        ),
        ("[output.a]\nosc = \"udp://h:1\"\n«timeout» = \"1s\"", &["only for HTTP"]),
        ("[output.a]\ntcp = «\"10.0.0.9\"»", &["no port", "`tcp = \"10.0.0.9:5250\"`"]),
        ("[output.a]\ntcp = «\"tcp://h:1\"»", &["no host and port", "`tcp = \"h:1\"`"]),
        ("[output.a]\nudp = «\"::1:9\"»", &["in brackets", "`udp = \"10.0.0.9:5250\"`"]),
        ("[output.a]\nudp = \"h:1\"\n«framing» = \"slip\"", &["only for OSC over TCP"]),
        ("[output.a]\nudp = \"h:1\"\n«timecode» = \"osc\"", &["only for MIDI and OSC"]),
        (
            "[output.a]\ntcp = \"h:1\"\npanic = [{ text = \"A\\r\\n\", «hex» = \"02\" }]",
            &["both `text` and `hex`"],
        ),
        ("[output.a]\ntcp = \"h:1\"\npanic = [{ hex = «\"\"» }]", &["no byte in it"]),
        ("[output.a]\ntcp = \"h:1\"\npanic = [{ text = «\"\"» }]", &["nothing in this text"]),
        (
            "[output.a]\ntcp = \"h:1\"\npanic = [{ hex = «\"02 4 03\"» }]",
            &["`4` has an odd number of digits", "two digits for each byte"],
        ),
        (
            "[output.a]\ntcp = \"h:1\"\npanic = [{ hex = «\"0x02\"» }]",
            &["'x' is no hexadecimal digit"],
        ),
        (
            "[output.a]\ntcp = \"h:1\"\npanic = [{ «osc» = \"/a\" }]",
            &["`a` speaks text, but `osc` is for osc", "write text keys"],
        ),
        (
            "[output.a]\nosc = \"udp://h:1\"\npanic = [{ «text» = \"A\" }]",
            &["`a` speaks osc, but `text` is for text"],
        ),
        ("[output.a]\nhttp = «\"ftp://x\"»", &["no URL"]),
        ("[output.a]\nhttp = «\"http://me:pw@x\"»", &["user name or password", "headers"]),
        ("[output.a]\nhttp = \"http://x\"\nheaders = { «\"a b\"» = \"x\" }", &["name of a header"]),
        (
            "[output.a]\nhttp = \"http://x\"\nheaders = { «Content-length» = \"3\" }",
            &["the program's own"],
        ),
        ("[output.a]\nhttp = \"http://x\"\nca = «\"ca.pem\"»", &["plain HTTP", "https://"]),
        ("[output.a]\nosc = \"udp://x:1\"\n«ca» = \"ca.pem\"", &["only for HTTP"]),
        (
            "[output.a]\nosc = \"udp://x:1\"\nkeepalive = «{ osc = \"/a\" }»",
            &["a keepalive has no `every`", "`every = \"9s\"`"],
        ),
        (
            "[output.a]\nosc = \"udp://x:1\"\nkeepalive = «{ every = \"9s\" }»",
            &["a keepalive has no `osc`"],
        ),
        (
            "[output.a]\nosc = \"udp://x:1\"\nkeepalive = { osc = \"/a\", every = «\"0.5s\"» }",
            &["once a second at most"],
        ),
        (
            "[output.a]\ntcp = \"x:1\"\nkeepalive = { «osc» = \"/a\", every = \"9s\" }",
            &["speaks text, but `osc` is for osc"],
        ),
        ("[output.a]\nmpv = true\n«keepalive» = { stop = true }", &["only for OSC outputs"]),
        ("[output.a]\nosc = \"udp://x:1\"\nprefix = «\"ch/01\"»", &["begins with `/`"]),
        (
            "[output.a]\nosc = \"udp://x:1\"\nprefix = «\"/ch/01/\"»",
            &["ends without `/`", "`prefix = \"/ch/01\"`"],
        ),
        ("[output.a]\nosc = \"udp://x:1\"\nprefix = «\"/\"»", &["ends without `/`", "remove it"]),
        ("[output.a]\ntcp = \"x:1\"\n«prefix» = \"/a\"", &["only for OSC outputs"]),
        (
            "[output.a]\nosc = \"tcp://x:1\"\nframing = «true»",
            &["`framing` is true or false, not text", "write one of \"slip\", \"length\""],
        ),
        ("[output.a]\nosc = \"udp://x:1\"\n«framing» = \"length\"", &["only for OSC over TCP"]),
        ("[output.a]\nosc = \"tcp://x:1\"\nframing = «\"lenght\"»", &["did you mean `length`?"]),
        (
            "[output.a]\nhttp = \"http://x\"\nheaders = { a = «\"env:\"» }",
            &["environment variable"],
        ),
        ("[output.a]\nhttp = \"http://x\"\ntimeout = «\"0s\"»", &["no time"]),
        (
            "[output.a]\nmidi = \"x\"\ntimecode = «\"osc\"»",
            &["sent timecode as MTC", "`timecode = \"mtc\"`"],
        ),
        (
            "[output.a]\nosc = \"udp://h:1\"\ntimecode = «\"mtc\"»",
            &["timecode as OSC", "`timecode = \"osc\"`"],
        ),
        ("[output.a]\nmpv = true\nstation = «\"L.A.\"»", &["1 to 32 of the characters", "\"la\""]),
        ("[output.a]\nmpv = true\n«timecode» = \"mtc\"", &["only for MIDI and OSC outputs"]),
        (
            "[output.a]\nmidi = \"x\"\ntimecode = «\"mct\"»",
            &["`timecode` cannot be `mct`", "`mtc`?"],
        ),
        ("[output.a]\nmidi = \"x\"\ntimecode = «25»", &["`timecode` is a whole number, not text"]),
        (
            "[output.a]\nmidi = \"x\"\ntimecode = \"mtc\"\nrate = «23.976»",
            &["no timecode of 23.976", "29.97"],
        ),
        (
            "[output.a]\nmidi = \"x\"\ntimecode = \"mtc\"\nrate = «\"25\"»",
            &["`rate` is text, not a number"],
        ),
        ("[output.a]\nmidi = \"x\"\n«rate» = 25", &["`rate` is there without `timecode`"]),
        (
            "[output.a]\nmpv = true\npanic = [{ «osc» = \"/x\" }]",
            &["output `a` speaks mpv, but `osc` is for osc"],
        ),
    ] {
        only_fault(&show_with(head, "", ""), says);
    }
}

#[test]
fn faults_of_cues_are_found() {
    for (cue, says) in [
        (
            "«planed» = \"1s\"",
            &["unknown key `planed` in a cue", "did you mean `planned`?"] as &[_],
        ),
        ("«after» = \"1\"", &["unknown key `after` in a cue", "write it inside `trigger = { … }`"]),
        ("«delay» = \"1s\"", &["unknown key `delay`", "inside `trigger = { … }`"]),
        ("planned = «\"61s\"»", &["after the end of the segment", "the segment lasts this long"]),
        (
            "duration = «90»",
            &["`duration` is a whole number, not a duration", "`duration = \"90s\"`"],
        ),
        ("duration = «\"90\"»", &["no unit", "\"90s\" for seconds"]),
        ("duration = «\"1 hour\"»", &["no duration: `1 hour`"]),
        ("duration = «\"100h\"»", &["longer than 99:59:59"]),
        ("source = «\"love\"»", &["`source` cannot be `love`", "did you mean `live`?"]),
        ("embargo = «\"true\"»", &["`embargo` is text, not true or false", "`embargo = true`"]),
        ("needs = [«\"stunt\"»]", &["no department is called `stunt`", "did you mean `stunts`?"]),
        ("needs = [\"stunts\", «\"stunts\"»]", &["needed twice"]),
        ("needs = «\"stunts\"»", &["`needs` is text, not a list"]),
        ("trigger = «\"auto\"»", &["no trigger `auto`", "write \"go\", { with"]),
        ("trigger = { with = \"1\", «after» = \"1\" }", &["both `with` and `after`"]),
        ("trigger = { with = «\"3\"» }", &["no cue has the number `3`"]),
        ("trigger = { with = «1» }", &["`with` is a whole number, not text", "`with = \"1\"`"]),
        ("trigger = { with = «\"2\"» }", &["cue `2` waits for itself"]),
        ("trigger = «{ }»", &["a trigger has no cause"]),
        ("trigger = { into = \"1s\", «delay» = \"1s\" }", &["`delay` is only for"]),
        ("trigger = { into = «\"2m\"» }", &["after the end"]),
        (
            "trigger = { at = «\"21:07:00\"» }",
            &["`at` is text, not a time of day", "`at = 21:07:00`"],
        ),
        (
            "trigger = { at = «2024-01-01T21:07:00» }",
            &["not a time of day alone", "`at = 21:07:00`"],
        ),
        ("trigger = { at = «21:07:60» }", &["second"]),
        (
            "trigger = { into = \"1s\" }\n«planned» = \"1s\"",
            &["only for cues that the caller calls"],
        ),
        ("backup_for = «\"9\"»", &["no cue has the number `9`"]),
        ("backup_for = «\"2\"»", &["backup for itself"]),
        ("backup_for = \"1\"\n«trigger» = { with = \"1\" }", &["only by the caller's GO"]),
        ("look = «\"ring\"»\nsteps = [{ title = \"a\" }]", &["did you mean `rings`?"]),
        ("«look» = \"rings\"", &["draws the steps of its cue, which has none"]),
        (
            "look = «\"ring of fire\"»\nsteps = [{ title = \"a\" }]",
            &["write one of \"rings\", \"hollywood\""],
        ),
        ("steps = [«{ colour = \"red\" }»]", &["a step has no `title`"]),
        ("route = { points = «[\"roof\"]» }", &["two points at least"]),
        ("route = { points = [\"roof\", «\"rof\"»] }", &["no place is called `rof`", "`roof`"]),
        ("route = { points = [\"roof\", [1, 2, «1e6»]] }", &["metres are out of range"]),
        ("do = [«{ osc = \"/x\" }»]", &["an action has no `output`"]),
        (
            "do = [{ output = «\"light\"», osc = \"/x\" }]",
            &["no output is called `light`", "`lights`"],
        ),
        ("do = [«{ output = \"lights\" }»]", &["an action has no `osc`"]),
        (
            "do = [{ output = \"lights\", «play» = \"x\" }]",
            &["output `lights` speaks osc, but `play` is for mpv"],
        ),
        ("do = [{ output = \"lights\", osc = «\"go\"» }]", &["begins with `/`", "osc = \"/go\""]),
        (
            "do = [{ output = \"lights\", osc = «\" cue 13\"» }]",
            &["begins with `/`", "write `osc = \"/cue/13\"`"],
        ),
        (
            "do = [{ output = \"lights\", osc = «\"cue #13\"» }]",
            &["begins with `/`", "like `osc = \"/cue/13/start\"`"],
        ),
        ("do = [{ output = \"lights\", osc = «\"/go now\"» }]", &["cannot hold ' '"]),
        ("do = [{ output = \"lights\", osc = \"/x\", args = [«3000000000»] }]", &["out of range"]),
        (
            "do = [{ output = \"lights\", osc = \"/x\", args = [«1e39»] }]",
            &["out of range", "write -3.4e38 to 3.4e38"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/x\", args = [«inf»] }]",
            &["`inf` is no finite number", "write a finite number"],
        ),
        ("do = [{ output = \"lights\", osc = \"/x\", args = [«nan»] }]", &["no finite number"]),
        (
            "do = [{ output = \"lights\", osc = \"/x\", args = [«[]»] }]",
            &["no argument for a list"],
        ),
        ("do = [{ output = \"web\", method = «\"post\"» }]", &["no HTTP method", "\"POST\""]),
        ("do = [{ output = \"web\", path = «\"x\"» }]", &["begins with `/`"]),
        ("do = [{ output = \"web\", path = «\"/a b\"» }]", &["`%20`"]),
        ("do = [{ output = \"web\", body = \"x\", «json» = 1 }]", &["both `body` and `json`"]),
        ("do = [{ output = \"web\", json = [«inf»] }]", &["JSON has no infinite"]),
        (
            "do = [{ output = \"web\", method = \"GET\", «body» = \"x\" }]",
            &["GET request cannot carry", "DELETE"],
        ),
        ("do = [{ output = \"web\", retry = «11» }]", &["`retry`", "0 to 10"]),
        ("do = [{ output = \"web\", retry = «-1» }]", &["`retry`", "0 to 10"]),
        (
            "do = [{ output = \"lights\", osc = \"/x\", «retry» = 1 }]",
            &["speaks osc, but `retry` is for http"],
        ),
        ("«together» = true", &["two OSC messages or more to one output"]),
        ("together = «1»", &["not true or false"]),
        ("pass = «\"L.A.\"»", &["1 to 32 of the characters", "\"la\""]),
        ("pass = «true»", &["`pass` is true or false, not text"]),
        (
            "do = [{ output = \"lights\", osc = \"/x\" }, { output = \"web\" }]\n«together» = true",
            &["to one output"],
        ),
        (
            "do = [{ output = \"web\" }, { output = \"web\" }]\n«together» = true",
            &["two OSC messages"],
        ),
        (
            "together = true\ndo = [{ output = \"lights\", osc = \"/x\" }, { output = «\"desk\"», osc = \"/y\" }]",
            &["`desk`"],
        ),
        (
            "do = [{ output = \"synth\", note_on = { channel = «17», note = 1 } }]",
            &["from 1 to 16"],
        ),
        (
            "do = [{ output = \"synth\", note_on = «{ channel = 1 }» }]",
            &["a note on has no `note`"],
        ),
        ("do = [{ output = \"synth\", msc = { command = «\"og\"» } }]", &["did you mean `go`?"]),
        (
            "do = [{ output = \"synth\", msc = { command = \"go\", cue = «\"A1\"» } }]",
            &["digits and single points"],
        ),
        (
            "do = [{ output = \"synth\", msc = «{ command = \"timed-go\" }» }]",
            &["no `time`", "`time = \"5s\"`"],
        ),
        (
            "do = [{ output = \"synth\", msc = { command = \"timed-go\", time = «\"24h\"» } }]",
            &["24 hours"],
        ),
        (
            "do = [{ output = \"synth\", msc = { command = \"go\", «time» = \"1s\" } }]",
            &["`go` takes no `time`"],
        ),
        (
            "do = [{ output = \"synth\", msc = { command = \"go\", cue = «\"1..2\"» } }]",
            &["single points"],
        ),
        (
            "do = [{ output = \"synth\", msc = { command = \"go\", cue = «\".5\"» } }]",
            &["single points"],
        ),
        (
            "do = [{ output = \"synth\", msc = { command = \"fire\", macro = «128» } }]",
            &["0 to 127"],
        ),
        (
            "do = [{ output = \"synth\", msc = { command = \"set\", control = 1, value = «16384» } }]",
            &["16383"],
        ),
        (
            "do = [{ output = \"synth\", msc = { command = \"restore\", «cue» = \"1\" } }]",
            &["takes no `cue`"],
        ),
        (
            "do = [{ output = \"vt\", play = \"a\", from = \"5s\", to = «\"5s\"» }]",
            &["end before it begins"],
        ),
        ("do = [{ output = \"vt\", pause = true, «volume» = 5 }]", &["both `pause` and `volume`"]),
        ("do = [{ output = \"vt\", volume = 5, «fade_in» = \"1s\" }]", &["only for `play`"]),
        ("do = [{ output = \"vt\", volume = «101» }]", &["101"]),
        ("do = [{ output = \"vt\", pause = true, «over» = \"1s\" }]", &["`volume` and `stop`"]),
        ("do = [{ stop_cue = «\"1O\"» }]", &["no cue has the number `1O`", "did you mean `1`?"]),
        ("do = [{ stop_cue = «\"2\"» }]", &["cue `2` stops itself", "another cue"]),
        ("do = [{ stop_cue = «1» }]", &["`stop_cue` is a whole number, not text"]),
        (
            "do = [{ stop_cue = \"1\", «output» = \"vt\" }]",
            &["`stop_cue` goes to no output", "remove `output`"],
        ),
        (
            "do = [{ stop_cue = \"1\" }, { stop_cue = «\"1\"», over = \"1s\" }]",
            &["cue `1` is stopped twice", "name it once"],
        ),
        ("do = [{ stop_cue = \"1\", over = «1» }]", &["`over` is a whole number", "\"1s\""]),
        (
            "do = [{ «stop_ceu» = \"1\", output = \"vt\", stop = true }]",
            &["did you mean `stop_cue`?"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", ramp = «[0.5]», over = \"1s\" }]",
            &["from one number to another, and here are 1", "write `ramp = [0.0, 0.75]`"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", ramp = «0.5», over = \"1s\" }]",
            &["`ramp` is a decimal number, not a list", "[0.0, 0.75]"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", ramp = [0.5, «\"1\"»], over = \"1s\" }]",
            &["a ramp has numbers, and here is text", "write it like `ramp = [0.0, 0.75]`"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", ramp = [«nan», 1.0], over = \"1s\" }]",
            &["`nan` is no finite number", "write a finite number"],
        ),
        (
            "do = [«{ output = \"lights\", osc = \"/a\", ramp = [0.5, 1.0] }»]",
            &["an action has no `over`", "add `over = \"2s\"`"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", ramp = [0.5, 1.0], over = «\"0s\"» }]",
            &["a ramp takes its time", "or `args` instead of `ramp`"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", ramp = [0, 1.0], over = \"1s\", «args» = [1] }]",
            &["the only argument of its message", "remove `args`"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", «over» = \"1s\", args = [1] }]",
            &["`over` is there without `ramp`", "add `ramp = [0.0, 0.75]`"],
        ),
        (
            "do = [{ output = «\"lihgts\"», osc = \"/a\", over = \"1s\", ramp = [1, 5] }]",
            &["did you mean `lights`?"],
        ),
        (
            "do = [{ output = \"vt\", volume = 20, over = \"1s\", «ramp» = [1, 5] }]",
            &["speaks mpv, but `ramp` is for osc"],
        ),
        (
            "do = [{ output = \"vt\", play = \"a\", «over» = \"1s\" }]",
            &["`volume` and `stop`", "write `fade_in`"],
        ),
        ("do = [{ output = \"vt\", stop = true, «optional» = true }]", &["only for `play`"]),
        (
            "do = [{ output = \"vt\", play = \"a.mp3\", layer = «\"bg m\"» }]",
            &["`bg m` cannot be an id", "letters"],
        ),
        ("do = [{ output = \"vt\", stop = true, layer = «5» }]", &["`layer` is a whole number"]),
        (
            "do = [{ output = \"vt\", play = «\"logo.PNG\"», layer = \"bgm\" }]",
            &["layer `bgm` plays only sound", "`logo.PNG` is a still picture", "another output"],
        ),
        (
            "do = [{ output = \"lights\", osc = \"/a\", «layer» = \"bgm\" }]",
            &["speaks osc, but `layer` is for mpv"],
        ),
        ("do = [{ output = \"vt\", play = «\"https://x/y.mp4\"» }]", &["a clip is a file"]),
        ("do = «{ output = \"vt\", stop = true }»", &["not a list of tables"]),
    ] {
        only_fault(&show_with("", cue, ""), says);
    }
}

#[test]
fn faults_of_the_rundown_are_found() {
    let cue = |number: &str, more: &str| {
        format!("[[segment.cue]]\nnumber = {number}\ntitle = \"C\"\n{more}\n")
    };
    for (tail, says) in [
        (cue("«\"2\"»", ""), &["cue number `2` is used twice", "it is used here first"] as &[_]),
        (cue("«3»", "") + &cue("\"4\"", "trigger = { with = \"3\" }"), &["`number = \"3\"`"]),
        (cue("«\"a b\"»", ""), &["cannot contain ' '", "all but blanks, quotes and #"]),
        (
            "[[segment]]\ntitle = \"B\"\nduration = \"1m\"\n«zzqq» = 1".into(),
            &["unknown key `zzqq` in a segment", "`cue`, `use` and `with`"],
        ),
        ("«[[segment.cue]]»\ntitle = \"C\"".into(), &["a cue has no `number`"]),
        (
            cue("\"3\"", "backup_for = \"1\"") + &cue("\"4\"", "backup_for = «\"3\"»"),
            &["itself a backup", "write `1`"],
        ),
        (
            cue("\"3\"", "trigger = { with = «\"5\"» }")
                + &cue("\"4\"", "trigger = { after = \"3\" }")
                + &cue("\"5\"", "trigger = { with = \"4\" }")
                + &cue("\"6\"", "trigger = { with = \"5\" }"),
            &["in a circle: 3 → 4 → 5 → 3"],
        ),
        ("«[[segment]]»\ntitle = \"C\"".into(), &["a segment has no `duration`"]),
        ("[[segment]]\nduration = \"1s\"\ntitle = «\" \"»".into(), &["`title` is empty"]),
    ] {
        only_fault(&show_with("", "", &tail), says);
    }
    let no_rundown = faults("title = \"T\"\nsegment = []");
    assert_eq!(no_rundown[0].what, "the show has no segments");
    let one_table = faults("title = \"T\"\n[segment]\ntitle = \"x\"\nduration = \"1s\"");
    assert_eq!((one_table.len(), one_table[0].fix.as_str()), (1, "write `[[segment]]`"));
    assert!(
        parse(&show_with("", "", ""), "Nowhere/City").unwrap_err()[0].what.contains("Nowhere/City")
    );
}

#[test]
fn a_segment_ends_after_its_start() {
    let show = |start: &str, end: &str, duration: &str| {
        format!(
            "title = \"T\"\n[[segment]]\ntitle = \"S\"\nstart = {start}\nend = {end}\n\
             duration = \"{duration}\"\n"
        )
    };
    for (start, end, duration) in [
        ("12:00:00", "«11:00:00»", "1h"),
        ("12:00:00", "«12:00:00»", "1h"),
        ("00:10:00", "«23:50:00»", "20m"),
    ] {
        let text = show(start, end, duration);
        only_fault(&text, &["the segment ends at", "write an `end` after `start`"]);
    }
    for (start, end, duration) in [
        ("12:00:00", "12:00:01", "1h"),
        ("22:00:00", "01:00:00", "3h"),
        ("22:00:00", "04:00:00", "3h"),
        ("09:00:00", "09:00:00", "24h"),
    ] {
        super::good(&show(start, end, duration));
    }
}

#[test]
fn a_message_fits_into_its_datagram() {
    let text = "x".repeat(70_000);
    let action = format!("do = [{{ output = \"lights\", osc = \"/x\", args = [\"{text}\"] }}]");
    assert!(faults(&show_with("", &action, ""))[0].what.contains("too large for a datagram"));

    // Each takes `/x`, its types and its text padded to 4 + 4 + 30,004 bytes, and 4 for its size;
    // the bundle takes 16.
    let action =
        format!("{{ output = \"lights\", osc = \"/x\", args = [\"{}\"] }}", &text[..30_000]);
    let cue = |together: bool, count| {
        format!("together = {together}\ndo = [{}]", vec![action.as_str(); count].join(", "))
    };
    assert!(
        parse(&show_with("", &cue(true, 2), ""), "UTC")
            .is_ok_and(|show| show.cues[CueIx(1)].together)
    );
    let large = faults(&show_with("", &cue(true, 3), ""));
    assert_eq!(large[0].what, "what leaves together has 90064 bytes, too many for a datagram");
    assert!(
        parse(&show_with("", &cue(false, 3), ""), "UTC")
            .is_ok_and(|show| !show.cues[CueIx(1)].together)
    );
    let stream = show_with("", &cue(true, 3), "").replace("udp://", "tcp://");
    assert!(parse(&stream, "UTC").is_ok_and(|show| show.cues[CueIx(1)].together));
}

#[test]
fn faults_of_the_syntax_are_found_with_all_others() {
    for (cue, says) in [
        (
            "duration = «1m30s»",
            &["`1m30s` is not written as a duration", "`duration = \"1m30s\"`"] as &[_],
        ),
        (
            "trigger = { at = «8pm» }",
            &["`8pm` is not written as a time of day", "write `at = 20:00:00`"],
        ),
        ("embargo = «yes»", &["not written as true or false", "write `embargo = true`"]),
        (
            "call = 'It«'»s on'",
            &["the apostrophe ends the text", "use double quotes: `call = \"It's on\"`"],
        ),
        ("call = \"a «\"»big\" hand\"", &["the quote ends the text", "`call = 'a \"big\" hand'`"]),
        ("call = \"C:\\u«»sers\"", &["a backslash", "write `\\\\` for a backslash"]),
        ("«call: \"Go\"»", &["a line without `=`", "write `call = \"Go\"`"]),
        (
            "do = [{ output = \"vt\", play = «\"list.M3U8\"» }]",
            &["a list of other files", "the clips themselves"],
        ),
        ("call = «“GO”»", &["without quotes", "`\"GO\"`"]),
        ("call = «»", &["a key without a value"]),
        ("call = \"GO«»", &["not closed"]),
        ("«call \"GO\"»", &["a line without `=`"]),
        ("«title» = \"x\"", &["`title` appears twice"]),
        ("needs = «[»\"stunts\"\nembargo = true", &["this `[` is never closed", "`]`"]),
        ("trigger = «{» with = \"1\"\nembargo = true", &["this `{` is never closed"]),
        ("notes = «\"\"\"»\nwords", &["never closed"]),
        ("needs = [\"stunts\",«,»]", &["a comma too many"]),
        ("do = [{ output = \"lights\", osc = «/x» }]", &["without quotes: `/x`"]),
        (
            "«[[segment.cue]»\nnumber = \"1\"",
            &["brackets of this header do not match", "`[[segment.cue]]`"],
        ),
        ("«[output.x]]»\nnumber = \"1\"", &["brackets of this header", "`[[output.x]]`"]),
    ] {
        only_fault(&show_with("", cue, ""), says);
        let (text, last) =
            (show_with("", cue, "[[segment]]\ntitle = 7"), "`title` is a whole number, not text");
        let swallowed = cue.starts_with("notes");
        let whats: Vec<_> =
            faults(&text.replace(['«', '»'], "")).into_iter().map(|problem| problem.what).collect();
        assert!(swallowed || whats.iter().any(|what| what == last), "{cue}: {whats:?}");
    }
}

#[test]
fn all_faults_are_named_at_once() {
    let text = r#"titel = "x"
timezone = "Mars/Olympus"
[output.lights]
osc = "udp://nowhere"
[[segment]]
title = "S"
duration = 90
start = "21:05:00"
cue 12
[[segment.cue]]
number = "1"
title = "A"
needs = ["stunts"]
trigger = { with = "2" }
[[segment.cue]]
number = "1"
title = "B"
planned = 1m
do = [{ output = "lights", mpv = true }, { output = "light", osc = "x" }]
"#;
    let found: Vec<_> =
        faults(text).iter().map(|p| (p.line_column(text), p.what.clone())).collect();
    let lines: Vec<_> = found.iter().map(|((line, _), _)| *line).collect();
    assert_eq!(lines, [1, 2, 4, 7, 8, 9, 13, 14, 16, 18, 19, 19, 19], "{found:#?}");
}

#[test]
fn a_show_control_message_fits_into_what_the_standard_allows() {
    let msc = |digits: usize| {
        let (cue, go) = ("1".repeat(digits), "command = \"go\"");
        show_with(
            "",
            &format!("do = [{{ output = \"synth\", msc = {{ {go}, cue = \"{cue}\" }} }}]"),
            "",
        )
    };
    assert!(parse(&msc(100), "UTC").is_ok());
    assert!(faults(&msc(130))[0].what.contains("128 bytes"));
}

#[test]
fn midi_byte_by_byte_and_machine_control_are_checked() {
    for (action, says) in [
        ("hex = «\"F0 7F 7F 06 02\"»", &["this message has no end", "write F7"] as &[_]),
        ("hex = «\"F0 80 F7\"»", &["byte 2, 80", "00 to 7F"]),
        ("hex = «\"3C 40\"»", &["no MIDI message begins with 3C", "F0"]),
        ("hex = «\"F0 7\"»", &["odd number of digits"]),
        ("mmc = «\"plya\"»", &["`mmc` cannot be `plya`", "did you mean `play`?"]),
        ("mmc = «1»", &["`mmc` is a whole number, not a table"]),
        ("mmc = { locate = «\"01:00:00:25\"» }", &["beyond 23:59:59:24", "01:00:00:00"]),
        ("mmc = { locate = «\"1h\"» }", &["no timecode"]),
        ("mmc = { locate = \"01:00:00:00\", rate = «26» }", &["26 frames a second"]),
        ("mmc = { command = \"play\", «rate» = 25 }", &["`rate` is only for `locate`"]),
        ("mmc = { command = \"play\", «locate» = \"01:00:00:00\" }", &["both `command` and"]),
        ("mmc = «{ device = 1 }»", &["has no command", "`command` or `locate`"]),
        ("mmc = { command = \"play\", device = «128» }", &["128"]),
        ("mmc = \"play\", «hex» = \"F8\"", &["both `mmc` and `hex`"]),
        ("hex = \"F8\", «args» = [1]", &["speaks midi, but `args` is for osc"]),
    ] {
        let action = format!("do = [{{ output = \"synth\", {action} }}]");
        only_fault(&show_with("", &action, ""), says);
    }
    // Text outputs keep their own `hex`.
    let head = "[output.caspar]\ntcp = \"h:1\"\n";
    let action = "do = [{ output = \"caspar\", hex = \"02\", «osc» = \"/x\" }]";
    only_fault(&show_with(head, action, ""), &["speaks text, but `osc` is for osc"]);
}

#[test]
fn flags_that_would_make_a_show_file_a_program() {
    for flag in "script=/tmp/x.lua scripts=x.so scripts-append=x.lua script-opts=a=b script-opts-append=a=b lua-opts=a \
                 include=/tmp/x config config=yes no-config config-dir=/tmp use-filedir-conf profile=x show-profile=x \
                 profile-add=x input-conf=/tmp/x no-input-conf input-file=/tmp/x input-commands=quit load-scripts \
                 no-load-scripts load-unsafe-playlists ytdl no-ytdl ytdl-raw-options=exec=x ytdl-raw-options-set=exec=x \
                 log-file=/tmp/x dump-stats=/tmp/x stream-record=/tmp/x stream-dump=/tmp/x stream-capture=x \
                 record-file=/tmp/x o=/tmp/x of=mp4 ofopts-add=a=b ovc=x ovcopts=x oac=x oacopts-append=x screenshot-directory=/tmp \
                 screenshot-template=x watch-later-directory=/tmp watch-later-options-add=x watch-history-path=/tmp/x \
                 save-watch-history save-position-on-quit no-save-position-on-quit player-operation-mode=pseudo-gui \
                 external-file=x external-files-append=x cover-art-files=x audio-file=x audio-files-set=x audiofile=x \
                 audio-file-paths=x autoload-files sub-file=x sub-files-add=x sub-file-paths=x subfile=x \
                 lavfi-complex=amovie=x vf=vapoursynth=x.py vf-add=metadata=print:file=x vf-pre=x af=lavfi=x af-append=x \
                 vf-defaults=x cache-dir=/tmp cache-on-disk demuxer-cache-dir=/tmp gpu-shader-cache-dir=/tmp \
                 icc-cache-dir=/tmp vo=image vo=gpu,image vo-append=image vo-image-outdir=/tmp vo=lavc ao=pcm \
                 ao=alsa,pcm: ao-add=pcm ao-pcm-file=/tmp/x jack-autostart heartbeat-cmd=x audio-device=alsa/file:/tmp/x \
                 audio-device=alsa/plug:'tee:hw,/tmp/x' audio-device=alsa/{type \
                 audio-device=alsa/hw:0,{x} audio-device=pcm/x audio-device=x audio-device=alsa/plug demuxer-lavf-o=x \
                 demuxer-lavf-format=lavfi demuxer-lavf-o-append=graph_file=/tmp/x demuxer=lavf vd-lavc-o=x ad-lavc-o=x \
                 stream-lavf-o=x sws-flags=x audio-swresample-o=x vo=tct vo=gpu:x=y vo-add=x11 no-vo=x opengl-shaders=x \
                 glsl-shaders=x icc-profile=/x lut=/x target-lut=/x osd-fonts-dir=/x osd-msg1=x osd-playing-msg=x \
                 title=x drm-device=/dev/dri/card1 pulse-host=x pipewire-remote=x jack-connect http-proxy=x \
                 cookies-file=x force-media-title=x tls-key-file=x background=#ffffff geometry=$HOME screen=/tmp/x \
                 sub-fonts-dir=x alsa-mixer-device=x input-test cdrom-device=x bluray-device=x tv-device=x hwdec-image-format=x \
                 some-option-of-next-year=x"
        .split_whitespace()
    {
        let head = format!("[output.a]\nmpv = true\nflags = [\"--fs\", «\"--{flag}\"»]");
        let name = format!("--{}", flag.split('=').next().unwrap());
        only_fault(&show_with(&head, "", ""), &[&name, "docs/guide.md"]);
    }
}

#[test]
fn flags_for_picture_and_sound_are_free() {
    let flags = "fs no-border screen=1 fs-screen=1 vo=null vo=gpu vo=gpu-next,x11 ao=null ao=pipewire,alsa volume=80 mute=yes \
                 audio-device=alsa/hdmi:CARD=PCH,DEV=0 audio-device=coreaudio/Built-in audio-channels=stereo hwdec=auto \
                 video-rotate=90 osd-level=0 ontop no-ontop geometry=50%:50% geometry=1280x720+0+10/2 audio-device=auto \
                 audio-device=pulse/alsa_output.pci-0000_00_1f.3.analog-stereo audio-device=alsa/default \
                 fs-screen-name=HDMI-1 osd-color=#ffffff input-cursor=no target-prim=bt.709 interpolation"
        .split_whitespace();
    let list: Vec<_> = flags.map(|flag| format!("--{flag}")).collect();
    let head = format!("[output.a]\nmpv = true\nflags = {list:?}");
    let show = parse(&show_with(&head, "", ""), "UTC").unwrap();
    assert_eq!(show.outputs[OutputIx(0)].kind, OutputKind::Mpv { flags: list });
}

#[test]
fn texts_are_bounded() {
    let long = |count: usize| "x".repeat(count);
    for (cue, says) in [
        (format!("call = «\"{}\"»", long(1_001)), "`call` has 1001 characters"),
        (format!("call = «\"{}\"»", long(2_000_000)), "shorten it to 1000 characters at most"),
        (format!("notes = «\"{}\"»", long(70_000)), "shorten it to 20000 characters at most"),
        (format!("notes = «\"\"\"{}\"\"\"»", "é\n".repeat(10_001)), "`notes` has 20002 characters"),
        (
            format!("steps = [{{ title = «\"{}\"» }}]", long(1_001)),
            "shorten it to 1000 characters at most",
        ),
        (
            format!("do = [{{ output = \"web\", body = «\"{}\"» }}]", long(300_000)),
            "has 300000 bytes",
        ),
        (
            format!("do = [{{ output = \"web\", json = «{{ a = \"{}\" }}» }}]", long(300_000)),
            "JSON has",
        ),
        (
            format!("do = [{{ output = \"lights\", osc = «\"/{}\"» }}]", long(70_000)),
            "has 70001 bytes",
        ),
    ] {
        let problems = faults(&show_with("", &cue.replace(['«', '»'], ""), ""));
        let said: Vec<_> =
            problems.iter().map(|problem| format!("{}; {}", problem.what, problem.fix)).collect();
        assert!(said.iter().any(|said| said.contains(says)), "no {says:?} in {said:?}");
    }
    let number = faults(&show_with(
        "",
        "",
        &format!("[[segment.cue]]\nnumber = \"{}\"\ntitle = \"C\"", "1".repeat(41)),
    ));
    assert_eq!(number[0].what, "a cue number of 41 characters is too long, 16 are the most");
    let id = faults(&show_with(&format!("[department.{}]", long(65)), "", ""));
    assert_eq!(id[0].what, "an id of 65 characters");
    super::good(&show_with("", &format!("call = \"{}\"", long(1_000)), ""));
}

#[test]
fn a_file_that_would_fill_the_memory_is_refused_before_it_is_parsed() {
    let many = faults(&format!("title = \"T\"\na = [{}1]\n", "1,".repeat(7_000_000)));
    assert_eq!(many[0].what, "the file has more than 6000000 keys and values");
    assert_eq!(
        faults(&"#".repeat((32 << 20) + 1))[0].what,
        "the file has more than 32 MiB, which no show file has"
    );
    let unknown: String = (0..20_000).map(|n| format!("k{n} = 1\n")).collect();
    assert_eq!(crate::show::problem::counted(&faults(&unknown)), "10000 or more errors");
}

#[test]
fn the_days_of_segments_are_those_of_the_show_and_in_order() {
    let show = |date: &str, first: &str, second: &str| {
        format!(
            "title = \"T\"\n{date}\n[[segment]]\ntitle = \"A\"\nduration = \"1h\"\n{first}\n\
             [[segment]]\ntitle = \"B\"\nduration = \"1h\"\n{second}\n"
        )
    };
    let on = |day: &str| format!("date = 2026-12-{day}\nstart = 09:00:00");
    for (date, first, second, expected) in [
        ("", "", on("02"), Some("this segment is on 2026-12-02, and the show has no `date`")),
        (
            "date = 2026-12-01",
            "",
            "date = 2026-12-02".into(),
            Some("`date` is there without `start`"),
        ),
        (
            "date = 2026-12-03",
            "",
            on("02"),
            Some("starts on 2026-12-02 09:00, before 2026-12-03 00:00"),
        ),
        ("date = 2026-12-01", &on("02"), on("03"), Some("and the show begins on another day")),
        (
            "date = 2026-12-02",
            "date = 2026-12-02",
            on("03"),
            Some("`date` is there without `start`"),
        ),
        ("", &on("02"), on("01"), Some("starts on 2026-12-01 09:00, before 2026-12-02 09:00")),
        ("", &on("02"), on("03"), None),
        ("date = 2026-12-02", &on("02"), on("02"), None),
        ("date = 2026-12-02", "", on("03"), None),
    ] {
        let text = show(date, first, &second);
        let found = parse(&text, "UTC");
        match (found, expected) {
            (Ok(show), None) => assert_eq!(show.date.map(|date| date.day()), Some(2), "{text}"),
            (Err(problems), Some(expected)) => {
                assert_eq!(problems.len(), 1, "{problems:?}\n{text}");
                assert!(problems[0].what.contains(expected), "{problems:?}\n{text}");
            }
            (found, _) => panic!("{found:?}\n{text}"),
        }
    }
}
