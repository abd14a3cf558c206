//! What follows from one look: row, state, word, incident.

use url::Host;

use super::looking::Seen;
use super::model::{Known, Saved};
use crate::kernel::Timestamp;
use crate::monitoring::posture::rules::domain_of;
use crate::monitoring::states::grouping::{Fall, Kind, Trait};
use crate::monitoring::states::model::{Measurement, Outcome, Step, Word};
use crate::monitoring::states::rules;

/// What befell a website that comes and goes is that, whatever its looks say.
const UNSTABLE: &str = "unstable";

/// Remembers what was seen; gives what is to be stored, and whether the next look is to come soon.
pub fn judge(
    known: &mut Known,
    (due, at): (Timestamp, Timestamp),
    seen: Seen,
    (line_works, quiet): (bool, bool),
) -> (Saved, bool) {
    let outcome = match seen.outcome {
        Outcome::Bad if !line_works => Outcome::Unknown,
        outcome => outcome,
    };
    let address = seen.address.or(known.address);
    let measured = Measurement { at, outcome, cause: seen.cause, address };
    let Step { standing, word, ended, again_soon } = rules::follow(&known.standing, &measured, quiet);
    let state = rules::state(&standing, quiet);
    if state != known.state {
        (known.state, known.since) = (state, at);
    }
    known.standing = standing;
    (known.due_at, known.address) = (Some(due), address);
    let saved = Saved {
        monitor: known.id,
        due,
        quiet,
        status: seen.status,
        first_byte_ms: seen.first_byte_ms,
        whole_ms: seen.whole_ms,
        state,
        since: known.since,
        standing: known.standing.clone(),
        ended: ended.map(|(outage, until)| (outage.since, until)),
        leaves: word.is_some(),
        fall: word.and_then(|word| fall(word, known, &measured)),
        seen: measured,
    };
    (saved, again_soon)
}

/// What befell it, when that is what there is to be told.
fn fall(word: Word, known: &Known, seen: &Measurement) -> Option<Fall> {
    let (kind, cause, since) = match word {
        Word::Down => {
            let outage = known.standing.outage.as_ref()?;
            (Kind::Down, outage.cause.clone(), outage.since)
        }
        Word::Unstable => (Kind::Unstable, UNSTABLE.to_owned(), seen.at),
        Word::Up | Word::Settled => return None,
    };
    let domain = match known.url.host() {
        Some(Host::Domain(host)) => domain_of(host),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => known.url.host_str().unwrap_or_default().to_owned(),
    };
    let what = Trait { kind, cause, address: seen.address, domain, since };
    Some(Fall { what, interval: known.interval })
}
