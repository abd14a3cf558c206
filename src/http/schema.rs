//! How the kernel's words appear in the OpenAPI document: as the strings that they are on the wire.

use std::borrow::Cow;

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::id::{
    AttachmentId, CaseId, CommentId, DeliveryId, DeploymentId, EntryId, FindingId, GroupId, IncidentId, JobId,
    MonitorId, PreviewId, RecapId, ReleaseId, RoundId, RunId, SessionId, SiteId, TargetId, ThemeId, UploadId, UserId,
    WebhookId, WindowId,
};
use crate::kernel::{Digest, Locale, Slug, Timestamp};

macro_rules! string_schemas {
    ($($type:ident: $format:expr, $about:literal;)*) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                let schema = ObjectBuilder::new().schema_type(Type::String).description(Some($about));
                let format: Option<SchemaFormat> = $format;
                schema.format(format).into()
            }
        }
        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }
        }
    )*};
}

fn uuid() -> Option<SchemaFormat> {
    Some(SchemaFormat::Custom("uuid".into()))
}

fn date_time() -> Option<SchemaFormat> {
    Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))
}

string_schemas! {
    UserId: uuid(), "Id of a user.";
    SessionId: uuid(), "Id of a session.";
    SiteId: uuid(), "Id of a site.";
    EntryId: uuid(), "Id of an entry.";
    GroupId: uuid(), "Shared by the translations of one another.";
    CaseId: uuid(), "Id of a case.";
    CommentId: uuid(), "Id of a comment.";
    AttachmentId: uuid(), "Id of an attachment.";
    UploadId: uuid(), "Id of an upload.";
    WebhookId: uuid(), "Id of a webhook.";
    DeliveryId: uuid(), "Id of a delivery to a webhook.";
    JobId: uuid(), "Id of a job.";
    ReleaseId: uuid(), "Id of a release.";
    TargetId: uuid(), "Id of a target.";
    DeploymentId: uuid(), "Id of a deployment.";
    RunId: uuid(), "Id of a check.";
    FindingId: uuid(), "Id of a finding.";
    PreviewId: uuid(), "Id of a preview.";
    ThemeId: uuid(), "Id of a theme of a site.";
    MonitorId: uuid(), "Id of a watched website.";
    IncidentId: uuid(), "Id of an incident of watched websites.";
    WindowId: uuid(), "Id of a time of announced work.";
    RoundId: uuid(), "Id of a full look at all watched websites.";
    RecapId: uuid(), "Id of a weekly report.";
    Digest: None, "SHA-256, 64 lower-case hexadecimal letters.";
    Slug: None, "Lower-case letters, digits and single hyphens.";
    Locale: None, "A language tag such as id or en.";
    Timestamp: date_time(), "RFC 3339 in UTC.";
}
