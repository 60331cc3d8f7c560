//! The options of mpv that a show file may set: `flags` of a player.
//!
//! A show file often comes from somebody else, so it must not be able to run anything, read or
//! write files, or reach the network. mpv has over a thousand options and gets more every year, and
//! several of them do such things by a detour (filters, graphs of FFmpeg, files of options). So
//! this is a list of what is allowed, and everything else is refused: window, screen, picture and
//! sound devices, decoding by hardware, volume, colours, on-screen display. No option in the list
//! takes the name of a file, a URL, a filter, a script or a profile, or hands options to a library.
//! Must never look at the machine.
//!
//! Source: mpv's manual, 0.33 to 0.40, "Options".

use super::fields::Fields;
use super::reader::quoted;
use super::value::Value;

/// Values that an option may be set to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// One word, number or colour: nothing in it can name a file.
    Plain,
    /// A size and a place in the window system: `50%x50%+10+20/2`.
    Geometry,
    /// Names of these, separated by commas.
    Names(&'static [&'static str]),
    /// A sound device, as `mpv --audio-device=help` lists them.
    Device,
}

use Takes::{Device, Geometry, Names, Plain};

/// Video outputs: those that show a picture on a screen, and `null`. Those that write files or to
/// the terminal are not among them, nor those that can draw nothing over a picture
/// (`dmabuf-wayland`): an armed clip stands behind black.
const VIDEO: &[&str] = &[
    "gpu",
    "gpu-next",
    "x11",
    "xv",
    "drm",
    "vaapi",
    "vdpau",
    "wlshm",
    "dmabuf-wayland",
    "sdl",
    "direct3d",
    "null",
];

/// Audio outputs: sound servers and devices, and `null`. `pcm` writes a file.
const AUDIO: &[&str] = &[
    "pipewire",
    "pulse",
    "alsa",
    "jack",
    "coreaudio",
    "coreaudio_exclusive",
    "wasapi",
    "oss",
    "sndio",
    "sdl",
    "null",
];

/// Devices of ALSA that end at hardware or a sound server. Others (`file`, `tee`, `plug`, …) may
/// write files or run programs, and some are only reached through the name of another one.
const ALSA: &[&str] = &[
    "default",
    "sysdefault",
    "hw",
    "plughw",
    "hdmi",
    "iec958",
    "front",
    "rear",
    "center_lfe",
    "side",
    "surround21",
    "surround40",
    "surround41",
    "surround50",
    "surround51",
    "surround71",
    "dmix",
    "pulse",
    "pipewire",
    "jack",
];

/// The options, in the order and the groups of the guide (`docs/guide.md`), which has to name each
/// of them.
#[rustfmt::skip]
const ALLOWED: &[(&str, Takes)] = &[
    // The window and the screen.
    ("fs", Plain), ("fullscreen", Plain), ("fs-screen", Plain), ("fs-screen-name", Plain), ("screen", Plain),
    ("screen-name", Plain), ("geometry", Geometry), ("autofit", Geometry), ("autofit-larger", Geometry),
    ("autofit-smaller", Geometry), ("border", Plain), ("ontop", Plain), ("ontop-level", Plain), ("native-fs", Plain),
    ("on-all-workspaces", Plain), ("snap-window", Plain), ("keepaspect", Plain), ("keepaspect-window", Plain),
    ("window-maximized", Plain), ("window-scale", Plain), ("window-dragging", Plain), ("force-window-position", Plain),
    ("cursor-autohide", Plain), ("cursor-autohide-fs-only", Plain), ("input-cursor", Plain), ("x11-name", Plain),
    ("x11-netwm", Plain), ("x11-bypass-compositor", Plain), ("x11-present", Plain), ("wayland-app-id", Plain),
    // The picture's way to the screen.
    ("vo", Names(VIDEO)), ("gpu-api", Plain), ("gpu-context", Plain), ("gpu-sw", Plain), ("opengl-es", Plain),
    ("opengl-swapinterval", Plain), ("opengl-early-flush", Plain), ("vulkan-device", Plain),
    ("vulkan-swap-mode", Plain), ("swapchain-depth", Plain), ("drm-connector", Plain), ("drm-mode", Plain),
    ("drm-atomic", Plain), ("drm-draw-plane", Plain), ("drm-format", Plain), ("drm-vrr-enabled", Plain),
    ("sdl-vsync", Plain), ("sdl-sw", Plain), ("video-sync", Plain), ("framedrop", Plain), ("interpolation", Plain),
    ("hwdec", Plain), ("hwdec-codecs", Plain),
    // Where the picture stands, and how it is scaled.
    ("panscan", Plain), ("video-zoom", Plain), ("video-pan-x", Plain), ("video-pan-y", Plain),
    ("video-align-x", Plain), ("video-align-y", Plain), ("video-scale-x", Plain), ("video-scale-y", Plain),
    ("video-rotate", Plain), ("video-unscaled", Plain), ("video-aspect-override", Plain),
    ("video-margin-ratio-left", Plain), ("video-margin-ratio-right", Plain), ("video-margin-ratio-top", Plain),
    ("video-margin-ratio-bottom", Plain), ("deinterlace", Plain), ("scale", Plain), ("cscale", Plain),
    ("dscale", Plain), ("tscale", Plain), ("correct-downscaling", Plain), ("sigmoid-upscaling", Plain),
    // Colours.
    ("brightness", Plain), ("contrast", Plain), ("saturation", Plain), ("gamma", Plain), ("hue", Plain),
    ("video-output-levels", Plain), ("target-prim", Plain), ("target-trc", Plain), ("target-peak", Plain),
    ("target-colorspace-hint", Plain), ("tone-mapping", Plain), ("hdr-compute-peak", Plain), ("deband", Plain),
    ("dither", Plain), ("dither-depth", Plain),
    // The sound.
    ("ao", Names(AUDIO)), ("audio-device", Device), ("audio-channels", Plain), ("audio-samplerate", Plain),
    ("audio-format", Plain), ("audio-buffer", Plain), ("audio-delay", Plain), ("audio-exclusive", Plain),
    ("audio-stream-silence", Plain), ("audio-normalize-downmix", Plain), ("audio-client-name", Plain),
    ("volume", Plain), ("volume-max", Plain), ("mute", Plain), ("replaygain", Plain), ("replaygain-preamp", Plain),
    ("replaygain-fallback", Plain), ("replaygain-clip", Plain), ("alsa-buffer-time", Plain), ("alsa-periods", Plain),
    ("alsa-resample", Plain), ("pulse-buffer", Plain), ("pulse-latency-hacks", Plain), ("pipewire-buffer", Plain),
    // The on-screen display.
    ("osd-level", Plain), ("osd-duration", Plain), ("osd-font-size", Plain), ("osd-color", Plain),
    ("osd-border-color", Plain), ("osd-border-size", Plain),
];

/// Reads the flags of a player: each is one item of the list, as `--name`, `--no-name` or
/// `--name=value`.
pub(crate) fn flags(fields: &mut Fields<'_>) -> Vec<String> {
    let list = fields.find("flags").and_then(|value| value.list("[\"--fs\"]"));
    list.unwrap_or_default().iter().filter_map(flag).collect()
}

fn flag(value: &Value<'_>) -> Option<String> {
    let text = value.words()?;
    let parts = text
        .strip_prefix("--")
        .map(|rest| rest.split_once('=').map_or((rest, None), |(n, v)| (n, Some(v))));
    let is_name =
        |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let Some((name, set_to)) = parts.filter(|(name, _)| is_name(name)) else {
        let what = format!("{} is no option of mpv", quoted(&text));
        value.fault(what, "write each option as one item, such as \"--fs\" or \"--screen=1\"");
        return None;
    };
    let allowed =
        |name: &str| ALLOWED.iter().find(|(own, _)| *own == name).map(|(_, takes)| *takes);
    let Some(takes) = allowed(name)
        .or_else(|| name.strip_prefix("no-").filter(|_| set_to.is_none()).and_then(allowed))
    else {
        let what = format!("{} is not among the options of mpv that a show may set", quoted(&text));
        let names = ALLOWED.iter().map(|(name, _)| *name);
        let fix = match value.reader.closest(name, names) {
            Some(meant) => format!("did you mean `--{meant}`? Otherwise remove it; {LIST}"),
            None => format!("remove it; {LIST}"),
        };
        value.fault(what, fix);
        return None;
    };
    if let Some(why) = set_to.and_then(|set_to| refusal(takes, set_to)) {
        value.fault(
            format!("{} is not allowed in a show: {why}", quoted(&text)),
            format!("change it; {LIST}"),
        );
        return None;
    }
    Some(text)
}

/// Pointer to the list of options.
const LIST: &str = "the guide lists what is allowed (docs/guide.md, \"Options of mpv\")";

/// Reason why an option that takes this may not be set to `set_to`.
fn refusal(takes: Takes, set_to: &str) -> Option<String> {
    match takes {
        Plain => (!is_plain(set_to, "")).then(|| PLAIN.into()),
        Geometry => (!is_plain(set_to, "/")).then(|| PLAIN.into()),
        Names(known) => {
            let odd = set_to.split(',').find(|name| !known.contains(name))?;
            Some(format!("{} is not one of {}", quoted(odd), known.join(", ")))
        }
        Device => {
            let fits = set_to == "auto"
                || set_to.split_once('/').is_some_and(|(driver, device)| match driver {
                    "alsa" => {
                        let (plugin, card) = device.split_once(':').unwrap_or((device, ""));
                        ALSA.contains(&plugin) && is_plain(card, "")
                    }
                    driver => AUDIO.contains(&driver) && is_plain(device, "/ "),
                });
            (!fits).then(|| {
                "write `auto`, or `driver/device` as `mpv --audio-device=help` lists it".into()
            })
        }
    }
}

/// Message about a value with other characters.
const PLAIN: &str = "its value may have letters, digits and . , : % + - # _ only";

/// Returns `true` if `text` consists of letters, digits, plain punctuation and the characters of
/// `more`.
fn is_plain(text: &str, more: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || ".,:%+-#_=".contains(c) || more.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_lists_every_option_that_is_allowed() {
        let guide = include_str!("../../../docs/guide.md");
        let (_, list) = guide.split_once("Options of mpv").expect("the list");
        let missing: Vec<_> = ALLOWED
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !list.contains(&format!("`{name}`")))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
