'use strict';
// --- cards

function adopt(el) {
  const q = (s) => el.querySelector(s);
  const c = {el, is: {}, stage: q('.stage'), poster: q('.poster'), play: q('.play'), mark: q('.mark'), word: q('.word'), length: q('.length'), long: q('.long'), line: q('.line'),
    far: q('.far'), bar: q('.bar'), fill: q('.bar i'), percent: q('.percent'), buy: q('.buy'), why: q('.why'), caption: q('.caption')};
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
  name(el.querySelector('.view'), `View ${id}`);
  name(el.querySelector('.bar'), `Progress of ${id}`);
  return adopt(el);
}

// fill shows a clip on its card and announces a final, failed or stand-in state.
function fill(id) {
  const c = cards.get(id), is = c.next, was = c.is;
  c.is = is;
  if (was.state !== is.state) {
    if (was.state) counts[was.state]--;
    counts[is.state] = (counts[is.state] || 0) + 1;
    c.el.dataset.state = is.state;
    text(c.mark, marks[is.state] || '○');
    text(c.word, is.state);
    if (was.state && ['final', 'failed', 'stand-in'].includes(is.state)) announced.set(id, is.state);
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
  if (is.width && was.width !== is.width) c.stage.style.setProperty('--ratio', `${is.width} / ${is.height}`);
  if (viewing && viewing.kind === 'clip' && viewing.name === id && was.src !== is.src) view('clip', id);
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

// arrange puts the cards into order; those in the right place are not touched.
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

