//! A screen that nobody sees: Xvfb, with or without a window manager, and its pixels.
//!
//! The few words of the X protocol that this takes are spoken here ("X Window System Protocol,
//! Version 11", encoding): opening a connection, painting the background, reading pixels.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use super::{PATIENCE, await_some};

/// The size of the screen.
pub(crate) const SIZE: (u16, u16) = (640, 360);

/// The colour of a pixel. The background of the screen is white, which no clip is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hue {
    Black,
    Red,
    Green,
    Blue,
    Background,
    Other,
}

fn hue([red, green, blue]: [u8; 3]) -> Hue {
    match (red > 100, green > 100, blue > 100) {
        (false, false, false) if red.max(green).max(blue) < 24 => Hue::Black,
        (true, false, false) => Hue::Red,
        (false, true, false) => Hue::Green,
        (false, false, true) => Hue::Blue,
        (true, true, true) => Hue::Background,
        _ => Hue::Other,
    }
}

/// A screen. Dropping it ends it.
pub(crate) struct Display {
    xvfb: Child,
    manager: Option<Child>,
    number: String,
}

impl Display {
    /// Opens a screen with a white background, with openbox if `managed`.
    pub(crate) fn open(managed: bool) -> Self {
        let size = format!("{}x{}x24", SIZE.0, SIZE.1);
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp", "-noreset"]);
        let mut xvfb = xvfb
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        let mut number = String::new();
        BufReader::new(xvfb.stdout.take().expect("its words"))
            .read_line(&mut number)
            .expect("its number");
        let number = number.trim().to_owned();
        let mut display = Display { xvfb, manager: None, number };
        if managed {
            let mut openbox = Command::new("openbox");
            openbox
                .env("DISPLAY", display.name())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            display.manager = Some(openbox.spawn().expect("openbox"));
            let manages = || display.eye().has_manager().then_some(());
            await_some(PATIENCE, manages).expect("the window manager is there");
        }
        display.eye().paint();
        display
    }

    /// Its name, for `DISPLAY`.
    pub(crate) fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// A connection.
    pub(crate) fn eye(&self) -> Eye {
        Eye::new(&self.number)
    }

    /// Watches the screen from now on.
    pub(crate) fn watch(&self) -> Watch {
        let (seen, is_over) = (Arc::new(Mutex::new(vec![])), Arc::new(AtomicBool::new(false)));
        let (mut eye, log, over) = (self.eye(), Arc::clone(&seen), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let hues = eye.hues();
                let mut log = log.lock().expect("the log");
                if log.last().is_none_or(|(_, last)| *last != hues) {
                    log.push((Instant::now(), hues));
                }
            }
        });
        Watch { seen, is_over, thread: Some(thread), at: Cell::new(0) }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in self.manager.iter_mut().chain([&mut self.xvfb]) {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Everything that was seen, at each change.
type Seen = Vec<(Instant, BTreeSet<Hue>)>;

/// Somebody who looks at the screen all the time.
pub(crate) struct Watch {
    seen: Arc<Mutex<Seen>>,
    is_over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
    /// The hue that was awaited last.
    at: Cell<usize>,
}

impl Watch {
    /// Waits until the whole screen has this hue, or finds that it has had it since what was
    /// awaited last.
    pub(crate) fn await_hue(&self, hue: Hue) {
        let find = || self.hues().iter().skip(self.at.get()).position(|seen| *seen == hue);
        let found = await_some(PATIENCE, find);
        let ahead =
            found.unwrap_or_else(|| panic!("the screen never was {hue:?}: {:?}", self.hues()));
        self.at.set(self.at.get() + ahead);
    }

    /// What the whole screen was, one after the other. What is seen for a moment while a picture is
    /// drawn may have the hues of the picture before and the one after, and no other.
    pub(crate) fn hues(&self) -> Vec<Hue> {
        let seen: Vec<_> =
            self.seen.lock().expect("the log").iter().map(|(_, hues)| hues.clone()).collect();
        let mut whole: Vec<Hue> = vec![];
        let mut mixed: BTreeSet<Hue> = BTreeSet::new();
        for hues in seen {
            match hues.first().filter(|_| hues.len() == 1) {
                Some(hue) => {
                    let before = whole.last().copied();
                    let strange: Vec<_> =
                        mixed.iter().filter(|own| **own != *hue && Some(**own) != before).collect();
                    assert!(
                        strange.is_empty(),
                        "{strange:?} was seen between {before:?} and {hue:?}"
                    );
                    mixed.clear();
                    if before != Some(*hue) {
                        whole.push(*hue);
                    }
                }
                None => mixed.extend(hues),
            }
        }
        whole
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(thread::JoinHandle::join));
    }
}

/// A connection to a screen that reads its pixels.
pub(crate) struct Eye {
    line: UnixStream,
    root: u32,
}

impl Eye {
    fn new(number: &str) -> Self {
        let mut line =
            UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).expect("the screen");
        // Little-endian, protocol 11.0, no authorization.
        line.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]).expect("a greeting");
        let mut head = [0; 8];
        line.read_exact(&mut head).expect("an answer");
        assert_eq!(head[0], 1, "the screen lets nobody in");
        let mut rest = vec![0; usize::from(u16::from_le_bytes([head[6], head[7]])) * 4];
        line.read_exact(&mut rest).expect("its description");
        let vendor = usize::from(u16::from_le_bytes([rest[16], rest[17]])).next_multiple_of(4);
        let screen = 32 + vendor + usize::from(rest[21]) * 8;
        let root = u32::from_le_bytes(rest[screen..screen + 4].try_into().expect("four bytes"));
        Eye { line, root }
    }

    fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        self.line.write_all(request).expect("a request");
        let mut head = [0; 32];
        self.line.read_exact(&mut head).expect("a reply");
        assert_eq!(head[0], 1, "the screen refuses: {head:?}");
        let mut rest =
            vec![0; u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize * 4];
        self.line.read_exact(&mut rest).expect("the rest of it");
        [&head[..], &rest].concat()
    }

    /// Makes the background white.
    fn paint(&mut self) {
        let root = self.root.to_le_bytes();
        // ChangeWindowAttributes with the background's pixel, then ClearArea of everything.
        let attributes =
            [&[2, 0, 4, 0], &root[..], &2u32.to_le_bytes(), &0x00ff_ffffu32.to_le_bytes()].concat();
        let clear = [&[61, 0, 4, 0], &root[..], &[0; 8]].concat();
        self.line.write_all(&[attributes, clear].concat()).expect("paint");
        self.pixel(0, 0);
    }

    /// Returns `true` if a window manager runs: it owns the selection that says so, or the root
    /// says so in its own property.
    fn has_manager(&mut self) -> bool {
        let name = b"_NET_SUPPORTING_WM_CHECK";
        let intern =
            [&[16, 0, 8, 0], &(name.len() as u16).to_le_bytes()[..], &[0, 0], name].concat();
        let atom = self.ask(&intern);
        let any_type = [0; 4];
        let root = self.root.to_le_bytes();
        let get =
            [&[20, 0, 6, 0], &root[..], &atom[8..12], &any_type, &[0; 4], &1u32.to_le_bytes()]
                .concat();
        let property = self.ask(&get);
        property[8..12] != [0; 4]
    }

    /// The pixels of an area, as the screen has them: blue, green, red and a byte without meaning.
    fn image(&mut self, (x, y): (u16, u16), (width, height): (u16, u16)) -> Vec<u8> {
        let place: Vec<u8> =
            [x, y, width, height].iter().flat_map(|number| number.to_le_bytes()).collect();
        let request =
            [&[73, 2, 5, 0], &self.root.to_le_bytes()[..], &place, &u32::MAX.to_le_bytes()]
                .concat();
        self.ask(&request).split_off(32)
    }

    /// One pixel: red, green, blue.
    pub(crate) fn pixel(&mut self, x: u16, y: u16) -> [u8; 3] {
        let image = self.image((x, y), (1, 1));
        [image[2], image[1], image[0]]
    }

    /// Every hue that is on the screen.
    fn hues(&mut self) -> BTreeSet<Hue> {
        self.image((0, 0), SIZE)
            .chunks_exact(4)
            .map(|pixel| hue([pixel[2], pixel[1], pixel[0]]))
            .collect()
    }
}
