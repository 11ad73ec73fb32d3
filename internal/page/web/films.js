'use strict';
// --- films: a still of each, and its file when it is rendered

const filmMarks = {finished: '●', older: '◌', 'not rendered': '○', failed: '✕'};

function listFilms() {
  const old = new Map([...$('films').children].map((el) => [el.dataset.name, el]));
  const els = films.map((f) => {
    const el = old.get(f.name) || $('film').content.firstElementChild.cloneNode(true);
    const q = (s) => el.querySelector(s);
    el.dataset.name = f.name;
    el.dataset.state = {finished: 'final', older: 'stand-in', 'not rendered': 'new', failed: 'failed'}[f.state];
    text(q('h2'), f.name);
    text(q('.mark'), filmMarks[f.state] || '○');
    text(q('.word'), f.state);
    text(q('.length'), f.seconds ? `· ${f.seconds.toFixed(1)} s · ${f.width}×${f.height}` : '');
    text(q('.line'), f.line);
    name(el, `${f.name}, ${f.state}, ${f.line}`);
    name(q('.view'), `View ${f.name}`);
    show(q('.view'), !!(f.src || f.poster));
    el.classList.toggle('has-media', !!f.poster);
    el.classList.toggle('opaque', !f.transparent);
    const img = q('.poster');
    if ((img.getAttribute('src') || '') !== f.poster) {
      if (f.poster) img.src = f.poster; else img.removeAttribute('src');
    }
    return el;
  });
  $('films').replaceChildren(...els);
  show($('tabs'), films.length > 0);
  text($('tab-films'), `Films ${films.length}`);
  if (!films.length) tab('clips');
  siftFilms();
  if (viewing && viewing.kind === 'film') {
    const f = films.find((x) => x.name === viewing.name);
    if (f && f.src !== viewing.src) view('film', f.name);
  }
}
// A still that cannot be made leaves its place to the words.
$('films').addEventListener('error', (e) => { if (e.target.matches('img')) e.target.closest('.clip').classList.remove('has-media'); }, true);
$('films').addEventListener('load', (e) => { if (e.target.matches('img')) e.target.closest('.clip').classList.add('has-media'); }, true);

function siftFilms() {
  let n = 0;
  for (const el of $('films').children) {
    const fits = !words || el.dataset.name.toLowerCase().includes(words) || el.querySelector('.word').textContent.includes(words);
    show(el, fits);
    if (fits) n++;
  }
  $('films').className = n === 1 ? 'one' : n <= 4 ? 'few' : 'many';
}

function tab(which) {
  const isFilms = which === 'films' && films.length > 0;
  show($('films-panel'), isFilms);
  show($('clips-panel'), !isFilms);
  for (const [id, on] of [['tab-clips', !isFilms], ['tab-films', isFilms]]) {
    $(id).setAttribute('aria-selected', on);
    $(id).tabIndex = on ? 0 : -1;
  }
  show($('only').parentElement, !isFilms); // films have other states, which the filter finds too
  if (isFilms) show($('none'), false); else sift(order);
  recast();
}
$('tabs').addEventListener('click', (e) => { if (e.target.id) tab(e.target.id.slice(4)); });
$('tabs').addEventListener('keydown', (e) => {
  if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
  tab($('films-panel').hidden ? 'films' : 'clips');
  $('tabs').querySelector('[aria-selected=true]').focus();
});
$('films').addEventListener('click', (e) => {
  const el = e.target.closest('.clip');
  if (el && (e.target.closest('.view') || e.target.closest('.stage')) && el.querySelector('.view').hidden === false) view('film', el.dataset.name);
});
