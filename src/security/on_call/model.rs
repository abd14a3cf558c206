//! The list of people on call.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::Timestamp;
use crate::kernel::id::UserId;

/// The list, with its secrets as they lie in the database.
#[derive(Debug, Clone, PartialEq)]
pub struct OnCall {
    /// In the order in which they are called.
    pub people: Vec<Reached>,
    pub repeat_minutes: i32,
    /// Of the bot that writes; sealed.
    pub telegram_token: Option<String>,
    /// With which requests are signed; sealed.
    pub webhook_secret: Option<String>,
    /// 0: nothing was set yet.
    pub version: i32,
    pub updated_at: Timestamp,
}

/// Somebody on call, and how they are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OnCallPerson)]
pub struct Reached {
    pub user: UserId,
    /// At the address of their account.
    #[serde(default)]
    pub mail: bool,
    /// The number of their chat with the bot; a group's begins with a minus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telegram: Option<String>,
    /// An address that is told by a signed request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
}

crate::words! {
    /// A way by which somebody is called.
    pub enum Way as "OnCallWay" {
        Mail = "mail",
        Telegram = "telegram",
        Webhook = "webhook",
    }
}

impl Reached {
    /// The ways that they have, in the order in which they are tried; all of them are.
    pub fn ways(&self) -> Vec<Way> {
        let has =
            [(Way::Telegram, self.telegram.is_some()), (Way::Mail, self.mail), (Way::Webhook, self.webhook.is_some())];
        has.into_iter().filter(|(_, has)| *has).map(|(way, _)| way).collect()
    }
}
