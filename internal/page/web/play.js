'use strict';
// --- pictures: posters on all cards, play on a few

const most = 4; // videos that decode at once
const visible = new Set(), players = new Map(); // players: video elements by name
let asked = null, still = 0;
const near = new IntersectionObserver((entries) => {
  for (const e of entries) if (e.isIntersecting) visible.add(e.target.dataset.name); else visible.delete(e.target.dataset.name);
  recast();
}, {threshold: 0.25});

// recast decides, after the page stopped scrolling, which cards play: the requested one, the focused one, then the
// visible ones from the top.
function recast() {
  clearTimeout(still);
  still = setTimeout(() => {
    const want = [];
    const add = (id) => { const c = cards.get(id); if (c && c.is.src && !c.el.hidden && visible.has(id) && want.length < most && !want.includes(id)) want.push(id); };
    if (asked) add(asked);
    if (!reduced.matches && !document.hidden && !viewing) {
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
    follows(v, c.caption, c.is.captions);
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
  if (c) { show(c.caption, false); name(c.play, `Play ${id}`); c.el.classList.remove('sounds'); }
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

