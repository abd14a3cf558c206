// Everything works without this file. It marks what is over, narrows long lists, and shows pictures large.
(function (words) {
  'use strict';
  var all = function (what, within) { return Array.prototype.slice.call((within || document).querySelectorAll(what)); };
  var make = function (tag, set) { return Object.assign(document.createElement(tag), set); };

  // A page does not know what day it is read.
  var now = Date.now();
  all('[data-until]').forEach(function (item) {
    var until = item.getAttribute('data-until');
    if (!(Date.parse(until.length > 10 ? until : until + 'T23:59:59') < now)) return;
    var alert = item.closest('[data-lamin="alert"]');
    if (alert) {
      item.remove();
      if (!alert.querySelector('[data-until]')) alert.remove();
      return;
    }
    item.classList.add('past');
    var meta = item.querySelector('.meta');
    if (meta) meta.append(' ', make('span', { className: 'badge', textContent: words.past }));
  });

  // A script can search the site itself.
  all('form[data-own]').forEach(function (form) {
    form.action = form.getAttribute('data-own');
    form.elements.locale.remove();
  });

  all('[data-filter]').forEach(function (list, at) {
    var items = all(list.getAttribute('data-filter'), list);
    if (items.length < 6) return;
    var box = make('p', { className: 'filter' });
    var field = make('input', { type: 'search', id: 'saring-' + at, autocomplete: 'off' });
    var told = make('span', { className: 'meta' });
    told.setAttribute('role', 'status');
    box.append(make('label', { htmlFor: field.id, textContent: words.filter }), field, told);
    list.before(box);
    field.addEventListener('input', function () {
      var asked = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = items.filter(function (item) {
        var text = item.textContent.toLowerCase();
        item.hidden = !asked.every(function (word) { return text.indexOf(word) >= 0; });
        return !item.hidden;
      });
      told.textContent = asked.length ? shown.length + ' / ' + items.length : '';
    });
  });

  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    all('.menu details[open], .strip details[open]').forEach(function (open) {
      open.open = false;
      open.querySelector('summary').focus();
    });
  });

  // What a menu lays over the page goes when somebody goes on, so that it covers nothing that they read or focus.
  ['click', 'focusin'].forEach(function (name) {
    document.addEventListener(name, function (event) {
      all('.sub[open]').forEach(function (open) {
        var lies = getComputedStyle(open.lastElementChild).position === 'absolute';
        if (lies && !open.contains(event.target)) open.open = false;
      });
    });
  });

  all('.gallery').forEach(function (gallery) {
    var links = all('figure > a:not(.watch)', gallery), at = 0;
    var frame = make('dialog', { className: 'large' });
    if (!links.length || !frame.showModal) return;
    var picture = make('img'), text = make('p');
    var show = function (to) {
      at = (to + links.length) % links.length;
      var caption = links[at].parentNode.querySelector('figcaption');
      picture.src = links[at].href;
      picture.alt = links[at].querySelector('img').alt;
      text.textContent = (at + 1) + ' / ' + links.length + (caption ? ' · ' + caption.textContent : '');
    };
    var button = function (label, act) {
      var made = make('button', { type: 'button', className: 'button', textContent: label });
      made.addEventListener('click', act);
      return made;
    };
    var row = make('div');
    row.append(
      button(words.before, function () { show(at - 1); }),
      button(words.after, function () { show(at + 1); }),
      button(words.close, function () { frame.close(); })
    );
    frame.setAttribute('aria-label', words.picture);
    frame.append(picture, text, row);
    frame.addEventListener('keydown', function (event) {
      if (event.key === 'ArrowLeft') show(at - 1);
      if (event.key === 'ArrowRight') show(at + 1);
    });
    gallery.after(frame);
    links.forEach(function (link, to) {
      link.addEventListener('click', function (event) {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        show(to);
        frame.showModal();
      });
    });
  });
})(document.currentScript.dataset);
