'use strict';
// The server sends the complete state first and then what changed. Changes are collected and painted once a frame, on
// the cards that they concern. Cards are kept by name.
const $ = (id) => document.getElementById(id);
const make = (tag, text, cls) => { const el = document.createElement(tag); if (text) el.textContent = text; if (cls) el.className = cls; return el; };
const marks = {new: '○', waiting: '◔', working: '◑', final: '●', 'stand-in': '◌', failed: '✕'};
const reduced = matchMedia('(prefers-reduced-motion: reduce)');
const text = (el, value) => { if (el.textContent !== value) el.textContent = value; };
const show = (el, yes) => { if (el.hidden === yes) el.hidden = !yes; };
const name = (el, value) => { if (el.getAttribute('aria-label') !== value) el.setAttribute('aria-label', value); };

// --- what is known

const cards = new Map(); // by name: what a card's parts are and what it shows
let head = {}, order = [], faults = [], films = [], lost = false;
const counts = {}; // cards of each state
const dirty = new Set(), pending = new Set();
let news = {}, painting = false;

function receive(m) {
  if (m.full) news.full = true;
  if (m.head) { head = m.head; news.head = true; }
  if (m.names) { order = m.names; news.names = true; }
  if (m.films) { films = m.films; news.films = true; }
  if (m.faults) { faults = m.faults; news.faults = true; }
  for (const c of m.clips || []) { card(c.name).next = c; dirty.add(c.name); }
  news.log = (m.full ? [] : news.log || []).concat(m.log || []);
  if (!painting) { painting = true; requestAnimationFrame(paint); }
}

// --- one paint a frame

function paint() {
  painting = false;
  const n = news;
  news = {};
  for (const id of dirty) fill(id);
  if (n.names) arrange();
  if (n.films) listFilms();
  if (n.names || dirty.size) sift(n.names ? order : dirty);
  const changed = dirty.size > 0;
  dirty.clear();
  if (n.head) {
    text($('project'), head.project || 'greenroom');
    document.title = `${head.project || 'greenroom'} · watch`;
    show($('buy-all'), head.toBuy > 0);
    text($('buy-all'), head.offer === 'voice' ? `Buy ${head.toBuy} ${head.toBuy === 1 ? 'voice' : 'voices'} (${head.price})` : `Buy ${head.toBuy === 1 ? '' : 'all '}${head.toBuy} (${head.price})`);
    document.body.classList.toggle('busy', !!head.busy);
  }
  // Every project begins with a manifest without clips: that is not shown as an error.
  const first = !order.length && faults.length === 1 && faults[0].message === 'the manifest has no clips';
  if (n.faults || n.names) {
    $('faults').replaceChildren(...(first ? [] : faults.map(fault)));
    document.title = `${faults.length && !first ? '✕ ' : ''}${head.project || 'greenroom'} · watch`;
  }
  text($('tab-clips'), `Clips ${order.length}`);
  if (n.head || n.names || changed) summary();
  show($('empty'), !order.length && (first || !faults.length) && !head.busy);
  if (n.full) $('log').replaceChildren();
  if (n.log && n.log.length) {
    $('log').prepend(...n.log.map(line).reverse());
    while ($('log').childElementCount > 200) $('log').lastElementChild.remove();
  }
  speak();
}

function summary() {
  const parts = [[order.length, order.length === 1 ? 'clip' : 'clips']];
  for (const k of Object.keys(marks)) if (counts[k]) parts.push([counts[k], k]);
  const el = $('summary');
  // the words are replaced when they change; the numbers count
  const key = parts.map((p) => p[1]).join() + head.busy + head.sandbox;
  if (el.dataset.key !== key) {
    el.dataset.key = key;
    el.replaceChildren(...parts.flatMap(([n, word], i) => [document.createTextNode(i === 0 ? '' : i === 1 ? ': ' : ', '), make('b', String(n)), document.createTextNode(` ${word}`)]),
      document.createTextNode(`${head.busy ? ' · working' : ''}${head.sandbox ? ' · sandbox, nothing costs money' : ''}`));
  }
  el.querySelectorAll('b').forEach((b, i) => count(b, parts[i][0], String));
}

function fault(f) {
  const el = make('article', '', f.waits ? 'fault waits' : 'fault');
  el.append(make('h2', f.message));
  if (f.file) {
    const lead = `${f.line} | `;
    const pre = make('pre', `${f.file}:${f.line}:${f.column}${f.text ? `\n${lead}${f.text}\n${' '.repeat(lead.length + Math.max(0, f.column - 1))}^` : ''}`);
    pre.tabIndex = 0;
    el.append(pre);
  }
  if (f.hint) el.append(make('p', f.hint, 'hint'));
  return el;
}

function line(l) {
  const li = make('li'), t = make('time', new Date(l.time).toLocaleTimeString());
  t.dateTime = l.time;
  li.append(t, `${l.clip ? l.clip + ': ' : ''}${l.text}`);
  return li;
}

// --- numbers count up to a new value

const counting = new Map();
function count(el, to, form) {
  const from = parseInt(el.textContent, 10);
  if (reduced.matches || Number.isNaN(from) || from === to) { counting.delete(el); text(el, form(to)); return; }
  if (!counting.size) requestAnimationFrame(tick);
  counting.set(el, {from, to, form, began: performance.now()});
}
function tick(now) {
  for (const [el, c] of counting) {
    const part = Math.min(1, Math.max(0, (now - c.began) / 160));
    text(el, c.form(Math.round(c.from + (c.to - c.from) * part)));
    if (part === 1) counting.delete(el);
  }
  if (counting.size) requestAnimationFrame(tick);
}

// how long something takes, for the visible cards, once a second
const lasting = new Set();
const span = (s) => s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`;
setInterval(() => {
  for (const id of lasting) {
    const c = cards.get(id);
    if (visible.has(id) && c.is.since) text(c.long, `· for ${span(Math.max(0, Math.round((Date.now() - c.is.since) / 1000)))}`);
  }
}, 1000);

// --- announcements for screen readers: few words, at most every two seconds

const announced = new Map();
let spoke = 0, speaking = 0;
function speak() {
  if (!announced.size || speaking) return;
  speaking = setTimeout(() => {
    speaking = 0;
    spoke = Date.now();
    const all = [...announced];
    announced.clear();
    say(all.length <= 3 ? all.map(([id, s]) => `${id} is ${s}`).join(', ') : `${all.length} clips changed: ${$('summary').textContent}`);
  }, Math.max(0, 2000 - (Date.now() - spoke)));
}
const say = (words) => text($('say'), words);

let hiding = 0;
function notice(words) {
  text($('notice'), words);
  show($('notice'), !!words);
  clearTimeout(hiding);
  if (words) hiding = setTimeout(() => notice(''), 12000);
}

