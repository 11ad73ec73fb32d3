'use strict';
// The server sends the whole state first and then what changed. Changes are gathered and
// painted once a frame, on the cards they touch. Cards are kept by name.
const $ = (id) => document.getElementById(id);
const make = (tag, text, cls) => { const el = document.createElement(tag); if (text) el.textContent = text; if (cls) el.className = cls; return el; };
const marks = {new: '○', waiting: '◔', working: '◑', final: '●', 'stand-in': '◌', failed: '✕'};
const reduced = matchMedia('(prefers-reduced-motion: reduce)');
const text = (el, value) => { if (el.textContent !== value) el.textContent = value; };
const show = (el, yes) => { if (el.hidden === yes) el.hidden = !yes; };
const name = (el, value) => { if (el.getAttribute('aria-label') !== value) el.setAttribute('aria-label', value); };

// --- what is known

const cards = new Map(); // by name: what a card's parts are and what it shows
let head = {}, order = [], faults = [], lost = false;
const counts = {}; // cards of each state
const dirty = new Set(), pending = new Set();
let news = {}, painting = false;

function take(m) {
  if (m.whole) news.whole = true;
  if (m.head) { head = m.head; news.head = true; }
  if (m.names) { order = m.names; news.names = true; }
  if (m.faults) { faults = m.faults; news.faults = true; }
  for (const c of m.clips || []) { card(c.name).next = c; dirty.add(c.name); }
  news.log = (m.whole ? [] : news.log || []).concat(m.log || []);
  if (!painting) { painting = true; requestAnimationFrame(paint); }
}

// --- cards

function adopt(el) {
  const q = (s) => el.querySelector(s);
  const c = {el, is: {}, stage: q('.stage'), poster: q('.poster'), play: q('.play'), mark: q('.mark'), word: q('.word'), length: q('.length'), long: q('.long'), line: q('.line'),
    far: q('.far'), bar: q('.bar'), fill: q('.bar i'), percent: q('.percent'), buy: q('.buy'), why: q('.why')};
  cards.set(el.dataset.name, c);
  near.observe(el);
  return c;
}

function card(id) {
  if (cards.has(id)) return cards.get(id);
  const el = $('card').content.firstElementChild.cloneNode(true);
  el.dataset.name = id;
  el.querySelector('h2').textContent = id;
  name(el.querySelector('.play'), `Play ${id}`);
  name(el.querySelector('.why'), `Why ${id}`);
  name(el.querySelector('.bar'), `Progress of ${id}`);
  return adopt(el);
}

// fill shows a clip on its card and tells what of it people should hear about.
function fill(id) {
  const c = cards.get(id), is = c.next, was = c.is;
  c.is = is;
  if (was.state !== is.state) {
    if (was.state) counts[was.state]--;
    counts[is.state] = (counts[is.state] || 0) + 1;
    c.el.dataset.state = is.state;
    text(c.mark, marks[is.state] || '○');
    text(c.word, is.state);
    if (was.state && ['final', 'failed', 'stand-in'].includes(is.state)) heard.set(id, is.state);
  }
  text(c.length, is.seconds ? `· ${is.seconds.toFixed(1)} s` : '');
  text(c.line, is.line);
  name(c.el, `${id}, ${is.state}, ${is.line}`);
  const far = is.state === 'working' && is.progress > 0;
  show(c.far, far);
  if (far) {
    const p = Math.round(is.progress * 100);
    c.fill.style.transform = `scaleX(${is.progress})`;
    c.bar.setAttribute('aria-valuenow', p);
    count(c.percent, p, (n) => `${n} %`);
  } else if (c.percent.textContent) text(c.percent, '');
  if (is.since) lasting.add(id); else if (lasting.delete(id)) text(c.long, '');
  if (was.poster !== is.poster) { if (is.poster) c.poster.src = is.poster; else c.poster.removeAttribute('src'); }
  if (was.src !== is.src) {
    c.el.dataset.src = is.src;
    c.el.classList.toggle('has-media', !!is.src);
    if (was.src !== undefined || is.src) recast();
  }
  buyable(id);
}

function buyable(id) {
  const c = cards.get(id), waits = pending.has(id);
  show(c.buy, !!c.is.buyable || waits);
  const voice = c.is.next === 'voice';
  text(c.buy, waits ? 'Buying' : voice ? `Buy its voice (${c.is.price})` : c.is.price === 'free' ? 'Buy (free)' : `Buy ${c.is.price}`);
  name(c.buy, waits ? `Buying ${id}` : `Buy ${voice ? 'the voice of ' : ''}${id}, ${c.is.price}`);
  c.buy.disabled = waits || lost;
}

// --- one paint a frame

function paint() {
  painting = false;
  const n = news;
  news = {};
  for (const id of dirty) fill(id);
  if (n.names) arrange();
  if (n.names || dirty.size) sift(n.names ? order : dirty);
  const changed = dirty.size > 0;
  dirty.clear();
  if (n.head) {
    text($('project'), head.project || 'greenroom');
    document.title = `${head.project || 'greenroom'} · watch`;
    show($('buy-all'), head.toBuy > 0);
    text($('buy-all'), head.offer === 'voice' ? `Buy ${head.toBuy} ${head.toBuy === 1 ? 'voice' : 'voices'} (${head.price})` : `Buy all ${head.toBuy} (${head.price})`);
    document.body.classList.toggle('busy', !!head.busy);
  }
  // A manifest without a clip is how everybody begins, not something broken.
  const first = !order.length && faults.length === 1 && faults[0].message === 'the manifest has no clips';
  if (n.faults || n.names) {
    $('faults').replaceChildren(...(first ? [] : faults.map(fault)));
    document.title = `${faults.length && !first ? '✕ ' : ''}${head.project || 'greenroom'} · watch`;
  }
  if (n.head || n.names || changed) summary();
  show($('empty'), !order.length && (first || !faults.length) && !head.busy);
  if (n.whole) $('log').replaceChildren();
  if (n.log && n.log.length) {
    $('log').prepend(...n.log.map(line).reverse());
    while ($('log').childElementCount > 200) $('log').lastElementChild.remove();
  }
  speak();
}

// arrange puts the cards into order; those that stand right are not touched.
function arrange() {
  const keep = new Set(order), list = $('clips');
  for (const [id, c] of cards) {
    if (keep.has(id)) continue;
    if (c.is.state) counts[c.is.state]--;
    near.unobserve(c.el);
    visible.delete(id);
    lasting.delete(id);
    c.el.remove();
    cards.delete(id);
  }
  let at = list.firstElementChild;
  for (const id of order) {
    const el = card(id).el;
    if (el === at) at = at.nextElementSibling; else list.insertBefore(el, at);
  }
  recast();
}

function summary() {
  const parts = [[order.length, order.length === 1 ? 'clip' : 'clips']];
  for (const k of Object.keys(marks)) if (counts[k]) parts.push([counts[k], k]);
  const el = $('summary');
  // the words stand, the numbers count
  const key = parts.map((p) => p[1]).join() + head.busy + head.sandbox;
  if (el.dataset.key !== key) {
    el.dataset.key = key;
    el.replaceChildren(...parts.flatMap(([n, word], i) => [document.createTextNode(i === 0 ? '' : i === 1 ? ': ' : ', '), make('b', String(n)), document.createTextNode(` ${word}`)]),
      document.createTextNode(`${head.busy ? ' · working' : ''}${head.sandbox ? ' · sandbox, nothing costs money' : ''}`));
  }
  el.querySelectorAll('b').forEach((b, i) => count(b, parts[i][0], String));
}

function fault(f) {
  const el = make('article', '', 'fault');
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

// --- numbers count, they don't jump

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

// how long something takes: of the cards in sight, once a second
const lasting = new Set();
const span = (s) => s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`;
setInterval(() => {
  for (const id of lasting) {
    const c = cards.get(id);
    if (visible.has(id) && c.is.since) text(c.long, `· for ${span(Math.max(0, Math.round((Date.now() - c.is.since) / 1000)))}`);
  }
}, 1000);

// --- what is said aloud: in few words, not more than every two seconds

const heard = new Map();
let spoke = 0, speaking = 0;
function speak() {
  if (!heard.size || speaking) return;
  speaking = setTimeout(() => {
    speaking = 0;
    spoke = Date.now();
    const all = [...heard];
    heard.clear();
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

// --- pictures: posters on all cards, play on a few

const most = 4; // videos that decode at once
const visible = new Set(), players = new Map(); // players: video elements by name
let asked = null, still = 0;
const near = new IntersectionObserver((entries) => {
  for (const e of entries) if (e.isIntersecting) visible.add(e.target.dataset.name); else visible.delete(e.target.dataset.name);
  recast();
}, {threshold: 0.25});

// recast decides, when the page has come to rest, which cards play: the one that was
// asked for, the chosen one, then those in sight from the top.
function recast() {
  clearTimeout(still);
  still = setTimeout(() => {
    const want = [];
    const add = (id) => { const c = cards.get(id); if (c && c.is.src && !c.el.hidden && visible.has(id) && want.length < most && !want.includes(id)) want.push(id); };
    if (asked) add(asked);
    if (!reduced.matches && !document.hidden) {
      const el = chosen();
      if (el) add(el.dataset.name);
      for (const id of order) { if (want.length === most) break; if (visible.has(id)) add(id); }
    }
    for (const id of [...players.keys()]) if (!want.includes(id)) drop(id);
    for (const id of want) start(id);
  }, 150);
}

function start(id) {
  const c = cards.get(id);
  let v = players.get(id);
  if (v && v.dataset.src !== c.is.src) { drop(id); v = null; }
  if (!v) {
    v = make('video');
    v.loop = v.muted = v.playsInline = true;
    v.dataset.src = v.src = c.is.src;
    name(v, `Clip ${id}`);
    v.addEventListener('playing', () => c.stage.classList.add('plays'), {once: true});
    players.set(id, v);
    c.stage.insertBefore(v, c.poster.nextSibling);
  }
  if (v.paused && !v.dataset.stopped) v.play().catch(() => {});
}

function drop(id) {
  const v = players.get(id);
  players.delete(id);
  v.pause();
  v.removeAttribute('src'); // frees its decoder at once
  v.load();
  v.parentNode.classList.remove('plays');
  v.remove();
  if (asked === id) asked = null;
  const c = cards.get(id);
  if (c) { name(c.play, `Play ${id}`); c.el.classList.remove('sounds'); }
}

// toggle plays a card from its start with sound, or stops it.
function toggle(id) {
  const c = cards.get(id);
  if (!c.is.src) return;
  const v = players.get(id);
  if (asked === id && v) {
    asked = null;
    v.pause();
    v.muted = true;
    v.dataset.stopped = '1';
    c.el.classList.remove('sounds');
    name(c.play, `Play ${id}`);
    return;
  }
  if (asked && players.has(asked)) { players.get(asked).muted = true; cards.get(asked)?.el.classList.remove('sounds'); }
  asked = id;
  visible.add(id);
  if (players.size >= most && !players.has(id)) drop([...players.keys()].pop());
  start(id);
  const mine = players.get(id);
  delete mine.dataset.stopped;
  mine.currentTime = 0;
  mine.muted = false;
  mine.play().catch(() => { if (asked === id) { mine.muted = true; mine.play().catch(() => {}); } }); // without sound where the browser wants it so
  c.el.classList.add('sounds');
  name(c.play, `Stop ${id}`);
}

let scrolling = 0;
addEventListener('scroll', () => {
  clearTimeout(still);
  if (!scrolling) for (const v of players.values()) if (v.muted) v.pause();
  clearTimeout(scrolling);
  scrolling = setTimeout(() => { scrolling = 0; recast(); }, 150);
}, {passive: true});
reduced.addEventListener('change', recast);

// --- the filter

let words = '';
function sift(ids) {
  let changed = false;
  for (const id of ids) {
    const c = cards.get(id);
    if (!c) continue;
    const fits = !words || id.includes(words) || (c.is.state || '').includes(words);
    if (c.el.hidden === fits) { c.el.hidden = !fits; changed = true; }
  }
  if (changed || ids === order) {
    const n = words ? $('clips').querySelectorAll(':scope > :not([hidden])').length : order.length;
    show($('none'), !!words && n === 0 && order.length > 0);
    text($('none'), `No clip has “${words}” in its name or state.`);
    if (words && changed) say(`${n} of ${order.length} clips`);
  }
}
function filter() {
  words = $('filter').value.trim().toLowerCase();
  sift(order);
  recast();
}

// --- wishes

async function post(path, body) {
  try {
    const r = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
    return await r.json();
  } catch { return {error: 'greenroom watch does not answer; nothing is known to have been done'}; }
}

async function buy(ids, shown, what) {
  ids = ids.filter((id) => !pending.has(id));
  if (!ids.length) return;
  for (const id of ids) { pending.add(id); if (cards.has(id)) buyable(id); }
  const a = await post('/buy', {clips: ids, shown, what});
  for (const id of ids) { pending.delete(id); if (cards.has(id)) buyable(id); }
  notice(a.error || '');
}

async function rebuild() {
  if (lost || $('rebuild').disabled) return;
  $('rebuild').disabled = true;
  const a = await post('/rebuild', {});
  $('rebuild').disabled = lost;
  if (a.error) notice(a.error);
}

function ask(ids) {
  const able = (ids || order).filter((id) => cards.get(id)?.is.buyable && !pending.has(id));
  if (lost || !able.length) return;
  // Voices come first: they cost little and settle how long everything is.
  const what = able.some((id) => cards.get(id).is.next === 'voice') ? 'voice' : 'clip';
  const wanted = able.filter((id) => cards.get(id).is.next === what);
  const thing = what === 'voice' ? ['the voice of ', 'voices'] : ['', 'clips'];
  const shown = Object.fromEntries(wanted.map((id) => [id, cards.get(id).is.price]));
  const price = wanted.length === 1 ? shown[wanted[0]] : head.price;
  text($('ask-title'), wanted.length === 1 ? `Buy ${thing[0]}${wanted[0]}?` : `Buy ${wanted.length} ${thing[1]}?`);
  text($('ask-text'), price === 'free' ? `The sandbox makes ${wanted.length === 1 ? 'it' : 'them'}; nothing is paid.` : `HeyGen charges up to ${price}.`);
  const d = $('ask');
  // Not at the dialog's close event, which comes later: the next question may be up by then.
  d.querySelector('form').onsubmit = (e) => { if (e.submitter && e.submitter.value === 'yes') buy(wanted, shown, what); };
  d.showModal();
  $('ask-yes').focus();
}

// The second half of a double click on Buy is no answer to the question it opened.
$('ask').addEventListener('click', (e) => { if (e.detail > 1) e.preventDefault(); });

let explained = '';
async function why(id) {
  if (!cards.has(id)) return;
  explained = id;
  const body = $('why-checks').tBodies[0];
  text($('why-title'), `Why ${id} is ${cards.get(id).el.dataset.state}`);
  $('why-facts').replaceChildren();
  text($('why-script'), '');
  body.replaceChildren();
  show($('why-checks'), false);
  $('why').showModal();
  const get = async (path) => { try { const r = await fetch(path); return r.ok ? await r.json() : {}; } catch { return {error: 'greenroom watch does not answer'}; } };
  const has = cards.get(id).el.classList.contains('has-media');
  text($('why-wait'), has ? 'The file is being decoded.' : 'Nothing is published yet.');
  show($('why-wait'), true);
  const facts = await get(`/why/${id}`);
  if (explained !== id) return;
  text($('why-script'), facts.script || '');
  show($('why-script'), !!facts.script);
  $('why-facts').replaceChildren(...(facts.facts || []).flatMap(([k, v]) => [make('dt', k), make('dd', v)]));
  if (!has) return;
  const a = await get(`/checks/${id}`);
  if (explained !== id) return;
  text($('why-wait'), a.error || '');
  show($('why-wait'), !!a.error);
  show($('why-checks'), !!(a.findings && a.findings.length));
  body.replaceChildren(...(a.findings || []).map((f) => {
    const tr = make('tr'), th = make('th', f.name);
    th.scope = 'row';
    const value = make('td', f.value);
    if (f.advice) value.append(make('span', f.advice, 'advice'));
    tr.dataset.verdict = f.verdict;
    tr.append(make('td', `${{ok: '●', warn: '◔', fail: '✕'}[f.verdict] || ''} ${f.verdict}`, 'verdict'), th, value, make('td', f.limit));
    return tr;
  }));
}

// --- the keyboard and the mouse

const chosen = () => document.activeElement && document.activeElement.closest('.clip');
function step(by) {
  const fits = (el) => el && el.hidden ? fits(by > 0 ? el.nextElementSibling : el.previousElementSibling) : el;
  const at = chosen(), list = $('clips');
  const to = fits(at ? (by > 0 ? at.nextElementSibling : at.previousElementSibling) : by > 0 ? list.firstElementChild : list.lastElementChild);
  if (to) { to.focus({preventScroll: true}); to.scrollIntoView({block: 'nearest'}); }
}

document.addEventListener('keydown', (e) => {
  // A key that is held presses once: not every repeat is a wish.
  if (e.repeat && (e.key === 'Enter' || e.key === ' ') && e.target.matches('button, summary, .clip')) { e.preventDefault(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
  if (e.target.matches('input')) { if (e.key === 'Escape') { e.target.value = ''; filter(); e.target.blur(); } return; }
  const el = chosen(), id = el && el.dataset.name;
  if (e.repeat && e.key !== 'j' && e.key !== 'k') return;
  const act = {
    '/': () => $('filter').focus(), j: () => step(1), k: () => step(-1), r: rebuild,
    b: () => id && ask([id]), B: () => ask(null), w: () => id && why(id), '?': () => $('keys').showModal(),
    ' ': () => { if (!el || e.target !== el) return false; toggle(id); },
  }[e.key];
  if (act && act() !== false) e.preventDefault();
});
$('clips').addEventListener('click', (e) => {
  const el = e.target.closest('.clip');
  if (!el) return;
  const id = el.dataset.name;
  if (e.target.closest('.buy')) ask([id]);
  else if (e.target.closest('.why')) why(id);
  else if (e.target.closest('.stage')) toggle(id);
});
$('clips').addEventListener('focusin', recast);
$('why').addEventListener('close', () => { explained = ''; });
$('filter').addEventListener('input', filter);
$('buy-all').addEventListener('click', () => ask(null));
$('rebuild').addEventListener('click', rebuild);
$('help').addEventListener('click', () => $('keys').showModal());

// --- the stream: closed while nobody looks, so that many tabs do not use up the
// browser's connections

let live = null;
function connection(gone, words) {
  text($('lost'), words);
  show($('lost'), gone);
  if (lost === gone) return;
  lost = gone;
  $('rebuild').disabled = $('buy-all').disabled = gone;
  for (const id of cards.keys()) buyable(id);
  if (gone && $('ask').open) $('ask').close('no');
}
function follow() {
  if (live) return;
  live = new EventSource('/events');
  live.onmessage = (e) => { connection(false, ''); take(JSON.parse(e.data)); };
  live.onerror = () => {
    if (live.readyState === EventSource.CLOSED) connection(true, 'greenroom watch was started anew or refuses this page. Open the address that it prints.');
    else connection(true, 'No connection to greenroom watch; trying again. When it has ended, start it and open the address that it prints.');
  };
}
document.addEventListener('visibilitychange', () => {
  if (document.hidden && live) { live.close(); live = null; } else if (!document.hidden) follow();
  recast();
});

for (const el of $('clips').children) adopt(el);
follow();
