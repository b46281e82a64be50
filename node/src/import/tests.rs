//! Facts about whole files: bytes in, preview out.

mod bad_files;
mod corpus;
mod files;
mod oneroster;
mod previews;
mod support;
