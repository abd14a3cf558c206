//! How the kernel's words are stored: ids, digests, slugs and locales as text, times as a number.
//!
//! Written by hand instead of derived, so that the kernel knows nothing of a database.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Nullable, SingleValue, Text};

use crate::kernel::id::{
    AttachmentId, CaseId, CommentId, DeliveryId, DeploymentId, EntryId, FindingId, GroupId, IncidentId, JobId,
    MonitorId, PreviewId, RecapId, ReleaseId, RoundId, RunId, SessionId, SiteId, TargetId, ThemeId, UploadId, UserId,
    WebhookId, WindowId,
};
use crate::kernel::{Digest, Locale, Slug, Timestamp};

macro_rules! bound_as {
    ($type:ty, $sql:ty) => {
        impl AsExpression<$sql> for $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'e> AsExpression<$sql> for &'e $type {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl AsExpression<Nullable<$sql>> for $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'e> AsExpression<Nullable<$sql>> for &'e $type {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<DB> ToSql<Nullable<$sql>, DB> for $type
        where
            DB: Backend,
            $type: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                ToSql::<$sql, DB>::to_sql(self, out)
            }
        }
        impl<DB, ST> Queryable<ST, DB> for $type
        where
            DB: Backend,
            ST: SingleValue,
            $type: FromSql<ST, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}

macro_rules! stored_as_text {
    ($($type:ty),* $(,)?) => {$(
        bound_as!($type, Text);
        impl<DB> ToSql<Text, DB> for $type
        where
            DB: Backend,
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <str as ToSql<Text, DB>>::to_sql(self.as_str(), out)
            }
        }
        impl<DB> FromSql<Text, DB> for $type
        where
            DB: Backend,
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let text = <String as FromSql<Text, DB>>::from_sql(bytes)?;
                parse_stored::<$type>(&text)
            }
        }
    )*};
}

/// What was stored was checked when it was made; text that no longer parses means a damaged database.
fn parse_stored<T: Stored>(text: &str) -> deserialize::Result<T> {
    T::parse_stored(text)
        .ok_or_else(|| format!("{text:?} is stored where a {} belongs", std::any::type_name::<T>()).into())
}

trait Stored: Sized {
    fn parse_stored(text: &str) -> Option<Self>;
}

macro_rules! parse_refusing {
    ($($type:ty),* $(,)?) => {$(
        impl Stored for $type {
            fn parse_stored(text: &str) -> Option<Self> {
                <$type>::parse(text).ok()
            }
        }
    )*};
}

parse_refusing!(
    UserId,
    SessionId,
    SiteId,
    EntryId,
    GroupId,
    CaseId,
    CommentId,
    AttachmentId,
    JobId,
    ReleaseId,
    TargetId,
    DeploymentId,
    RunId,
    FindingId,
    PreviewId,
    ThemeId,
    UploadId,
    WebhookId,
    DeliveryId,
    MonitorId,
    IncidentId,
    WindowId,
    RoundId,
    RecapId,
    Slug,
    Locale,
);

impl Stored for Digest {
    fn parse_stored(text: &str) -> Option<Self> {
        Digest::parse(text)
    }
}

stored_as_text!(
    UserId,
    SessionId,
    SiteId,
    EntryId,
    GroupId,
    CaseId,
    CommentId,
    AttachmentId,
    JobId,
    ReleaseId,
    TargetId,
    DeploymentId,
    RunId,
    FindingId,
    PreviewId,
    ThemeId,
    UploadId,
    WebhookId,
    DeliveryId,
    MonitorId,
    IncidentId,
    WindowId,
    RoundId,
    RecapId,
    Slug,
    Locale,
    Digest,
);

bound_as!(Timestamp, BigInt);

impl<DB> ToSql<BigInt, DB> for Timestamp
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(self.micros_ref(), out)
    }
}

impl<DB> FromSql<BigInt, DB> for Timestamp
where
    DB: Backend,
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Timestamp::from_micros(<i64 as FromSql<BigInt, DB>>::from_sql(bytes)?))
    }
}
