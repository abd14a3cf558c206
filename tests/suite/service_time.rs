//! Service hours and holidays, changed while cases run.

use lamin::identity::Role;
use serde_json::{Value, json};

use crate::editorial::Newsroom;
use crate::on_both;
use crate::support::{Call, Reply, TestApp};

on_both!(
    an_administrator_alone_sets_hours_and_holidays_in_the_version_that_was_seen,
    a_procedure_tells_the_hours_that_count_in_the_place_of_its_own,
    what_is_left_of_a_case_is_counted_by_the_new_calendar_and_what_passed_stays,
);

fn with_admin(app: TestApp) -> (Newsroom, lamin::identity::Actor) {
    let admin = app.user("pengelola", &[(Role::Admin, None)]);
    (Newsroom::open(app), admin)
}

async fn set(room: &Newsroom, token: &str, version: i32, wanted: &Value) -> Reply {
    Call::new("PUT", "/api/v1/calendar").token(token).seen(&json!(version)).json(wanted).send(&room.app).await
}

fn day_off(date: &str) -> Value {
    json!({"date": date, "name": "Hari jadi daerah", "name_en": "Regional anniversary", "kind": "libur"})
}

async fn an_administrator_alone_sets_hours_and_holidays_in_the_version_that_was_seen(app: TestApp) {
    let (room, admin) = with_admin(app);
    let token = room.app.token(&admin);
    let ships = room.get(Role::Author, "/api/v1/calendar").await.assert_ok();
    let view = ships.json();
    assert_eq!((&view["version"], &view["hours"], ships.header("etag")), (&json!(0), &Value::Null, "\"0\""));
    assert_eq!(view["holidays"].as_array().unwrap().len(), 25);
    assert!(view["procedures"].as_array().unwrap().iter().any(|one| one["kind"] == "weekly"), "{view:#}");
    let hours = json!([
        {"day": "monday", "from": "13:00", "to": "15:30"},
        {"day": "monday", "from": "07:30", "to": "12:00"}
    ]);
    let wanted = json!({"hours": hours, "holidays": [day_off("2026-12-09")]});
    set(&room, &room.token(Role::Admin), 0, &wanted).await.assert_refused(403, "forbidden");
    let wrong = json!({"hours": [], "holidays": [day_off("2026-02-30"), day_off("2026-12-09"), day_off("2026-12-09")]});
    let refused = set(&room, &token, 0, &wrong).await;
    refused.assert_refused(422, "invalid");
    let fields: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["hours", "holidays[0].date", "holidays[2].date"]);
    let set_now = set(&room, &token, 0, &wanted).await.assert_ok().json();
    assert_eq!((&set_now["version"], &set_now["hours"][0]["from"]), (&json!(1), &json!("07:30")));
    assert_eq!(set_now["shipped"].as_array().unwrap().len(), 25);
    set(&room, &token, 0, &wanted).await.assert_refused(412, "stale");
    assert_eq!(set(&room, &token, 1, &wanted).await.assert_ok().json()["version"], 1, "nothing changed");
    // What is read again when the server starts does not undo it.
    lamin::procedure::service::load(&room.app).unwrap();
    assert_eq!(room.get(Role::Author, "/api/v1/calendar").await.json()["holidays"], set_now["holidays"]);
    let told = Call::get("/api/v1/ledger?action=calendar.change").token(&token).send(&room.app).await.json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
    let detail = &told["items"][0]["detail"];
    assert_eq!((&detail["hours"]["before"], &detail["hours"]["after"][0]["from"]), (&Value::Null, &json!("07:30")));
    assert_eq!(detail["holidays"]["after"][0]["date"], "2026-12-09");
    assert_eq!(detail["holidays"]["before"].as_array().unwrap().len(), 25);
}

async fn a_procedure_tells_the_hours_that_count_in_the_place_of_its_own(app: TestApp) {
    let (room, admin) = with_admin(app);
    let kinds = room.get(Role::Author, "/api/v1/calendar").await.json()["procedures"].clone();
    let of_kind = |kind: &str| {
        let found = kinds.as_array().unwrap().iter().find(|one| (one["kind"] == "weekly") == (kind == "weekly"));
        format!("/api/v1/procedures/{}", found.unwrap()["key"].as_str().unwrap())
    };
    let (weekly, other) = (of_kind("weekly"), of_kind("other"));
    let told = async |path: &str| room.get(Role::Author, path).await.assert_ok().json()["hours_in_force"].clone();
    assert_eq!(told(&weekly).await, Value::Null, "its own count");
    let span = json!({"day": "monday", "from": "07:30", "to": "12:00"});
    set(&room, &room.app.token(&admin), 0, &json!({"hours": [span], "holidays": []})).await.assert_ok();
    let set_at = room.app.now().to_string();
    assert_eq!(told(&weekly).await, json!({"since": set_at, "days": [span]}));
    assert_eq!(told(&other).await, Value::Null, "hours that are set do not count for it");
    room.app.clock.advance(lamin::kernel::time::DAY);
    let with_a_holiday = json!({"hours": [span], "holidays": [day_off("2026-12-09")]});
    set(&room, &room.app.token(&admin), 1, &with_a_holiday).await.assert_ok();
    assert_eq!(told(&weekly).await["since"], set_at, "a holiday that came later began no other hours");
    set(&room, &room.app.token(&admin), 2, &json!({"hours": null, "holidays": []})).await.assert_ok();
    assert_eq!(told(&weekly).await, Value::Null);
}

async fn the_case(room: &Newsroom) -> Value {
    room.get(Role::Author, "/api/v1/cases").await.assert_ok().json()["items"][0].clone()
}

async fn what_is_left_of_a_case_is_counted_by_the_new_calendar_and_what_passed_stays(app: TestApp) {
    let (room, admin) = with_admin(app);
    room.app.clock.set("2026-11-23T10:00:00+08:00");
    room.written("Jembatan dibuka").await;
    let due = |case: &Value| case["due_at"].as_str().unwrap().to_owned();
    assert_eq!(due(&the_case(&room).await), "2026-11-24T02:00:00Z");
    let token = room.app.token(&admin);
    let tuesday_off = json!({"hours": null, "holidays": [day_off("2026-11-24")]});
    set(&room, &token, 0, &tuesday_off).await.assert_ok();
    assert_eq!(due(&the_case(&room).await), "2026-11-25T02:00:00Z");
    let none = json!({"hours": null, "holidays": []});
    set(&room, &token, 1, &none).await.assert_ok();
    assert_eq!(due(&the_case(&room).await), "2026-11-24T02:00:00Z");
    // Six hours late on Tuesday; that nobody works on Tuesdays from Wednesday on takes nothing back of them.
    room.app.clock.set("2026-11-25T08:00:00+08:00");
    assert_eq!(the_case(&room).await["late_minutes"], 360);
    let wednesdays = json!([{"day": "wednesday", "from": "09:00", "to": "10:00"}]);
    set(&room, &room.app.token(&admin), 2, &json!({"hours": wednesdays, "holidays": []})).await.assert_ok();
    room.app.clock.set("2026-11-25T17:00:00+08:00");
    let late = the_case(&room).await;
    assert_eq!((&late["late_minutes"], due(&late).as_str()), (&json!(420), "2026-11-24T02:00:00Z"));
}
