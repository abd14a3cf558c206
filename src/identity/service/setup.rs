//! The first administrator of an installation, by a link that works once.

use crate::app::App;
use crate::identity::account::{Appointment, Caller, Email, Password, User, person_name};
use crate::identity::model::Role;
use crate::identity::rules::StrongPassword;
use crate::identity::service::SignedIn;
use crate::identity::service::sessions::Beginning;
use crate::identity::{passwords, store, tokens};
use crate::kernel::id::UserId;
use crate::kernel::time::DAY;
use crate::kernel::{Code, Digest, Refusal, Result};
use crate::ledger::{self, Event};

const LINK_LIFE: i64 = DAY;

/// The address under which the first administrator is made, as long as there is no account: to be shown
/// once. Each call puts a new link in force and the one before out of it. `None` when accounts exist.
pub async fn setup_link(app: &App) -> Result<Option<String>> {
    let (token, digest) = tokens::one_time(app);
    let now = app.now();
    let made = app
        .db
        .write(move |tx| {
            if store::any_user(tx)? {
                return Ok(false);
            }
            store::replace_setup_link(tx, &digest, now, now.plus(LINK_LIFE))?;
            ledger::record(tx, &Event::new("system:setup", "identity.make_setup_link", "installation"), now)?;
            Ok(true)
        })
        .await?;
    // Behind the #, so that it reaches neither a server's log nor a Referer header.
    Ok(made.then(|| format!("{}/admin/setup#token={token}", app.config.server_url.as_str())))
}

/// What the first administrator says of themselves.
pub struct Setup {
    pub token: String,
    pub email: String,
    pub name: String,
    pub password: Password,
}

/// Makes the first administrator and signs them in. 409 `setup_done` once any account exists,
/// 401 `bad_link` when the link is unknown, used or too old.
pub async fn setup(app: &App, wanted: Setup, caller: &Caller) -> Result<SignedIn> {
    let digest = Digest::of(&wanted.token);
    let now = app.now();
    // Before the password is hashed, so that only who holds the link can make this server work.
    app.db.read(move |connection| may_set_up(connection, &digest, now)).await?;
    let (email, name) = (Email::parse(&wanted.email)?, person_name(&wanted.name)?);
    let strong = StrongPassword::check(wanted.password, &email, &name, "password")?;
    let hash = passwords::hash(app, strong).await?;
    let user = User::new(app.id(UserId::new), &email, name, now);
    let beginning = Beginning::new(app, caller)?;
    let (session, refresh) = beginning.session(user.id, now);
    let made = user.clone();
    app.db
        .write(move |tx| {
            may_set_up(tx, &digest, now)?;
            store::use_setup_link(tx, &digest, now)?;
            store::insert_user(tx, &made, hash.reveal())?;
            store::replace_appointments(tx, made.id, None, &[Appointment::of(Role::Admin)], now)?;
            store::insert_session(tx, &session, &refresh)?;
            let subject = format!("user:{}", made.id);
            ledger::record(tx, &Event::new(subject.clone(), "identity.setup", subject), now)?;
            Ok(())
        })
        .await?;
    beginning.into_signed_in(app, user)
}

fn may_set_up(connection: &mut crate::db::Conn, link: &Digest, now: crate::kernel::Timestamp) -> Result<()> {
    if store::any_user(connection)? {
        return Err(Refusal::new(Code::SetupDone).into());
    }
    if !store::setup_link_holds(connection, link, now)? {
        return Err(Refusal::new(Code::BadLink).into());
    }
    Ok(())
}
