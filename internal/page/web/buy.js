'use strict';
// --- purchases, rebuild and why

async function post(path, body) {
  try {
    const r = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
    return await r.json();
  } catch { return {error: 'greenroom watch does not respond; whether anything was done is unknown'}; }
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
  // Voices come first: they cost little and decide the length of everything.
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

// The second half of a double click on Buy does not answer the question that it opened.
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
  const get = async (path) => { try { const r = await fetch(path); return r.ok ? await r.json() : {}; } catch { return {error: 'greenroom watch does not respond'}; } };
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

