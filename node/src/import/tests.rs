//! Facts about whole files: bytes in, preview out.

mod bad_files;
mod corpus;
mod files;
mod previews;
mod support;
