//! Where a date on a page came from, and what is believed of it.

use std::fmt;

use crate::monitoring::dates::{Named, Reading};

/// Signals in their order of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// The interface of a known system: WordPress, Lamin.
    Api,
    /// RSS `pubDate`, Atom `published`.
    Feed,
    JsonLd,
    /// `article:published_time` and its kin, microdata.
    Meta,
    /// `<time datetime>`.
    Time,
    /// A date that readers see.
    Visible,
    /// Folders of an address.
    Address,
    /// Atom `updated`, where no `published` stands: it moves without news.
    FeedUpdated,
    Sitemap,
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Signal::Api => "api",
            Signal::Feed => "feed",
            Signal::JsonLd => "json_ld",
            Signal::Meta => "meta",
            Signal::Time => "time",
            Signal::Visible => "visible",
            Signal::Address => "address",
            Signal::FeedUpdated => "feed_updated",
            Signal::Sitemap => "sitemap",
        })
    }
}

/// When an article was published, with the text that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub date: Named,
    pub signal: Signal,
    pub text: String,
}

/// One item of a list, a feed or a sitemap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// As it stands there, or joined to the address of the list; empty where none stands.
    pub address: String,
    pub date: Reading,
    pub signal: Signal,
}
