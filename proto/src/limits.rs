//! Limits of every message, so that nothing from outside decides how much memory we use.

/// Largest gRPC message in either direction.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Largest frame in a lane.
pub const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// Largest addressed item with its certificates; a sealed report of the largest cap has 17 KB.
pub const ADDRESSED_BYTES_MAX: usize = 256 * 1024;

/// Largest pack content; a city's divisions are about 12 KB, a large scale 60 KB.
pub const PACK_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Answers in one batch.
pub const BATCH_ANSWERS_MAX: usize = 256;

/// Frames that a member may have in flight without an answer.
pub const FRAMES_IN_FLIGHT_MAX: usize = 64;

/// How many of them may be letters; the others are the statistics lane's, so that a backlog of
/// figures leaves room for what a child waits for.
pub const LETTERS_IN_FLIGHT_MAX: usize = 16;

/// Directives that one unit may report as applied.
pub const APPLIED_MAX: usize = 2_000;

/// Keys that one hub may report as barred; a line is about a hundred bytes.
pub const BARRED_KEYS_MAX: usize = 20_000;

/// HTTP/2 window of one stream; the default of 64 KiB stalls encrypted streams.
pub const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;

/// HTTP/2 window of one connection.
pub const CONNECTION_WINDOW_BYTES: u32 = 8 * 1024 * 1024;

/// Largest file that carries a link for a unit without a network. It is read whole.
pub const BUNDLE_BYTES_MAX: usize = 64 * 1024 * 1024;
