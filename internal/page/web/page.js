'use strict';
// One state in, one page out. Cards are kept by name, so that a video that did not
// change goes on playing.
const $ = (id) => document.getElementById(id);
const marks = {new: '○', waiting: '◔', working: '◑', final: '●', 'stand-in': '◌', failed: '✕'};
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
const cards = new Map();
let state = JSON.parse(document.body.dataset.state);

const text = (el, value) => { if (el.textContent !== value) el.textContent = value; };
const show = (el, yes) => { if (el.hidden === yes) el.hidden = !yes; };

const seen = 'IntersectionObserver' in window ? new IntersectionObserver((entries) => {
  for (const e of entries) {
    const v = e.target;
    if (e.isIntersecting && v.dataset.src && v.getAttribute('src') !== v.dataset.src) v.src = v.dataset.src;
    if (e.isIntersecting && !still && v.src) v.play().catch(() => {}); else v.pause();
  }
}, {rootMargin: '200px'}) : null;

function card(name) {
  let el = cards.get(name);
  if (el) return el;
  el = $('card').content.firstElementChild.cloneNode(true);
  el.dataset.name = name;
  text(el.querySelector('h2'), name);
  el.querySelector('.buy').addEventListener('click', () => ask([name]));
  el.querySelector('.why').addEventListener('click', () => why(name));
  const v = el.querySelector('video');
  v.setAttribute('aria-label', `Clip ${name}`);
  if (seen) seen.observe(v);
  cards.set(name, el);
  return el;
}

function paint(c) {
  const el = card(c.name);
  if (el.dataset.state !== c.state) el.dataset.state = c.state;
  text(el.querySelector('.mark'), marks[c.state] || '○');
  text(el.querySelector('.word'), c.state);
  text(el.querySelector('.length'), c.seconds ? `· ${c.seconds.toFixed(1)} s` : '');
  text(el.querySelector('.line'), c.line);
  el.setAttribute('aria-label', `${c.name}, ${c.state}, ${c.line}`);
  const buy = el.querySelector('.buy');
  show(buy, c.buyable);
  text(buy, c.next === 'voice' ? `Buy its voice (${c.price})` : c.price === 'free' ? 'Buy (free)' : `Buy ${c.price}`);
  buy.setAttribute('aria-label', c.next === 'voice' ? `Buy the voice of ${c.name}, ${c.price}` : `Buy ${c.name}, ${c.price}`);
  el.querySelector('.why').setAttribute('aria-label', `Why ${c.name}`);
  const bar = el.querySelector('progress');
  show(bar, c.state === 'working' && c.progress > 0);
  bar.value = c.progress;
  bar.setAttribute('aria-label', `Progress of ${c.name}`);
  const v = el.querySelector('video');
  const src = c.src ? `/media/${c.src.split('/').pop()}` : '';
  el.classList.toggle('has-media', !!src);
  if (v.dataset.src !== src) {
    v.dataset.src = src;
    if (c.poster) v.poster = `/media/${c.poster.split('/').pop()}`;
    if (!src) v.removeAttribute('src');
    else if (!seen || v.getAttribute('src')) { v.src = src; if (!still) v.play().catch(() => {}); }
    else if (seen) { seen.unobserve(v); seen.observe(v); }
  }
  return el;
}

function fault(f) {
  const el = document.createElement('article');
  el.className = 'fault';
  const h = document.createElement('h2');
  h.textContent = f.message;
  el.append(h);
  if (f.file) {
    const pre = document.createElement('pre');
    pre.textContent = `${f.file}:${f.line}:${f.column}\n${f.text ? `${f.line} | ${f.text}\n${' '.repeat(`${f.line} | `.length + Math.max(0, f.column - 1))}^` : ''}`;
    pre.tabIndex = 0;
    el.append(pre);
  }
  if (f.hint) {
    const p = document.createElement('p');
    p.className = 'hint';
    p.textContent = f.hint;
    el.append(p);
  }
  return el;
}

function render() {
  const clips = state.clips || [], faults = state.faults || [];
  text($('project'), state.project || 'greenroom');
  const n = {};
  for (const c of clips) n[c.state] = (n[c.state] || 0) + 1;
  const parts = Object.keys(marks).filter((k) => n[k]).map((k) => `${n[k]} ${k}`);
  text($('summary'), `${clips.length} clip${clips.length === 1 ? '' : 's'}${parts.length ? ': ' + parts.join(', ') : ''}${state.busy ? ' · working' : ''}${state.sandbox ? ' · sandbox, nothing costs money' : ''}`);
  const key = JSON.stringify(faults);
  if ($('faults').dataset.key !== key) { $('faults').dataset.key = key; $('faults').replaceChildren(...faults.map(fault)); }
  show($('empty'), !clips.length && !faults.length && !state.busy);
  show($('buy-all'), state.toBuy > 0);
  text($('buy-all'), state.offer === 'voice' ? `Buy ${state.toBuy} voice${state.toBuy === 1 ? '' : 's'} (${state.price})` : `Buy all ${state.toBuy} (${state.price})`);
  const list = $('clips'), names = clips.map((c) => c.name);
  clips.forEach((c, i) => {
    const el = paint(c);
    if (list.children[i] !== el) list.insertBefore(el, list.children[i] || null);
  });
  for (const [name, el] of cards) if (!names.includes(name)) { if (seen) seen.unobserve(el.querySelector('video')); el.remove(); cards.delete(name); }
  filter();
  const log = $('log');
  if (log.dataset.rev !== String((state.log || []).length) || (state.log || []).length) {
    log.replaceChildren(...(state.log || []).slice().reverse().map((l) => {
      const li = document.createElement('li'), t = document.createElement('time');
      t.textContent = new Date(l.time).toLocaleTimeString();
      li.append(t, `${l.clip ? l.clip + ': ' : ''}${l.text}`);
      return li;
    }));
  }
}

function filter() {
  const words = $('filter').value.trim().toLowerCase();
  for (const [name, el] of cards) show(el, !words || name.includes(words) || el.dataset.state.includes(words));
}

async function post(path, body) {
  try {
    const r = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
    return await r.json();
  } catch { return {error: 'greenroom watch does not answer'}; }
}

function ask(names) {
  // Voices come first: they cost little and settle how long everything is.
  const able = state.clips.filter((c) => c.buyable && (!names || names.includes(c.name)));
  const what = able.some((c) => c.next === 'voice') ? 'voice' : 'clip';
  const chosen = able.filter((c) => c.next === what);
  if (!chosen.length) return;
  const one = what === 'voice' ? 'the voice of ' : '', many = what === 'voice' ? 'voices' : 'clips';
  text($('ask-title'), chosen.length === 1 ? `Buy ${one}${chosen[0].name}?` : `Buy ${chosen.length} ${many}?`);
  const price = chosen.length === 1 ? chosen[0].price : state.price;
  text($('ask-text'), price === 'free' ? 'The sandbox makes it; nothing is paid.' : `HeyGen charges up to ${price}.`);
  const d = $('ask');
  d.returnValue = '';
  d.onclose = () => { if (d.returnValue === 'yes') post('/buy', {what, clips: chosen.map((c) => c.name)}); };
  d.showModal();
  $('ask-yes').focus();
}

function why(name) {
  const c = state.clips.find((x) => x.name === name);
  if (!c) return;
  text($('why-title'), `Why ${name} is ${c.state}`);
  text($('why-script'), c.script || '');
  $('why-facts').replaceChildren(...(c.facts || []).flatMap((f) => {
    const i = f.indexOf(': '), dt = document.createElement('dt'), dd = document.createElement('dd');
    dt.textContent = f.slice(0, i);
    dd.textContent = f.slice(i + 2);
    return [dt, dd];
  }));
  $('why').showModal();
}

const chosen = () => document.activeElement && document.activeElement.closest('.clip');
function step(by) {
  const list = [...$('clips').children].filter((el) => !el.hidden);
  if (!list.length) return;
  const i = list.indexOf(chosen());
  list[i < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, i + by))].focus();
}

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
  if (e.target.matches('input')) { if (e.key === 'Escape') { e.target.value = ''; filter(); e.target.blur(); } return; }
  const el = chosen(), name = el && el.dataset.name;
  const act = {
    '/': () => $('filter').focus(), j: () => step(1), k: () => step(-1), r: () => post('/rebuild', {}),
    b: () => name && ask([name]), B: () => ask(null), w: () => name && why(name), '?': () => $('keys').showModal(),
    ' ': () => { if (e.target !== el || !el) return false; const v = el.querySelector('video'); if (v.paused) v.play().catch(() => {}); else v.pause(); },
  }[e.key];
  if (act && act() !== false) e.preventDefault();
});
$('filter').addEventListener('input', filter);
$('buy-all').addEventListener('click', () => ask(null));
$('rebuild').addEventListener('click', () => post('/rebuild', {}));
$('help').addEventListener('click', () => $('keys').showModal());

const live = new EventSource('/events');
live.onmessage = (e) => { state = JSON.parse(e.data); show($('lost'), false); render(); };
live.onerror = () => show($('lost'), true);
render();
