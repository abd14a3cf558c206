// An agency's page that shows the news of the provincial portal. It needs nothing but the portal's
// public API, which any origin may read.
//
// Its own address says what it shows: ?cursor=… a further page of the list, ?slug=… one item;
// ?api=… another server. Everything but the body is put in as text; the body is HTML that the
// portal makes safe before it leaves.
"use strict";

const settings = document.body.dataset;
const asked = new URLSearchParams(location.search);
const api = (webAddress(asked.get("api")) ?? settings.api).replace(/\/+$/, "");
const entries = `${api}/delivery/v1/sites/${encodeURIComponent(settings.site)}/entries`;
const byId = (id) => document.getElementById(id);
const days = new Intl.DateTimeFormat("id-ID", { dateStyle: "long", timeZone: "Asia/Makassar" });

/** An http or https address; null for anything else. */
function webAddress(text) {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The address of this page with other things asked for; which server it asks stays. */
function here(wanted) {
  const query = new URLSearchParams();
  if (asked.has("api")) query.set("api", asked.get("api"));
  for (const [name, value] of Object.entries(wanted)) query.set(name, value);
  const text = query.toString();
  return text ? `?${text}` : location.pathname;
}

async function get(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (answer.status === 404) throw new Error("Berita ini tidak ditemukan. Mungkin sudah tidak ditayangkan.");
  if (!answer.ok) throw new Error(`Portal menjawab dengan galat ${answer.status}.`);
  return answer.json();
}

function showDay(element, at) {
  element.dateTime = at;
  element.textContent = days.format(new Date(at));
}

function pictureOf(entry) {
  const picture = entry.fields.image;
  return picture && webAddress(picture.url) ? picture : null;
}

function fill(image, picture, decorative) {
  image.src = picture.url;
  image.alt = decorative ? "" : picture.alt;
  if (picture.width && picture.height) {
    image.width = picture.width;
    image.height = picture.height;
  }
}

async function showList() {
  const query = new URLSearchParams({ "filter[type]": settings.type, limit: settings.limit, fields: "summary,image" });
  const cursor = asked.get("cursor");
  if (cursor) query.set("cursor", cursor);
  const page = await get(`${entries}?${query}`);
  const cards = page.items.map((entry) => {
    const card = byId("card").content.cloneNode(true);
    const link = card.querySelector("[data-link]");
    link.textContent = entry.title;
    link.href = here({ slug: entry.slug });
    showDay(card.querySelector("[data-time]"), entry.published_at);
    card.querySelector("[data-summary]").textContent = entry.fields.summary ?? "";
    const picture = pictureOf(entry);
    if (picture) {
      const image = document.createElement("img");
      image.loading = "lazy";
      fill(image, picture, true);
      card.querySelector("[data-frame]").append(image);
    }
    return card;
  });
  byId("items").replaceChildren(...cards);
  byId("first").hidden = !cursor;
  byId("first").href = here({});
  byId("next").hidden = !page.next_cursor;
  if (page.next_cursor) byId("next").href = here({ cursor: page.next_cursor });
  byId("list").hidden = false;
  return page.items.length ? "" : "Belum ada berita.";
}

async function showItem(slug) {
  const entry = await get(`${entries}/${encodeURIComponent(settings.type)}/${encodeURIComponent(slug)}`);
  document.title = `${entry.title} · Dinas Perhubungan`;
  byId("item").lang = entry.locale;
  byId("title").textContent = entry.title;
  const time = document.createElement("time");
  showDay(time, entry.published_at);
  byId("meta").replaceChildren(time, entry.fields.author ? ` · ${entry.fields.author}` : "");
  byId("summary").textContent = entry.fields.summary ?? "";
  const picture = pictureOf(entry);
  byId("figure").hidden = !picture;
  if (picture) fill(byId("picture"), picture, false);
  byId("body").innerHTML = entry.fields.body ?? "";
  const original = webAddress(entry.url);
  byId("original").hidden = !original;
  if (original) byId("original").href = original;
  byId("back").href = here({});
  byId("item").hidden = false;
  return "";
}

async function show() {
  byId("retry").hidden = true;
  byId("notice").textContent = "Memuat berita…";
  try {
    const slug = asked.get("slug");
    byId("notice").textContent = slug ? await showItem(slug) : await showList();
    document.body.dataset.ready = "true";
  } catch (problem) {
    const unreachable = problem instanceof TypeError;
    byId("notice").textContent = unreachable ? "Portal tidak dapat dihubungi. Periksa sambungan Anda." : problem.message;
    byId("retry").hidden = false;
    document.body.dataset.ready = "failed";
  }
}

for (const home of document.querySelectorAll("[data-home]")) home.href = here({});
byId("retry").querySelector("button").addEventListener("click", show);
show();
