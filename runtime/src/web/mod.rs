//! The web shell of both consoles: language, session, layout, figures, tags and charts.
//!
//! Pages are rendered on the server and work without JavaScript; nothing is inline, so the
//! content policy forbids scripts and styles of anybody else. Markup comes from templates only
//! ([`Html`]), texts are checked for both languages when the program is compiled ([`Text`]), and
//! a page is shown only to a [`Visitor`] whose role it is for.

pub mod account;
mod assets;
pub mod chart;
mod common;
mod console;
pub mod cookie;
pub mod factor;
mod figure;
mod guard;
mod html;
mod lang;
mod listener;
mod login;
mod once;
mod own;
mod problem;
pub mod session;
pub mod session_store;
mod shell;
mod tag;
mod throttle;
pub mod time;
pub mod trial;
mod upload;
mod words;

pub use account::Role;
pub use console::{CONTENT_POLICY, console, open_pages};
pub use cookie::Transport;
pub use figure::{Figure, FigureCell, Legend, grouped, legend, legend_sealed, percent};
pub use guard::{
    Audience, Everyone, OPEN_FORM_BYTES_MAX, SignedForm, Visitor, checked_fields, in_address,
    posts, see_other,
};
pub use html::{Html, Part, RenderError};
pub use lang::{LANG_COOKIE, Label, Lang, Text, switch_href};
pub use listener::{Caller, TlsListener};
pub use problem::Problem;
pub use session::{
    Attempt, Hurdle, NewAccount, Session, SessionError, Sessions, Standing, Witness, fresh_secret,
    hash_chosen,
};
pub use session_store::SessionStore;
pub use shell::{Export, Frame, NavGroup, NavLink, Page, Shell, Site};
pub use tag::{Tag, Tone};
pub use upload::{FileSent, Given, UPLOAD_BYTES_MAX, Upload};

#[cfg(test)]
mod style_tests;
#[cfg(test)]
mod tests;
