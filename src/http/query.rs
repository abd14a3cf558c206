//! Query parameters: taken one by one, and whatever is left over is refused by name.

use crate::kernel::page::{Cursor, Limit};
use crate::kernel::{Code, Refusal, Timestamp};

/// `filter[field][op]=value`; without `[op]` it is `eq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub field: String,
    pub op: Op,
    pub value: String,
}

crate::words! {
    /// How a filter compares.
    pub enum Op {
        Eq = "eq",
        Ne = "ne",
        /// Values with commas between.
        In = "in",
        Lt = "lt",
        Lte = "lte",
        Gt = "gt",
        Gte = "gte",
        Prefix = "prefix",
    }
}

const QUERY_BYTES_MAX: usize = 8 * 1024;

/// A parameter that is none of the values which the reference lists.
pub fn not_a_choice(name: &str) -> Refusal {
    Refusal::new(Code::Malformed).field(name, "not_a_choice", "see the reference")
}

/// The parameters of one request. Take what is known, then call [`Params::finish`].
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(query: &str) -> Result<Self, Refusal> {
        if query.len() > QUERY_BYTES_MAX {
            return Err(Refusal::new(Code::TooLarge).detail(format!("a query of at most {QUERY_BYTES_MAX} bytes")));
        }
        let params: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // PostgreSQL stores no NUL and fails on one.
        match params.iter().find(|(key, value)| key.contains('\0') || value.contains('\0')) {
            Some((key, _)) => Err(Refusal::new(Code::Malformed).field(key, "malformed", "without NUL characters")),
            None => Ok(Params(params)),
        }
    }

    /// A parameter that may be given once.
    pub fn take(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(at) = self.0.iter().position(|(key, _)| key == name) else { return Ok(None) };
        let (_, value) = self.0.remove(at);
        if self.0.iter().any(|(key, _)| key == name) {
            return Err(Refusal::new(Code::Malformed).field(name, "repeated", "give it once"));
        }
        Ok(Some(value))
    }

    /// A parameter that is `true` or `false`.
    pub fn take_flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.take(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Refusal::new(Code::Malformed).field(name, "not_a_flag", "true or false")),
        }
    }

    /// A parameter that is a time, as RFC 3339 writes it.
    pub fn time(&mut self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let not_a_time =
            |_| Refusal::new(Code::Malformed).field(name, "not_a_time", "such as 2026-11-22T08:00:00+08:00");
        self.take(name)?.map(|text| Timestamp::parse(&text).map_err(not_a_time)).transpose()
    }

    pub fn limit(&mut self) -> Result<Limit, Refusal> {
        let limit = self.take("limit")?;
        let number = limit.map(|text| text.parse().map_err(|_| Refusal::new(Code::BadLimit))).transpose()?;
        Limit::new(number)
    }

    pub fn cursor(&mut self) -> Result<Option<Cursor>, Refusal> {
        self.take("cursor")?.map(|text| Cursor::decode(&text)).transpose()
    }

    /// A list such as `fields=title,summary`.
    pub fn list(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let text = self.take(name)?.unwrap_or_default();
        Ok(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
    }

    /// All filters. Whether their fields exist is the caller's to say: `unknown_filter`.
    pub fn filters(&mut self) -> Result<Vec<Filter>, Refusal> {
        let (filters, rest) = std::mem::take(&mut self.0).into_iter().partition(|(key, _)| key.starts_with("filter["));
        self.0 = rest;
        Vec::into_iter(filters).map(|(key, value)| filter(&key, value)).collect()
    }

    /// Refuses whatever was not taken.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let refusal = Refusal::new(Code::UnknownParameter);
        Err(self.0.into_iter().fold(refusal, |refusal, (key, _)| refusal.field(key, "unknown", "no such parameter")))
    }
}

fn filter(key: &str, value: String) -> Result<Filter, Refusal> {
    let unknown = || Refusal::new(Code::UnknownFilter).field(key, "unknown", "write filter[field][op]=value");
    let inner = key.strip_prefix("filter[").and_then(|rest| rest.strip_suffix(']')).ok_or_else(unknown)?;
    let (field, op) = inner.split_once("][").unwrap_or((inner, "eq"));
    let op = Op::parse(op).ok_or_else(unknown)?;
    Ok(Filter { field: field.into(), op, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_takes_is_refused_by_name() {
        let mut params = Params::parse("limit=5&filter[tag][in]=a,b&filter[type]=berita&colour=red").unwrap();
        assert_eq!(params.limit().unwrap().items(), 5);
        let filters = params.filters().unwrap();
        assert_eq!(filters[0], Filter { field: "tag".into(), op: Op::In, value: "a,b".into() });
        assert_eq!(filters[1].op, Op::Eq);
        let refusal = params.finish().unwrap_err();
        assert_eq!(refusal.field_refusals()[0].field, "colour");
    }

    #[test]
    fn nul_is_refused_wherever_it_stands() {
        assert_eq!(Params::parse("a=%00").unwrap_err().code(), Code::Malformed);
        assert_eq!(Params::parse("a%00b=1").unwrap_err().code(), Code::Malformed);
        let cursor = Cursor { key: "a\0".into(), id: "b".into() }.encode();
        assert_eq!(Params::parse(&format!("cursor={cursor}")).unwrap().cursor().unwrap_err().code(), Code::BadCursor);
    }

    #[test]
    fn an_operator_that_does_not_exist_is_refused() {
        let mut params = Params::parse("filter[tag][like]=a").unwrap();
        assert_eq!(params.filters().unwrap_err().code(), Code::UnknownFilter);
    }
}
