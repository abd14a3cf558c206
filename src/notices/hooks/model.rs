//! Webhooks and what they were told.

use utoipa::ToSchema;

use super::super::model::Kind;
use crate::kernel::Timestamp;
use crate::kernel::id::{DeliveryId, SiteId, WebhookId};

/// An address that is told what happens on a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Hook {
    pub id: WebhookId,
    pub site_id: SiteId,
    pub url: String,
    /// Of what it is told; never `mention`, which is a person's.
    pub kinds: Vec<Kind>,
    /// Sealed with a key of the installation.
    pub secret: String,
    pub active: bool,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// It did not answer, and is left alone until then, whatever waits for it.
    pub quiet_until: Option<Timestamp>,
}

crate::words! {
    /// Where a delivery is.
    pub enum State as "DeliveryState" {
        /// Has not been taken yet, and will be tried (again).
        Waiting = "waiting",
        Delivered = "delivered",
        /// Was not taken within two days.
        Failed = "failed",
    }
}

/// One event that a webhook was told of, or will be.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct Delivery {
    pub id: DeliveryId,
    #[serde(skip)]
    pub hook: WebhookId,
    pub kind: Kind,
    /// What is sent, as text.
    pub body: String,
    pub state: State,
    pub attempts: i32,
    /// Of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}
