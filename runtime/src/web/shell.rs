//! The shell around every page: top bar, menu, breadcrumb, heading, footer.
//!
//! A page hands in its own markup and says where it stands; the shell alone knows the frame, so
//! node and hub look the same and a page cannot forget the language, the menu or the sign-out.

use std::borrow::Borrow;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::account::Role;
use super::assets;
use super::cookie::{self, Transport};
use super::html::{Html, RenderError};
use super::lang::{Label, Lang, Text, switch_href};
use super::problem::Problem;
use super::session::{Session, Sessions};
use super::words;
use crate::clock::Clock;

/// What one console is: names, menu and how it is reached.
#[derive(Clone, Debug)]
pub struct Site {
    /// Product and kind of console, such as 心桥 · 市级枢纽.
    pub product: Text,
    /// The unit whose console it is.
    pub unit: Label,
    /// The unit's id; keeps the cookies of consoles on one machine apart.
    pub unit_id: String,
    /// How browsers reach it.
    pub transport: Transport,
    /// The menu on the left.
    pub nav: Vec<NavGroup>,
    /// Whether a role is shown a link of the menu; the page behind it decides for itself.
    pub shows: fn(Role, &str) -> bool,
    /// What a role is called here.
    pub titles: fn(Role) -> Text,
    /// Whether everything shown is fictitious, which the footer then says.
    pub demonstration: bool,
}

/// A group of the menu.
#[derive(Clone, Debug)]
pub struct NavGroup {
    /// Heading.
    pub title: Text,
    /// Its pages.
    pub links: Vec<NavLink>,
}

/// One entry of the menu.
#[derive(Clone, Debug)]
pub struct NavLink {
    /// What the page is called.
    pub label: Text,
    /// Where it is; also what a [`Page`] names to be marked as the current one.
    pub href: &'static str,
}

/// A link to the same content in another form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Name of the form, such as JSON.
    pub label: String,
    /// Where it is.
    pub href: String,
}

/// What a page hands to the shell.
#[derive(Clone, Debug)]
pub struct Page {
    /// Heading, and title of the window.
    pub title: String,
    /// The line beside the heading; may be empty.
    pub note: String,
    /// The way to this page, from the console's name on.
    pub crumbs: Vec<String>,
    /// Entry of the menu that is marked.
    pub current: &'static str,
    /// The same content in other forms.
    pub exports: Vec<Export>,
    /// The page's own markup.
    pub body: Html,
}

/// Where a page is shown: to whom, in which language, under which address.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Language of the request.
    pub lang: Lang,
    /// Address of the request, for the language switch.
    pub uri: Uri,
    /// Who is signed in; nobody on the sign-in page and on error pages.
    pub session: Option<Session>,
    /// Whether it answers a form: what it says is at no address, so the other language opens
    /// beside it.
    pub is_answer: bool,
}

/// Everything that pages of one console share.
pub struct Shell {
    /// Names and menu.
    pub site: Site,
    /// Who is signed in.
    pub sessions: Sessions,
    /// The time.
    pub clock: Clock,
}

impl Site {
    /// The way to a page, with the page of the menu that it stands below.
    fn crumbs<'a>(&'a self, frame: &Frame, page: &'a Page) -> Vec<(&'a str, Option<&'static str>)> {
        let Some(session) = &frame.session else {
            return page.crumbs.iter().map(|crumb| (crumb.as_str(), None)).collect();
        };
        let menu = self.menu(session.role);
        let links: Vec<_> = menu
            .iter()
            .flat_map(|(_, links)| links.iter())
            .map(|link| (link.label.in_lang(frame.lang), link.href))
            .filter(|(_, href)| *href != frame.uri.path())
            .collect();
        let of = |crumb: &str| links.iter().find(|(label, _)| *label == crumb);
        let mut way: Vec<(&str, Option<&'static str>)> = page
            .crumbs
            .iter()
            .map(|crumb| (crumb.as_str(), of(crumb).map(|(_, href)| *href)))
            .collect();
        let above = links.iter().find(|(_, href)| *href == page.current);
        if let Some((label, href)) = above
            && !way.iter().any(|(crumb, _)| crumb == label)
            && !way.is_empty()
        {
            let last = way.len() - 1;
            way.insert(last, (*label, Some(*href)));
        }
        way
    }

    /// The menu as a role sees it, without groups that would be empty.
    fn menu(&self, role: impl Borrow<Role>) -> Vec<(&NavGroup, Vec<&NavLink>)> {
        let open = self.nav.iter().map(|group| {
            let links = group.links.iter().filter(|link| (self.shows)(*role.borrow(), link.href));
            (group, links.collect::<Vec<_>>())
        });
        open.filter(|(_, links)| !links.is_empty()).collect()
    }
}

#[derive(Template)]
#[template(path = "shell.html")]
struct ShellTemplate<'a> {
    lang: Lang,
    site: &'a Site,
    page: &'a Page,
    /// The way here; a link where a part of it is a page of the menu.
    crumbs: Vec<(&'a str, Option<&'static str>)>,
    session: Option<&'a Session>,
    role: &'static str,
    style: String,
    icon: String,
    switch: String,
    switch_label: &'static str,
    is_answer: bool,
}

impl Shell {
    /// The name of the cookie that holds the session's token.
    #[must_use]
    pub fn session_cookie(&self) -> String {
        cookie::secret_name(self.site.transport, "session", &self.site.unit_id)
    }

    /// The name of the cookie that ties a sign-in form to the browser that asked for it.
    #[must_use]
    pub fn login_cookie(&self) -> String {
        cookie::secret_name(self.site.transport, "login", &self.site.unit_id)
    }

    /// Puts the shell around a page.
    ///
    /// # Errors
    /// A template could not be rendered.
    pub fn render(&self, frame: &Frame, page: &Page) -> Result<Html, RenderError> {
        let other = frame.lang.other();
        Html::render(&ShellTemplate {
            lang: frame.lang,
            site: &self.site,
            page,
            crumbs: self.site.crumbs(frame, page),
            session: frame.session.as_ref(),
            role: frame.session.as_ref().map_or("", |who| {
                let title: Text = (self.site.titles)(who.role);
                title.in_lang(frame.lang)
            }),
            style: assets::style_href(),
            icon: assets::icon_href(),
            is_answer: frame.is_answer,
            switch: switch_href(&frame.uri, other),
            switch_label: match other {
                Lang::Zh => "中文",
                Lang::En => "English",
            },
        })
    }

    /// The reply with a page; never kept by the browser or by anything between.
    ///
    /// # Errors
    /// A template could not be rendered.
    pub fn reply(&self, frame: &Frame, page: &Page) -> Result<Response, Problem> {
        self.reply_with(StatusCode::OK, frame, page)
    }

    /// As [`Shell::reply`], with another status.
    ///
    /// # Errors
    /// A template could not be rendered.
    pub fn reply_with(
        &self,
        status: StatusCode,
        frame: &Frame,
        page: &Page,
    ) -> Result<Response, Problem> {
        let text = self.render(frame, page)?.into_string();
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        let language = HeaderValue::from_static(frame.lang.tag());
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_LANGUAGE, language)];
        Ok((status, headers, text).into_response())
    }
}
