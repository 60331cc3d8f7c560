//! Layers of an output of clips: clips of different layers play together.
//!
//! Each layer of an output has a player of its own, so everything that is known of a clip on air is
//! known by its [`OutputLayer`]: the output alone does not say which player it is.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::OutputIx;

/// Maximum number of layers of an output: each is a program that runs.
pub const LAYERS_MAX: usize = 8;

/// The layer of what names none, which is the only one with a picture.
const MAIN: &str = "main";

/// A layer of an output of clips, by its name; the default is `main`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layer(Option<Arc<str>>);

impl Layer {
    /// The layer of what names none.
    pub const MAIN: Layer = Layer(None);

    /// The layer of this name.
    pub fn new(name: &str) -> Self {
        Layer((name != MAIN).then(|| name.into()))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.as_deref().unwrap_or(MAIN)
    }

    /// Returns `true` if it is the layer of what names none.
    pub fn is_main(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Layer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer).map(|name| Layer::new(&name))
    }
}

/// One layer of an output: it has a player of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLayer {
    /// The output.
    pub output: OutputIx,
    /// Its layer.
    pub layer: Layer,
}

impl OutputLayer {
    /// The layer of `output` that is meant where none is named.
    pub const fn main(output: OutputIx) -> Self {
        OutputLayer { output, layer: Layer::MAIN }
    }
}

/// Two cues with clips that follow each other by themselves and without a delay, if nothing
/// changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipJoin {
    /// The player of both clips.
    pub player: OutputLayer,
    /// The first cue.
    pub leader: super::CueIx,
    /// The cue that follows.
    pub follower: super::CueIx,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layer_that_is_named_main_is_the_one_without_a_name() {
        assert_eq!((Layer::new("main"), Layer::new("main").name()), (Layer::MAIN, "main"));
        assert!(Layer::default().is_main() && !Layer::new("bgm").is_main());
        for layer in [Layer::MAIN, Layer::new("bgm")] {
            let text = serde_json::to_string(&layer).unwrap();
            assert_eq!(text, format!("\"{layer}\""));
            assert_eq!(serde_json::from_str::<Layer>(&text).unwrap(), layer);
        }
    }
}
