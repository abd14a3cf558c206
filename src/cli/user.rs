//! `lamin user`: accounts and appointments from the machine itself.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Place, block_on};
use crate::app::App;
use crate::identity::service::NewUser;
use crate::identity::{self, Actor, Permit, Role, Scope};
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Code, Context, Error, Refusal, Result};
use crate::sites;

/// Create accounts, appoint people, reset passwords; for whoever holds this machine
#[derive(Args)]
pub struct User {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Create an account; its password is read from the standard input, or made and printed
    Add {
        /// E-mail address, with which the person signs in
        email: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// No password: print a link that works once, by which the person sets one within 72 hours
        #[arg(long)]
        link: bool,
        /// Appoint at once, as ROLE for the whole installation or ROLE@SITE; may be repeated
        #[arg(long = "role", value_name = "ROLE[@SITE]")]
        roles: Vec<String>,
    },
    /// Appoint somebody: ROLE for the whole installation, or ROLE@SITE
    Appoint {
        email: String,
        #[arg(value_name = "ROLE[@SITE]", required = true)]
        roles: Vec<String>,
        /// The decree of the appointment
        #[arg(long, default_value = "")]
        decree: String,
    },
    /// Set a new password (read from the standard input, or made and printed); ends every session
    Password { email: String },
    /// Print a link that works once, by which somebody sets a new password within 72 hours
    Link { email: String },
    /// End every session of an account and refuse its sign-in
    Disable { email: String },
    /// Let a disabled account sign in again
    Enable { email: String },
    /// List all accounts with their roles
    List,
}

impl User {
    pub fn run(self, place: &Place) -> Result<ExitCode> {
        let app = place.open()?;
        block_on(act(&app, self.what))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn act(app: &App, what: What) -> Result<()> {
    let actor = Actor::system("command_line");
    match what {
        What::Add { email, name, link, roles } => {
            check_places(app, &roles).await?;
            let password = if link { None } else { Some(read_or_make_password(app)?) };
            let user = match &password {
                Some((typed, _)) => identity::service::add_user(app, &actor, &email, &name, typed).await?,
                None => {
                    let new = NewUser { email: email.clone(), name, password: None, locale: None };
                    let permit = Permit::system(&actor, Scope::Installation)?;
                    identity::service::create_user(app, &actor, permit, new).await?.id
                }
            };
            for role in &roles {
                appoint(app, &actor, &email, role, "").await?;
            }
            println!("{} {}", user, email);
            match password {
                Some((password, true)) => println!("password: {password}"),
                Some((_, false)) => {}
                None => print_link(app, &actor, &email).await?,
            }
        }
        What::Appoint { email, roles, decree } => {
            check_places(app, &roles).await?;
            for role in &roles {
                appoint(app, &actor, &email, role, &decree).await?;
            }
        }
        What::Password { email } => {
            let (password, made) = read_or_make_password(app)?;
            identity::service::reset_password(app, &actor, &email, &password).await?;
            if made {
                println!("password: {password}");
            }
        }
        What::Link { email } => print_link(app, &actor, &email).await?,
        What::Disable { email } => identity::service::set_disabled(app, &actor, &email, true).await?,
        What::Enable { email } => identity::service::set_disabled(app, &actor, &email, false).await?,
        What::List => {
            for line in identity::service::roster(app).await? {
                println!("{line}");
            }
        }
    }
    Ok(())
}

async fn print_link(app: &App, actor: &Actor, email: &str) -> Result<()> {
    let link = identity::links::service::make_link_by_email(app, actor, email).await?;
    let until = link.expires_at.in_zone(&time::zone(ZONE_DEFAULT)?).strftime("%Y-%m-%d %H:%M %:z").to_string();
    println!("link: {}\nserves once, until {until}", link.url);
    Ok(())
}

/// `author@portal`: a role, and the site that it is for.
fn place(text: &str) -> Result<(Role, Option<&str>)> {
    let (role, site) = text.split_once('@').map_or((text, None), |(role, site)| (role, Some(site)));
    Ok((Role::parse(role)?, site))
}

/// Refuses a role or site that there is not, before anything is changed.
async fn check_places(app: &App, roles: &[String]) -> Result<()> {
    for text in roles {
        let (_, Some(site)) = place(text)? else { continue };
        let key = site.to_owned();
        if app.db.read(move |connection| sites::store::find_by_key(connection, &key)).await?.is_none() {
            return Err(Refusal::new(Code::NotFound).detail(format!("there is no site {site}")).into());
        }
    }
    Ok(())
}

async fn appoint(app: &App, actor: &Actor, email: &str, text: &str, decree: &str) -> Result<()> {
    let (role, site) = place(text)?;
    sites::service::appoint_by_email(app, actor, email, role, site, decree).await
}

/// From a pipe the first line; on a terminal one is made, because a typed one would be shown.
fn read_or_make_password(app: &App) -> Result<(String, bool)> {
    if std::io::stdin().is_terminal() {
        return Ok((identity::service::random_password(app), true));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("read the password")?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.is_empty() {
        return Ok((identity::service::random_password(app), true));
    }
    if password.contains('\0') {
        return Err(Error::broken("read the password", "it holds a zero byte"));
    }
    Ok((password, false))
}
