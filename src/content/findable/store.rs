//! The tables `findable` and `findable_words`, and the one place where the two engines are asked differently: SQLite keeps
//! stems in an FTS5 table, PostgreSQL in `tsvector` columns under a GIN index. Neither stems anything: ours go in as they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};

use super::rules::{self, Findable, Said};
use crate::content::model::{Content, ContentType};
use crate::content::{rules as contents, type_store};
use crate::db::rows::insert_all;
use crate::db::schema::{findable, live_entries, revisions, sites};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Digest, Error, Result};
use crate::media::derive::texts;

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

/// Where a stem stands: the number of an entry, and the weight class that `search::shards` tells.
pub type Posting = (i64, u8);

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
    /// By weight class.
    stems: [String; 4],
}

/// Reads the live revisions of these entries and keeps their stems in the place of older ones. What is not live is
/// forgotten. What cannot be read keeps the stems that it has, and is returned.
pub fn keep(tx: &mut Tx, entries: &[EntryId]) -> Result<Vec<Unreadable>> {
    let (mut types, mut unreadable) = (HashMap::new(), Vec::new());
    for some in entries.chunks(BODIES_AT_ONCE) {
        let live: Live = live_entries::table
            .filter(live_entries::entry_id.eq_any(some))
            .select((live_entries::entry_id, (live_entries::site_id, live_entries::revision)))
            .load::<(EntryId, (SiteId, i32))>(&mut **tx)?
            .into_iter()
            .collect();
        let mut rows = Vec::with_capacity(live.len());
        let bodies = bodies(tx, &live)?;
        let attached = attached(tx, &live, &bodies)?;
        for (entry, body) in bodies {
            let Some((site, _)) = live.get(&entry) else { continue };
            let texts: Vec<&str> = contents::digests_in(&body)
                .collect::<BTreeSet<_>>()
                .iter()
                .filter_map(|file| attached.get(&(*site, *file)).map(String::as_str))
                .collect();
            match Content::from_text(&body) {
                Ok(content) => rows.push(row(tx, &mut types, (entry, *site), (&content, &texts))?),
                Err(error) => {
                    give_up(tx, *site, entry)?;
                    unreadable.push((entry, error));
                }
            }
        }
        let is_read = |entry: &EntryId| rows.iter().any(|row: &Row| row.entry == *entry);
        let is_known = |entry: &EntryId| is_read(entry) || unreadable.iter().any(|(other, _)| other == entry);
        forget(tx, &some.iter().copied().filter(|entry| !is_known(entry)).collect::<Vec<_>>())?;
        // The order in which the database gives them is nobody's business: numbers follow the ids.
        rows.sort_by_key(|row| row.entry);
        put(tx, rows)?;
    }
    Ok(unreadable)
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
type Types = HashMap<(SiteId, String), Option<std::sync::Arc<ContentType>>>;

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

fn row(
    tx: &mut Tx,
    types: &mut Types,
    (entry, site): (EntryId, SiteId),
    (content, attached): (&Content, &[&str]),
) -> Result<Row> {
    let key = (site, content.type_key.clone());
    if !types.contains_key(&key) {
        let found = type_store::find(tx, site, &content.type_key)?.map(|stored| stored.content_type);
        types.insert(key.clone(), found);
    }
    let content_type = types.get(&key).and_then(Option::as_deref);
    let said = Said {
        fields: &content.fields,
        category: content.category.as_deref(),
        tags: &content.tags,
        is_english: content.locale.as_str().starts_with("en"),
        attached,
    };
    let Findable { words, summary } = rules::findable(content_type, said);
    Ok(Row { entry, site, summary, stems: rules::by_class(words) })
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
    const SQLITE: &str = "INSERT INTO findable_words (rowid, title, lead, often, once) VALUES (?, ?, ?, ?, ?)";
    const POSTGRES: &str = "INSERT INTO findable_words (number, site_id, title, lead, often, stems) \
        SELECT number, site, array_to_tsvector(string_to_array(title, ' ')), array_to_tsvector(string_to_array(lead, ' ')), \
        array_to_tsvector(string_to_array(often, ' ')), array_to_tsvector(string_to_array(stems, ' ')) \
        FROM unnest($1, $2, $3, $4, $5, $6) AS words (number, site, title, lead, often, stems)";
    match &mut **tx {
        Conn::Sqlite(sqlite) => {
            for (number, Row { stems: [once, often, lead, title], .. }) in rows {
                let texts = [title, lead, often, once];
                let [title, lead, often, once] = &texts;
                diesel::sql_query(SQLITE)
                    .bind::<BigInt, _>(number)
                    .bind::<Text, _>(title)
                    .bind::<Text, _>(lead)
                    .bind::<Text, _>(often)
                    .bind::<Text, _>(once)
                    .execute(sqlite)?;
            }
        }
        Conn::Postgres(postgres) => {
            let column = |class: usize| rows.iter().map(|(_, row)| row.stems[class].as_str()).collect::<Vec<_>>();
            let all = |(_, row): &(i64, Row)| {
                let some: Vec<&str> = row.stems.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
                some.join(" ")
            };
            diesel::sql_query(POSTGRES)
                .bind::<Array<BigInt>, _>(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>())
                .bind::<Array<Text>, _>(rows.iter().map(|(_, row)| row.site.as_str()).collect::<Vec<_>>())
                .bind::<Array<Text>, _>(column(3))
                .bind::<Array<Text>, _>(column(2))
                .bind::<Array<Text>, _>(column(1))
                .bind::<Array<Text>, _>(rows.iter().map(all).collect::<Vec<_>>())
                .execute(postgres)?;
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

/// Where a stem of ours is found on a site, within each class in the order of the numbers. SQLite tells of other sites
/// too: their numbers are in no list of this one.
pub fn postings(connection: &mut Conn, site: SiteId, stem: &str) -> Result<Vec<Posting>> {
    const SQLITE: &str = "SELECT 3 AS class, group_concat(rowid) AS numbers \
            FROM findable_words WHERE findable_words MATCH '{title}:' || ?1 \
        UNION ALL SELECT 2, group_concat(rowid) FROM findable_words WHERE findable_words MATCH '{lead}:' || ?1 \
        UNION ALL SELECT 1, group_concat(rowid) FROM findable_words WHERE findable_words MATCH '{often}:' || ?1 \
        UNION ALL SELECT 0, group_concat(rowid) FROM findable_words WHERE findable_words MATCH '{once}:' || ?1";
    const POSTGRES: &str = "SELECT class, string_agg(number::text, ',' ORDER BY number) AS numbers FROM (\
            SELECT number, CASE WHEN title @@ $1::tsquery THEN 3 WHEN lead @@ $1::tsquery THEN 2 \
            WHEN often @@ $1::tsquery THEN 1 ELSE 0 END AS class \
            FROM findable_words WHERE stems @@ $1::tsquery AND site_id = $2\
        ) AS found GROUP BY class";
    // Stems are letters and digits; should one not be, it is found nowhere.
    if stem.is_empty() || stem.contains(['"', '\'', '\\', '\0', ' ']) {
        return Ok(Vec::new());
    }
    let classes: Vec<OfClass> = match connection {
        Conn::Sqlite(sqlite) => diesel::sql_query(SQLITE).bind::<Text, _>(format!("\"{stem}\"")).load(sqlite)?,
        Conn::Postgres(postgres) => {
            let query = diesel::sql_query(POSTGRES).bind::<Text, _>(format!("'{stem}'"));
            query.bind::<Text, _>(site.as_str()).load(postgres)?
        }
    };
    let of_class = |OfClass { class, numbers }: &OfClass| {
        // Classes are 0 to 3.
        let class = *class as u8;
        let numbers = numbers.iter().flat_map(|numbers| numbers.split(','));
        numbers.filter_map(|number| Some((number.parse().ok()?, class))).collect::<Vec<Posting>>()
    };
    Ok(classes.iter().flat_map(of_class).collect())
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
