//! Looking for events: who, what, about what, where and when, newest first, within what a reader may see.

use lamin::identity::{Actor, Role};
use lamin::kernel::id::SiteId;
use lamin::kernel::time::HOUR;
use lamin::ledger::{self, Event};
use serde_json::Value;

use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    events_are_found_by_who_what_where_and_when,
    a_reader_of_one_site_finds_nothing_of_another,
    what_is_asked_wrongly_is_refused_by_name,
);

/// Three events of two people and two sites, an hour apart.
async fn told(app: &TestApp) -> (Actor, SiteId) {
    let (portal, dinas) = (app.site("portal").id, app.site("dinas").id);
    let (ani, budi) = (app.user("ani", &[]), app.user("budi", &[]));
    for (actor, action, site) in
        [(&ani, "editorial.approve", portal), (&ani, "editorial.publish", dinas), (&budi, "editorialist.write", portal)]
    {
        let event = Event::new(actor.ledger_name(), action, "entry:satu").site(site);
        let now = app.now();
        app.db.write(move |tx| ledger::record(tx, &event, now)).await.unwrap();
        app.clock.advance(HOUR);
    }
    (ani, portal)
}

/// The actions of what is found.
async fn found(app: &TestApp, reader: &Actor, asked: &str) -> Vec<String> {
    let page = page(app, reader, asked).await;
    page["items"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

async fn page(app: &TestApp, reader: &Actor, asked: &str) -> Value {
    Call::get(&format!("/api/v1/ledger?{asked}")).token(&app.token(reader)).send(app).await.assert_ok().json()
}

async fn events_are_found_by_who_what_where_and_when(app: TestApp) {
    let begun = app.now();
    let (ani, _) = told(&app).await;
    let reader = app.user("citra", &[(Role::Auditor, None)]);
    let by = format!("actor={}", ani.ledger_name());
    assert_eq!(found(&app, &reader, &by).await, ["editorial.publish", "editorial.approve"]);
    assert_eq!(found(&app, &reader, "action=editorial.approve").await, ["editorial.approve"]);
    assert_eq!(found(&app, &reader, "action=editorial").await, ["editorial.publish", "editorial.approve"]);
    assert_eq!(found(&app, &reader, "site=dinas").await, ["editorial.publish"]);
    let (second, third) = (begun.plus(HOUR), begun.plus(2 * HOUR));
    let between = format!("subject=entry:satu&from={second}&until={third}");
    assert_eq!(found(&app, &reader, &between).await, ["editorial.publish"]);
    let told = page(&app, &reader, &by).await;
    assert_eq!(told["names"][ani.ledger_name()], "ani");
}

async fn a_reader_of_one_site_finds_nothing_of_another(app: TestApp) {
    let (_, portal) = told(&app).await;
    let reader = app.user("citra", &[(Role::Auditor, Some(portal))]);
    assert_eq!(found(&app, &reader, "action=editorial").await, ["editorial.approve"]);
    let call = Call::get("/api/v1/ledger?site=dinas").token(&app.token(&reader));
    call.send(&app).await.assert_refused(404, "not_found");
    let requester = app.user("dodi", &[(Role::Requester, Some(portal))]);
    let call = Call::get("/api/v1/ledger?site=portal").token(&app.token(&requester));
    call.send(&app).await.assert_refused(403, "forbidden");
}

async fn what_is_asked_wrongly_is_refused_by_name(app: TestApp) {
    let reader = app.user("citra", &[(Role::Auditor, None)]);
    let reply = Call::get("/api/v1/ledger?from=kemarin").token(&app.token(&reader)).send(&app).await;
    reply.assert_refused(400, "malformed");
    assert_eq!(reply.json()["errors"][0]["field"], "from");
}
