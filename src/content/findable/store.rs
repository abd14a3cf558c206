//! The tables `findable` and `findable_words`, and the one place where the two engines are asked differently: SQLite keeps
//! stems in an FTS5 table, PostgreSQL in `tsvector`s under a GIN index. Neither stems anything: ours go in as they are, each
//! behind letters of its site and the digit of its weight class.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};

use super::rules::{self, Said};
use crate::content::model::{Content, ContentType};
use crate::content::{rules as contents, type_store};
use crate::db::rows::insert_all;
use crate::db::schema::{findable, live_entries, revisions, sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Digest, Error, Result};
use crate::media::derive::texts;
use crate::search::words::{WEIGHT_CLASS_MAX, Words};

/// Bodies that are read at once.
pub const BODIES_AT_ONCE: usize = 128;
/// Ids in one statement.
const IDS_AT_ONCE: usize = 500;
/// What is read of content, beside the lists of words; when it changes, everything is read anew.
const READS: &str = "findable 1";
/// The mark of a row whose stems wait to be made anew.
const STALE: &str = "";
/// Begins the mark of a row whose entry could not be read; behind it stands what it was tried with. It sorts behind all
/// digits of a mark, in both engines.
const UNREADABLE: char = '~';

/// Where a stem stands: the numbers of entries by the weight class that it has there, each class in their order.
pub type Postings = [Vec<i64>; WEIGHT_CLASS_MAX as usize + 1];

/// Entries that hold a stem in one weight class, by their numbers with commas between: a row for each entry would cost
/// more than everything else of a search.
#[derive(QueryableByName)]
struct OfClass {
    #[diesel(sql_type = Integer)]
    class: i32,
    #[diesel(sql_type = Nullable<Text>)]
    numbers: Option<String>,
}

/// Names what the stems were made with: this code and its lists of words.
pub fn mark() -> &'static str {
    static MARK: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let all = Digest::of(format!("{READS}\n{}", crate::search::lists()));
        all.as_str()[..16].to_owned()
    });
    &MARK
}

fn unreadable_mark() -> String {
    format!("{UNREADABLE}{}", mark())
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Rows that this connection to SQLite has changed.
    fn total_changes() -> BigInt;
}

/// A live entry of which no stem can be made, and why.
pub type Unreadable = (EntryId, Error);

struct Row {
    entry: EntryId,
    site: SiteId,
    summary: String,
    /// As they are kept.
    stems: String,
}

/// Reads the live revisions of these entries and keeps their stems in the place of older ones. What is not live is
/// forgotten. What cannot be read keeps the stems that it has, and is returned.
pub fn keep(tx: &mut Tx, entries: &[EntryId]) -> Result<Vec<Unreadable>> {
    let (mut reader, mut unreadable) = (Reader::default(), Vec::new());
    for some in entries.chunks(BODIES_AT_ONCE) {
        let Read { mut rows, failed } = reader.read(tx, some)?;
        for (site, (entry, _)) in &failed {
            give_up(tx, *site, *entry)?;
        }
        let is_live: HashSet<EntryId> =
            rows.iter().map(|row| row.entry).chain(failed.iter().map(|(_, (entry, _))| *entry)).collect();
        forget(tx, &some.iter().copied().filter(|entry| !is_live.contains(entry)).collect::<Vec<_>>())?;
        // The order in which the database gives them is nobody's business: numbers follow the ids.
        rows.sort_by_key(|row| row.entry);
        put(tx, rows)?;
        unreadable.extend(failed.into_iter().map(|(_, failed)| failed));
    }
    Ok(unreadable)
}

/// The stems of those of some entries that are live, made from what they say as [`keep`] makes them, as
/// [`rules::stems`] writes them. `None` when one of them cannot be read.
pub fn stems(connection: &mut Conn, entries: &[EntryId]) -> Result<Option<Vec<(EntryId, String)>>> {
    let (mut reader, mut stems) = (Reader::default(), Vec::with_capacity(entries.len()));
    for some in entries.chunks(BODIES_AT_ONCE) {
        let Read { rows, failed } = reader.read(connection, some)?;
        if !failed.is_empty() {
            return Ok(None);
        }
        stems.extend(rows.into_iter().map(|row| (row.entry, row.stems)));
    }
    Ok(Some(stems))
}

/// Those of some entries that are live.
struct Read {
    rows: Vec<Row>,
    failed: Vec<(SiteId, Unreadable)>,
}

/// Reads entries, and what many of them share only once.
#[derive(Default)]
struct Reader {
    types: HashMap<(SiteId, String), Option<std::sync::Arc<ContentType>>>,
    words: Words,
}

impl Reader {
    fn read(&mut self, connection: &mut Conn, entries: &[EntryId]) -> Result<Read> {
        let live: Live = live_entries::table
            .filter(live_entries::entry_id.eq_any(entries))
            .select((live_entries::entry_id, (live_entries::site_id, live_entries::revision)))
            .load::<(EntryId, (SiteId, i32))>(connection)?
            .into_iter()
            .collect();
        let bodies = bodies(connection, &live)?;
        let attached = attached(connection, &live, &bodies)?;
        let mut read = Read { rows: Vec::with_capacity(live.len()), failed: Vec::new() };
        for (entry, body) in bodies {
            let Some((site, _)) = live.get(&entry) else { continue };
            let texts: Vec<&str> = contents::digests_in(&body)
                .collect::<BTreeSet<_>>()
                .iter()
                .filter_map(|file| attached.get(&(*site, *file)).map(String::as_str))
                .collect();
            match Content::from_text(&body) {
                Ok(content) => read.rows.push(self.row(connection, (entry, *site), (&content, &texts))?),
                Err(error) => read.failed.push((*site, (entry, error))),
            }
        }
        Ok(read)
    }

    fn row(
        &mut self,
        connection: &mut Conn,
        (entry, site): (EntryId, SiteId),
        (content, attached): (&Content, &[&str]),
    ) -> Result<Row> {
        let key = (site, content.type_key.clone());
        if !self.types.contains_key(&key) {
            let found = type_store::find(connection, site, &content.type_key)?.map(|stored| stored.content_type);
            self.types.insert(key.clone(), found);
        }
        let content_type = self.types.get(&key).and_then(Option::as_deref);
        let said = Said {
            fields: &content.fields,
            category: content.category.as_deref(),
            tags: &content.tags,
            is_english: content.locale.as_str().starts_with("en"),
            attached,
        };
        let summary = rules::read(&mut self.words, content_type, said);
        Ok(Row { entry, site, summary, stems: rules::stems(&self.words, site) })
    }
}

/// Notes that an entry cannot be read, so that nobody waits for its stems before something changes.
fn give_up(tx: &mut Tx, site: SiteId, entry: EntryId) -> Result<()> {
    let row = findable::table.filter(findable::entry_id.eq(entry));
    if diesel::update(row).set(findable::mark.eq(unreadable_mark())).execute(&mut **tx)? == 0 {
        let of_entry = (findable::entry_id.eq(entry), findable::site_id.eq(site));
        let without = (findable::summary.eq(""), findable::mark.eq(unreadable_mark()));
        diesel::insert_into(findable::table).values((of_entry, without)).execute(&mut **tx)?;
    }
    Ok(())
}

/// Entries with their sites and the numbers of the revisions that are shown.
type Live = HashMap<EntryId, (SiteId, i32)>;

/// What the files say that these revisions name.
fn attached(
    connection: &mut Conn,
    live: &Live,
    bodies: &[(EntryId, String)],
) -> Result<HashMap<(SiteId, Digest), String>> {
    let mut named: BTreeMap<SiteId, BTreeSet<Digest>> = BTreeMap::new();
    for (entry, body) in bodies {
        if let Some((site, _)) = live.get(entry) {
            named.entry(*site).or_default().extend(contents::digests_in(body));
        }
    }
    let mut attached = HashMap::new();
    for (site, files) in named {
        let files: Vec<Digest> = files.into_iter().collect();
        attached.extend(texts::of(connection, site, &files)?.into_iter().map(|(file, text)| ((site, file), text)));
    }
    Ok(attached)
}

fn bodies(connection: &mut Conn, live: &Live) -> Result<Vec<(EntryId, String)>> {
    let (ids, mut numbers): (Vec<EntryId>, Vec<i32>) =
        live.iter().map(|(entry, (_, number))| (*entry, *number)).unzip();
    numbers.sort_unstable();
    numbers.dedup();
    let found = revisions::table
        .filter(revisions::entry_id.eq_any(ids).and(revisions::number.eq_any(numbers)))
        .select((revisions::entry_id, revisions::number, revisions::body))
        .load::<(EntryId, i32, String)>(connection)?;
    let shown = found.into_iter().filter(|(entry, number, _)| live.get(entry).is_some_and(|(_, of)| of == number));
    Ok(shown.map(|(entry, _, body)| (entry, body)).collect())
}

fn numbers(connection: &mut Conn, entries: &[EntryId]) -> Result<HashMap<EntryId, i64>> {
    let known =
        findable::table.filter(findable::entry_id.eq_any(entries)).select((findable::entry_id, findable::number));
    Ok(known.load::<(EntryId, i64)>(connection)?.into_iter().collect())
}

fn put(tx: &mut Tx, rows: Vec<Row>) -> Result<()> {
    let entries: Vec<EntryId> = rows.iter().map(|row| row.entry).collect();
    let known = numbers(tx, &entries)?;
    forget_words(tx, known.values().copied().collect())?;
    for row in rows.iter().filter(|row| known.contains_key(&row.entry)) {
        diesel::update(findable::table.filter(findable::entry_id.eq(row.entry)))
            .set((findable::summary.eq(&row.summary), findable::mark.eq(mark())))
            .execute(&mut **tx)?;
    }
    let new = rows.iter().filter(|row| !known.contains_key(&row.entry)).map(|row| {
        (
            findable::entry_id.eq(row.entry),
            findable::site_id.eq(row.site),
            findable::summary.eq(row.summary.clone()),
            findable::mark.eq(mark()),
        )
    });
    insert_all!(tx, findable::table, new);
    let numbers = numbers(tx, &entries)?;
    let numbered = rows.into_iter().filter_map(|row| Some((*numbers.get(&row.entry)?, row)));
    put_words(tx, numbered.collect())
}

fn put_words(tx: &mut Tx, rows: Vec<(i64, Row)>) -> Result<()> {
    const SQLITE: &str = "INSERT INTO findable_words (rowid, stems) VALUES (?, ?)";
    const POSTGRES: &str = "INSERT INTO findable_words (number, stems) \
        SELECT number, array_to_tsvector(string_to_array(stems, ' ')) FROM unnest($1, $2) AS words (number, stems)";
    match &mut **tx {
        Conn::Sqlite(sqlite) => {
            for (number, row) in rows {
                let insert = diesel::sql_query(SQLITE).bind::<BigInt, _>(number);
                insert.bind::<Text, _>(row.stems).execute(sqlite)?;
            }
        }
        Conn::Postgres(postgres) => {
            let (numbers, stems): (Vec<i64>, Vec<String>) =
                rows.into_iter().map(|(number, row)| (number, row.stems)).unzip();
            let insert = diesel::sql_query(POSTGRES).bind::<Array<BigInt>, _>(numbers);
            insert.bind::<Array<Text>, _>(stems).execute(postgres)?;
        }
    }
    Ok(())
}

fn forget_words(tx: &mut Tx, numbers: Vec<i64>) -> Result<()> {
    match &mut **tx {
        Conn::Sqlite(sqlite) => {
            for number in numbers {
                let delete = diesel::sql_query("DELETE FROM findable_words WHERE rowid = ?");
                delete.bind::<BigInt, _>(number).execute(sqlite)?;
            }
        }
        Conn::Postgres(postgres) if !numbers.is_empty() => {
            let delete = diesel::sql_query("DELETE FROM findable_words WHERE number = ANY($1)");
            delete.bind::<Array<BigInt>, _>(numbers).execute(postgres)?;
        }
        Conn::Postgres(_) => {}
    }
    Ok(())
}

/// No word of these entries is found any more.
pub fn forget(tx: &mut Tx, entries: &[EntryId]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let known = numbers(tx, entries)?;
    forget_words(tx, known.into_values().collect())?;
    diesel::delete(findable::table.filter(findable::entry_id.eq_any(entries))).execute(&mut **tx)?;
    Ok(())
}

/// Takes out what stems that were made anew left behind, so many pages at a time: SQLite would look for each entry that it
/// finds among those that are gone, which makes a search slow. Returns whether there is more to do. `is_first` begins anew.
/// PostgreSQL does it by itself.
pub fn tidy(tx: &mut Tx, is_first: bool) -> Result<bool> {
    const PAGES_AT_ONCE: i64 = 500;
    let Conn::Sqlite(sqlite) = &mut **tx else { return Ok(false) };
    let changes = |sqlite: &mut _| diesel::select(total_changes()).get_result::<i64>(sqlite);
    let before = changes(sqlite)?;
    diesel::sql_query("INSERT INTO findable_words (findable_words, rank) VALUES ('merge', ?)")
        .bind::<BigInt, _>(if is_first { -PAGES_AT_ONCE } else { PAGES_AT_ONCE })
        .execute(sqlite)?;
    // The statement itself counts as one, says the manual of FTS5.
    Ok(changes(sqlite)? - before > 1)
}

/// Tells everybody who holds a site in memory that it is found otherwise now, where nothing else does.
pub fn raise(tx: &mut Tx, site: SiteId) -> Result<()> {
    let next = sites::stems_version.eq(sites::stems_version + 1);
    diesel::update(sites::table.find(site)).set(next).execute(&mut **tx)?;
    Ok(())
}

/// The stems of what is live of a type serve on until they are made anew. Returns how many entries it are.
pub fn mark_stale(tx: &mut Tx, site: SiteId, type_key: &str) -> Result<usize> {
    let of_type = live_entries::site_id.eq(site).and(live_entries::type_key.eq(type_key));
    let entries = live_entries::table.filter(of_type).select(live_entries::entry_id);
    let rows = findable::table.filter(findable::entry_id.eq_any(entries));
    Ok(diesel::update(rows).set(findable::mark.eq(STALE)).execute(&mut **tx)?)
}

/// Whether any stems were made with other lists of words or wait to be made anew. Reads no row that is as it should be. What
/// could not be read is tried again with whatever else waits, and at a start, but nothing is done for it alone.
pub fn is_any_stale(connection: &mut Conn) -> Result<bool> {
    // Three stretches of the index and not "neither of the two", which would read every row that is as it should be.
    let (good, given_up) = (mark(), unreadable_mark());
    let stretches = [(None, Some(good)), (Some(good), Some(&*given_up)), (Some(&*given_up), None)];
    for (above, below) in stretches {
        let mut found = findable::table.select(findable::mark).into_boxed::<crate::db::Backend>();
        if let Some(above) = above {
            found = found.filter(findable::mark.gt(above));
        }
        if let Some(below) = below {
            found = found.filter(findable::mark.lt(below));
        }
        if found.first::<String>(connection).optional()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Entries whose stems are not there, wait to be made anew or were made with other lists of words, or are of what is not
/// live, by site. Reads all rows.
pub fn outdated(connection: &mut Conn) -> Result<Vec<(SiteId, EntryId)>> {
    let same = findable::entry_id.eq(live_entries::entry_id);
    let mut found: Vec<(SiteId, EntryId)> = live_entries::table
        .left_join(findable::table.on(same))
        .filter(findable::mark.nullable().is_null().or(findable::mark.nullable().ne(mark())))
        .select((live_entries::site_id, live_entries::entry_id))
        .load(connection)?;
    let gone = findable::table
        .left_join(live_entries::table.on(same))
        .filter(live_entries::sequence.nullable().is_null())
        .select((findable::site_id, findable::entry_id));
    found.extend(gone.load::<(SiteId, EntryId)>(connection)?);
    found.sort_unstable();
    Ok(found)
}

/// Where a stem of ours is found on a site. There may be numbers of others among them, which are in no list of this one.
pub fn postings(connection: &mut Conn, site: SiteId, stem: &str) -> Result<Postings> {
    const SQLITE: &str = "\
        SELECT 0 AS class, group_concat(rowid) AS numbers FROM findable_words WHERE findable_words MATCH ?1 \
        UNION ALL SELECT 1, group_concat(rowid) FROM findable_words WHERE findable_words MATCH ?2 \
        UNION ALL SELECT 2, group_concat(rowid) FROM findable_words WHERE findable_words MATCH ?3 \
        UNION ALL SELECT 3, group_concat(rowid) FROM findable_words WHERE findable_words MATCH ?4";
    const POSTGRES: &str = "SELECT class, string_agg(number::text, ',' ORDER BY number) AS numbers FROM (\
            SELECT 0 AS class, number FROM findable_words WHERE stems @@ $1::tsquery \
            UNION ALL SELECT 1, number FROM findable_words WHERE stems @@ $2::tsquery \
            UNION ALL SELECT 2, number FROM findable_words WHERE stems @@ $3::tsquery \
            UNION ALL SELECT 3, number FROM findable_words WHERE stems @@ $4::tsquery\
        ) AS found GROUP BY class";
    let mut postings = Postings::default();
    // Stems are letters and digits; should one not be, it is found nowhere.
    if stem.is_empty() || stem.contains(['"', '\'', '\\', '\0', ' ']) {
        return Ok(postings);
    }
    let [once, often, lead, title] = [0, 1, 2, 3].map(|class| rules::kept(site, class, stem));
    let found: Vec<OfClass> = match connection {
        Conn::Sqlite(sqlite) => {
            let said = |kept: &str| format!("\"{kept}\"");
            let query = diesel::sql_query(SQLITE).bind::<Text, _>(said(&once)).bind::<Text, _>(said(&often));
            query.bind::<Text, _>(said(&lead)).bind::<Text, _>(said(&title)).load(sqlite)?
        }
        Conn::Postgres(postgres) => {
            let said = |kept: &str| format!("'{kept}'");
            let query = diesel::sql_query(POSTGRES).bind::<Text, _>(said(&once)).bind::<Text, _>(said(&often));
            query.bind::<Text, _>(said(&lead)).bind::<Text, _>(said(&title)).load(postgres)?
        }
    };
    for OfClass { class, numbers } in found {
        let numbers = numbers.iter().flat_map(|numbers| numbers.split(','));
        if let Some(of_class) = usize::try_from(class).ok().and_then(|class| postings.get_mut(class)) {
            of_class.extend(numbers.filter_map(|number| number.parse::<i64>().ok()));
        }
    }
    Ok(postings)
}

/// What results say of these entries.
pub fn summaries(connection: &mut Conn, entries: &[EntryId]) -> Result<HashMap<EntryId, String>> {
    let mut found = HashMap::new();
    for some in entries.chunks(IDS_AT_ONCE) {
        let query = findable::table.filter(findable::entry_id.eq_any(some));
        found.extend(query.select((findable::entry_id, findable::summary)).load::<(EntryId, String)>(connection)?);
    }
    Ok(found)
}
