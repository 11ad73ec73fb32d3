'use strict';
// --- the keyboard and the mouse

const chosen = () => document.activeElement && document.activeElement.closest('.clip');
const list = () => $('films-panel').hidden ? $('clips') : $('films');
function step(by) {
  const fits = (el) => el && el.hidden ? fits(by > 0 ? el.nextElementSibling : el.previousElementSibling) : el;
  const at = chosen();
  const to = fits(at ? (by > 0 ? at.nextElementSibling : at.previousElementSibling) : by > 0 ? list().firstElementChild : list().lastElementChild);
  if (to) { to.focus({preventScroll: true}); to.scrollIntoView({block: 'nearest'}); }
}

document.addEventListener('keydown', (e) => {
  // A held key counts once: its repeats are ignored.
  if (e.repeat && (e.key === 'Enter' || e.key === ' ') && e.target.matches('button, summary, .clip')) { e.preventDefault(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
  if (e.target.matches('input[type=search]')) { if (e.key === 'Escape') { e.target.value = ''; filter(); e.target.blur(); } return; }
  if (e.target.matches('select')) return;
  const el = chosen(), id = el && el.dataset.name, isFilm = !!el && el.classList.contains('film');
  if (e.repeat && e.key !== 'j' && e.key !== 'k') return;
  const act = {
    '/': () => $('filter').focus(), j: () => step(1), k: () => step(-1), r: rebuild,
    b: () => id && !isFilm && ask([id]), B: () => ask(null), w: () => id && !isFilm && why(id), '?': () => $('keys').showModal(),
    ' ': () => { if (!el || e.target !== el) return false; if (isFilm) view('film', id); else toggle(id); },
    v: () => id && view(isFilm ? 'film' : 'clip', id), Enter: () => { if (!el || e.target !== el) return false; view(isFilm ? 'film' : 'clip', id); },
    f: () => tab($('films-panel').hidden ? 'films' : 'clips'), c: () => switchCaptions(!captionsOn), g: nextBackdrop,
  }[e.key];
  if (act && act() !== false) e.preventDefault();
});
$('clips').addEventListener('click', (e) => {
  const el = e.target.closest('.clip');
  if (!el) return;
  const id = el.dataset.name;
  if (e.target.closest('.buy')) ask([id]);
  else if (e.target.closest('.view')) view('clip', id);
  else if (e.target.closest('.why')) why(id);
  else if (e.target.closest('.stage')) toggle(id);
});
$('clips').addEventListener('focusin', recast);
$('why').addEventListener('close', () => { explained = ''; });
$('filter').addEventListener('input', filter);
$('only').addEventListener('change', filter);
$('buy-all').addEventListener('click', () => ask(null));
$('rebuild').addEventListener('click', rebuild);
$('help').addEventListener('click', () => $('keys').showModal());

// --- the stream: closed while the page is hidden, so that many tabs do not use up the
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
  live.onmessage = (e) => { connection(false, ''); receive(JSON.parse(e.data)); };
  live.onerror = () => {
    if (live.readyState === EventSource.CLOSED) connection(true, 'greenroom watch was started again or refuses this page. Open the address that it prints.');
    else connection(true, 'No connection to greenroom watch; trying again. When it has ended, start it and open the address that it prints.');
  };
}
document.addEventListener('visibilitychange', () => {
  if (document.hidden && live) { live.close(); live = null; } else if (!document.hidden) follow();
  recast();
});

for (const el of $('clips').children) adopt(el);
follow();
