//! Settings → Team: who is in it, in which role, and what they sign in with.

use super::blank::Blank;
use super::parts;
use super::refused::Forms;
use super::{Page, Visit};
use crate::fault::{Fault, Outcome};
use crate::ledger::members::{Change, List, Remove};
use crate::routes::members::{add, give_key};
use askwell::Code;
use askwell::access::{Role, Scope};
use askwell::api::{Member, MemberMade, MemberPatch, NewMember};
use askwell::id::MemberId;
use maud::{Markup, html};
use serde::Deserialize;
use worker::Response;

/// Where the page is.
pub const PATH: &str = "/app/settings/team";
const MANAGE: Scope = Scope::MembersManage;

/// See [`super::ROOMS`].
pub const PAGES: &[Page] = &[
    Page::get(PATH, MANAGE, |visit| Box::pin(list(visit))),
    Page::post("/app/settings/team/add", MANAGE, |visit| Box::pin(create(visit))),
    Page::post("/app/settings/team/{member_id}", MANAGE, |visit| Box::pin(change(visit))),
    Page::post("/app/settings/team/{member_id}/key", MANAGE, |visit| Box::pin(key(visit))),
    Page::post("/app/settings/team/{member_id}/remove", MANAGE, |visit| Box::pin(remove(visit))),
];

async fn list(visit: Visit) -> Outcome<Response> {
    let members = visit.call(&List).await?;
    visit.page("Team", page(&members, visit.forms()))
}

async fn create(mut visit: Visit) -> Outcome<Response> {
    let new: NewMember = visit.form().await?;
    let made = add(&visit.ledger()?, visit.principal.clone(), new).await;
    let made = made.map_err(|fault| match fault.public().code {
        Code::AlreadyExists => {
            let detail =
                "the field `email` is that of somebody of the team already; change them instead";
            Fault::refused(Code::AlreadyExists, detail)
        }
        _ => fault,
    })?;
    visit.page("A new key", once(&made))
}

#[derive(Deserialize)]
struct ChangeForm {
    name: String,
    role: Role,
}

async fn change(mut visit: Visit) -> Outcome<Response> {
    let member_id: MemberId = visit.parameter("member_id")?;
    let ChangeForm { name, role } = visit.form().await?;
    crate::http::check_name(&name)?;
    let patch = MemberPatch { name: Some(name), role: Some(role) };
    let member = visit.call(&Change { by: visit.principal.clone(), member_id, patch }).await?;
    visit.done(PATH, &format!("{} is {} now.", member.name, role_name(member.role)))
}

async fn key(visit: Visit) -> Outcome<Response> {
    let member_id: MemberId = visit.parameter("member_id")?;
    let made = give_key(&visit.ledger()?, visit.principal.clone(), member_id).await?;
    visit.page("A new key", once(&made))
}

async fn remove(visit: Visit) -> Outcome<Response> {
    let member_id: MemberId = visit.parameter("member_id")?;
    visit.call(&Remove { by: visit.principal.clone(), member_id }).await?;
    visit.done(PATH, "They are no longer of the team, and are signed out everywhere.")
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "an admin",
        Role::Agent => "an agent",
        Role::Viewer => "a viewer",
    }
}

const fn title(role: Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::Agent => "Agent",
        Role::Viewer => "Viewer",
    }
}

fn roles(chosen: &str) -> Markup {
    html! {
        @for role in Role::ALL {
            option value=(role.as_str()) selected[role.as_str() == chosen] { (title(role)) }
        }
    }
}

/// The team, and a form for one more.
pub fn page(members: &[Member], forms: Forms) -> Markup {
    let add = format!("{PATH}/add");
    let typed = forms.at(&add);
    let wrong = typed.wrong();
    html! {
        h1 { "Team" }
        @if members.is_empty() {
            (parts::empty("Nobody yet", html! { "So far people sign in with a secret key. Add somebody, and they get a key of their own." }))
        } @else {
            (parts::table("Team", html! {
                thead { tr { th scope="col" { "Name" } th scope="col" { "E-mail" } th scope="col" { "Role" } th scope="col" { "Since" } th scope="col" { "Last seen" } th scope="col" { "Change" } } }
                tbody {
                    @for member in members {
                        tr {
                            th scope="row" .wrap { (member.name) }
                            td.mail { (parts::address(&member.email)) }
                            td { (member.role.as_str()) }
                            td { (parts::time(member.created_at)) }
                            td { @match member.last_seen_at { Some(at) => (parts::time(at)), None => span.muted { "never" } } }
                            td { (controls(member, forms)) }
                        }
                    }
                }
            }))
        }
        article {
            header { h2 { "Add somebody" } }
            (wrong.above(&["name", "email"]))
            form method="post" action=(add) {
                div.fields.apart {
                    div { (Blank { label: "Name", name: "name", value: typed.value("name", ""), required: true, most: 200, ..Blank::default() }.show(wrong)) }
                    div { (Blank { label: "E-mail", name: "email", value: typed.value("email", ""), kind: "email", required: true, most: 254, ..Blank::default() }.show(wrong)) }
                    label { "Role" select name="role" aria-describedby="about-roles" { (roles(typed.value("role", Role::Agent.as_str()))) } }
                }
                button { "Add" }
                p #about-roles .muted.small-text { "An admin does everything, an agent talks with visitors and looks after customers, and a viewer only looks." }
            }
        }
    }
}

fn controls(member: &Member, forms: Forms) -> Markup {
    let here = format!("{PATH}/{}", member.member_id);
    let typed = forms.at(&here);
    let invalid = typed.wrong().beside("name").map(|_| "true");
    html! {
        details open[typed.is_refused()] {
            summary { "Change " span.vh { (member.name) } }
            (typed.wrong().above(&["name"]))
            form method="post" action=(here) {
                label { "Name" input name="name" autocomplete="off" required maxlength="200" value=(typed.value("name", &member.name)) aria-invalid=[invalid]; (typed.wrong().below("name")) }
                label { "Role" select name="role" { (roles(typed.value("role", member.role.as_str()))) } }
                button.small { "Save" }
            }
            form method="post" action=(format!("{here}/key")) {
                p.small-text { "Gives them another key to sign in with. The one before is dead at once." }
                button.secondary.small { "New sign-in key" }
            }
            form method="post" action=(format!("{here}/remove")) {
                p.small-text { "What they did stays, under their name." }
                button.danger.small { "Remove" }
            }
        }
    }
}

/// What somebody signs in with, which is shown this once.
pub fn once(made: &MemberMade) -> Markup {
    html! {
        h1 { "A key for " (made.member.name) }
        p role="status" { "Give it to them by a safe way: it is not stored, and nobody can show it again." }
        pre { code #new-key { (made.sign_in_key) } }
        p.row { button data-copy="new-key" { "Copy the key" } a href=(PATH) { "To the team" } }
    }
}
