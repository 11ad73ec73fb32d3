'use strict';
// --- what clips are seen over, and with: backdrop and captions, for all cards and the view

const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a private window: for this page only */ } };

// The first ones are always there; those of the project come from the server.
const backdrops = [{name: 'checkerboard'}, {name: 'black', color: '#000000'}, {name: 'white', color: '#FFFFFF'}];
let backdropAt = remembered('backdrop') || 'checkerboard';

function showBackdrop(wanted) {
  const b = backdrops.find((x) => x.name === wanted) || backdrops[0];
  const root = document.documentElement.style;
  if (b.color) root.setProperty('--backdrop', b.color);
  else if (b.file) root.setProperty('--backdrop', `center / cover no-repeat url("/backdrop?name=${encodeURIComponent(b.name).replace(/['()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}")`);
  else root.removeProperty('--backdrop');
  for (const select of document.querySelectorAll('select.backdrop')) select.value = b.name;
  return b.name;
}
function chooseBackdrop(wanted) {
  backdropAt = showBackdrop(wanted);
  remember('backdrop', backdropAt);
}
function listBackdrops() {
  for (const select of document.querySelectorAll('select.backdrop')) {
    select.replaceChildren(...backdrops.map((b) => { const o = make('option', b.label || b.name); o.value = b.name; return o; }));
  }
  showBackdrop(backdropAt);
}
async function readBackdrops() {
  try {
    const r = await fetch('/backdrops');
    if (!r.ok) return;
    const own = (await r.json()).map((b) => b.color ? {name: b.name, label: `${b.color} (manifest)`, color: b.color} : {name: b.name, file: true});
    backdrops.splice(3, backdrops.length, ...own);
    listBackdrops();
  } catch { /* without a connection the first three are enough */ }
}
function nextBackdrop() {
  const i = backdrops.findIndex((b) => b.name === backdropAt);
  chooseBackdrop(backdrops[(i + 1) % backdrops.length].name);
  say(`Backdrop: ${backdropAt}`);
}

// --- captions: words of a JSON file in the shape of @remotion/captions, some at a time

const captionFiles = new Map(); // by address: a promise of pages
let captionsOn = remembered('captions') !== 'off';
const longestPage = 42, longestGap = 0.8; // characters; seconds

// pages puts words together as far as they fit, up to a pause or the end of a sentence.
function pages(words) {
  const out = [];
  let page = null;
  for (const w of words) {
    const from = w.startMs / 1000, to = w.endMs / 1000;
    if (!page || page.text.length + w.text.length > longestPage || from - page.to > longestGap || /[.!?。！？]["'”’)]?\s*$/.test(page.text)) {
      page = {text: '', from, to};
      out.push(page);
    }
    page.text += w.text;
    page.to = to;
  }
  return out.map((p) => ({...p, text: p.text.trim()}));
}
function captionsOf(src) {
  if (!captionFiles.has(src)) {
    captionFiles.set(src, fetch(src).then((r) => r.ok ? r.json() : []).then(pages).catch(() => { captionFiles.delete(src); return []; }));
  }
  return captionFiles.get(src);
}
// A page stays until the next one, for a second at most.
function captionAt(list, t) {
  for (let i = list.length - 1; i >= 0; i--) {
    if (list[i].from <= t) return t < list[i].to + 1 ? list[i].text : '';
  }
  return '';
}
function showCaption(el, words) {
  text(el, words);
  show(el, captionsOn && !!words);
}
// follows shows a playing video's captions, with every frame that it shows.
async function follows(v, el, src) {
  if (!src) return;
  const list = await captionsOf(src);
  const step = () => {
    if (!v.isConnected) return;
    showCaption(el, captionAt(list, v.currentTime));
    v.requestVideoFrameCallback(step);
  };
  step();
}
function switchCaptions(on) {
  captionsOn = on;
  remember('captions', on ? 'on' : 'off');
  $('captions').checked = $('view-captions').checked = on;
  for (const el of document.querySelectorAll('.caption')) show(el, on && !!el.textContent);
}

// --- the filter: a name or state in words, and one state

let words = '', only = '';
function sift(ids) {
  let changed = false;
  for (const id of ids) {
    const c = cards.get(id);
    if (!c) continue;
    const state = c.is.state || '';
    const fits = (!words || id.toLowerCase().includes(words) || state.includes(words)) && (!only || state === only);
    if (c.el.hidden === fits) { c.el.hidden = !fits; changed = true; }
  }
  if (changed || ids === order) {
    const filtered = words || only;
    const n = filtered ? $('clips').querySelectorAll(':scope > :not([hidden])').length : order.length;
    $('clips').className = n === 1 ? 'one' : n <= 4 ? 'few' : 'many';
    show($('none'), !!filtered && n === 0 && order.length > 0 && !$('clips-panel').hidden);
    text($('none'), words ? `No clip has “${words}” in its name or state${only ? `, and is ${only}` : ''}.` : `No clip is ${only}.`);
    if (filtered && changed) say(`${n} of ${order.length} clips`);
  }
  states();
}
// states keeps the choice of states: those that there are, and the chosen one.
function states() {
  const list = Object.keys(marks).filter((s) => counts[s] > 0 || s === only);
  const key = list.map((s) => `${s} ${counts[s] || 0}`).join();
  if ($('only').dataset.key === key) return;
  $('only').dataset.key = key;
  const option = (value, label) => { const o = make('option', label); o.value = value; return o; };
  $('only').replaceChildren(option('', 'all'), ...list.map((s) => option(s, `${s} (${counts[s] || 0})`)));
  $('only').value = only;
}
function filter() {
  words = $('filter').value.trim().toLowerCase();
  only = $('only').value;
  sift(order);
  siftFilms();
  recast();
}

listBackdrops();
readBackdrops();
switchCaptions(captionsOn);
for (const select of document.querySelectorAll('select.backdrop')) {
  select.addEventListener('change', () => chooseBackdrop(select.value));
  select.addEventListener('focus', readBackdrops, {once: true}); // pictures come and go
}
for (const box of [$('captions'), $('view-captions')]) box.addEventListener('change', () => switchCaptions(box.checked));
