//! The flags of a player: which of them a show file may set.
//!
//! A show file comes from somebody else as often as not, so it must not be a program: no flag in it may run anything,
//! read a configuration, or write a file. Must never look at the machine: what a flag may do is told by its name, as
//! mpv's manual (0.33 to 0.40) has it, and where one flag serves good and bad, by what it is set to.

use super::fields::Fields;
use super::reader::quoted;
use super::value::Value;

/// Flags that would take the player out of the program's hands: its line, its standing ready, its in-points and
/// out-points, and what would be played besides. Their other names are among them.
const OWN: [&str; 21] = [
    "input-ipc-server",
    "input-ipc-client",
    "input-unix-socket",
    "idle",
    "pause",
    "keep-open",
    "keep-open-pause",
    "start",
    "end",
    "length",
    "loop",
    "loop-file",
    "loop-playlist",
    "ab-loop-a",
    "ab-loop-b",
    "ab-loop-count",
    "playlist",
    "terminal",
    "help",
    "version",
    "list-options",
];

/// Flags that load code, read a configuration or further files, or write files. Filters are among them, since those of
/// FFmpeg write files and one of mpv's own runs scripts.
const DENIED: [&str; 13] = [
    "af",
    "af-defaults",
    "vf",
    "vf-defaults",
    "o",
    "of",
    "autoload-files",
    "heartbeat-cmd",
    "jack-autostart",
    "lua-opts",
    "player-operation-mode",
    "save-position-on-quit",
    "save-watch-history",
];

/// The beginnings of further such flags, which come in families.
const DENIED_FAMILIES: [&str; 43] = [
    "ao-pcm-",
    "audio-file",
    "audiofile",
    "cache-dir",
    "cache-on-disk",
    "cache-unlink-files",
    "config",
    "cookies-file",
    "cover-art-file",
    "demuxer-cache-dir",
    "demuxer-cache-unlink-files",
    "dump-",
    "dumpstream",
    "external-file",
    "gpu-shader-cache",
    "icc-cache",
    "include",
    "input-cmdlist",
    "input-commands",
    "input-conf",
    "input-file",
    "lavfi-complex",
    "load-",
    "log-file",
    "oac",
    "ofopts",
    "opengl-shader-cache",
    "ovc",
    "profile",
    "record-file",
    "screenshot",
    "script",
    "show-profile",
    "stream-capture",
    "stream-dump",
    "stream-record",
    "sub-file",
    "sub-paths",
    "subfile",
    "use-filedir-conf",
    "vo-image-",
    "watch-",
    "ytdl",
];

/// What these flags may not be set to: what writes files instead of playing. The file and tee devices of ALSA write what
/// is played to a file, or to a program, and may stand inside the name of another device.
const DENIED_VALUES: [&str; 6] = ["image", "jpeg", "lavc", "pcm", "file", "tee"];

/// The flags whose values [`DENIED_VALUES`] is about.
const DEVICES: [&str; 4] = ["ao", "vo", "audio-device", "alsa-device"];

/// What mpv puts behind the name of a list to change it.
const CHANGES: [&str; 9] = ["-add", "-append", "-clr", "-del", "-help", "-pre", "-remove", "-set", "-toggle"];

/// Reads the flags of a player: each stands by itself, as `--name` or `--name=value`.
pub(super) fn flags(fields: &mut Fields<'_>) -> Vec<String> {
    let list = fields.find("flags").and_then(|value| value.list("[\"--fs\"]"));
    list.unwrap_or_default().iter().filter_map(flag).collect()
}

fn flag(value: &Value<'_>) -> Option<String> {
    let text = value.words()?;
    let parts = text.strip_prefix("--").map(|rest| rest.split_once('=').unwrap_or((rest, "")));
    let fits = |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let Some((name, set_to)) = parts.filter(|(name, _)| fits(name)) else {
        let what = format!("{} is no flag of the player", quoted(&text));
        value.fault(what, "write each flag by itself, such as \"--fs\" or \"--screen=1\"");
        return None;
    };
    let plain = plain(name);
    if OWN.contains(&plain) {
        value.fault(format!("{} is handover's own to set", quoted(&text)), "take the flag away");
        return None;
    }
    if is_denied(plain, set_to) {
        let what = format!("{} would let a show file run programs or write files", quoted(&text));
        value.fault(what, "take the flag away");
        return None;
    }
    Some(text)
}

/// The name of a flag without what turns it round or changes a list.
fn plain(name: &str) -> &str {
    let plain = name.strip_prefix("no-").unwrap_or(name);
    CHANGES.iter().find_map(|change| plain.strip_suffix(change)).unwrap_or(plain)
}

fn is_denied(plain: &str, set_to: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let writes = |value: &str| value.split(|c| !is_part(c)).any(|word| DENIED_VALUES.contains(&word));
    DENIED.contains(&plain)
        || DENIED_FAMILIES.iter().any(|family| plain.starts_with(family))
        // ALSA takes a whole configuration for a device, a program for a file, and letters by their numbers.
        || DEVICES.contains(&plain) && (writes(set_to) || set_to.contains(['{', '|', '\\']))
}
