//! Progress on standard error: bars on a terminal, one line for each tenth elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is being counted and how far it has come. Cheap to clone.
#[derive(Clone)]
pub struct Progress(Arc<Inner>);

struct Inner {
    bars: MultiProgress,
    tracks: Mutex<BTreeMap<&'static str, Track>>,
    draws: bool,
    silent: bool,
}

struct Track {
    bar: ProgressBar,
    label: String,
    done: u64,
    total: u64,
}

impl Progress {
    /// Draws where `draws` says that a person watches; says nothing at all if `silent`.
    #[must_use]
    pub fn new(draws: bool, silent: bool) -> Self {
        let target = if draws && !silent {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bars = MultiProgress::with_draw_target(target);
        Self(Arc::new(Inner { bars, tracks: Mutex::default(), draws, silent }))
    }

    /// Adds a track.
    pub fn track(&self, name: &'static str, label: &str, total: u64) {
        let bar = self.0.bars.add(ProgressBar::new(total));
        let style = ProgressStyle::with_template("{msg:<28} {bar:32} {pos:>4}/{len}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(label.to_owned());
        // Drawn once so that tracks show in the order in which they were added.
        bar.tick();
        let track = Track { bar, label: label.to_owned(), done: 0, total };
        if let Ok(mut tracks) = self.0.tracks.lock() {
            tracks.insert(name, track);
        }
    }

    /// One more of a track is done.
    pub fn advance(&self, name: &'static str) {
        let Ok(mut tracks) = self.0.tracks.lock() else {
            return;
        };
        let Some(track) = tracks.get_mut(name) else {
            return;
        };
        track.done += 1;
        track.bar.inc(1);
        let tenth = |done: u64| done * 10 / track.total.max(1);
        let crossed = tenth(track.done) > tenth(track.done - 1);
        if crossed && !self.0.draws && !self.0.silent {
            eprintln!("{}: {}/{}", track.label, track.done, track.total);
        }
    }

    /// A track of one step is done.
    pub fn step(&self, name: &'static str) {
        self.advance(name);
    }

    /// Takes the bars away, so that a table can be printed.
    pub fn finish(&self) {
        if let Ok(tracks) = self.0.tracks.lock() {
            tracks.values().for_each(|track| track.bar.finish());
        }
    }
}
