//! The kinds of clips, as far as the endings of their names tell.

use super::Layer;

/// The endings of files that hold only sound.
const SOUNDS: [&str; 14] = [
    "wav", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "aif", "aiff", "wma", "ac3", "mka",
    "caf",
];

/// The endings of pictures that do not move: they stand for as long as nothing replaces them.
const STILLS: [&str; 8] = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "svg"];

/// The content of a clip, going by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipKind {
    /// Only sound.
    Sound,
    /// A picture that does not move.
    Still,
    /// Anything else: pictures that move, with or without sound.
    Film,
}

impl ClipKind {
    /// The kind of the clip with this name.
    pub fn of(clip: &str) -> Self {
        let ending = clip.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some(ending) if SOUNDS.contains(&ending) => ClipKind::Sound,
            Some(ending) if STILLS.contains(&ending) => ClipKind::Still,
            Some(_) | None => ClipKind::Film,
        }
    }

    /// Returns `true` if such a clip has a picture on `layer`: only the main one shows any.
    pub fn is_seen_on(self, layer: &Layer) -> bool {
        layer.is_main() && self != ClipKind::Sound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_in_upper_case_too() {
        let kinds = ["a.mp3", "a.WAV", "b.PNG", "c.mp4", "mp3"].map(ClipKind::of);
        let (sound, still, film) = (ClipKind::Sound, ClipKind::Still, ClipKind::Film);
        assert_eq!(kinds, [sound, sound, still, film, film]);
        let seen = |layer: Layer| kinds.map(|kind| kind.is_seen_on(&layer));
        assert_eq!(seen(Layer::MAIN), [false, false, true, true, true]);
        assert_eq!(seen(Layer::new("bgm")), [false; 5]);
    }
}
