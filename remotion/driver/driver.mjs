// The part of greenroom that runs in Node: one process, one browser, many films. It
// reads requests as JSON lines on stdin, one at a time, and answers each with JSON
// lines on stdout: {id, stage, done, total} while it goes on, then {id, ok} with the
// result or {id, error, message}. It ends when stdin closes and leaves no browser.
// It lives outside the project and takes every package from the project.
import readline from 'node:readline';
import {Fault, answer, exit, killAll, say, state, write} from './protocol.mjs';
import {endBrowser} from './browser.mjs';
import {readConfig} from './config.mjs';
import {bundle} from './bundle.mjs';
import {chunk, close, combine, open, sound, still} from './films.mjs';

const operations = {config: readConfig, bundle, open, chunk, sound, combine, still, close};
const atomic = ['config', 'bundle']; // nothing of a project's own code can be stopped halfway

let ended = false; // stdin is closed
const serve = async (request) => {
  if (ended) return; // it was read together with the end, and nothing would stop it
  const broken = new Promise((_, reject) => {
    state.busy = {...request, reject, pages: new Set()};
  });
  if (early.delete(request.id)) state.busy.reject(new Fault('cancelled', 'cancelled'));
  broken.catch(() => {}); // the race may be over
  try {
    const work = operations[request.op](request);
    work.catch(() => {}); // the race may be over
    const more = await Promise.race([work, broken]);
    say({id: request.id, ok: true, ...more});
  } catch (e) {
    state.busy.cancel?.();
    for (const page of state.busy.pages) await page.close().catch(() => {}); // closed already, at best
    answer(request.id, e);
  }
  state.busy = null;
};

let queue = Promise.resolve();
const early = new Set(); // requests cancelled before they were begun
const lines = readline.createInterface({input: process.stdin, crlfDelay: Infinity});
lines.on('line', (text) => {
  const request = JSON.parse(text);
  if (request.op !== 'cancel') queue = queue.then(() => serve(request));
  else if (state.busy?.id !== request.of) early.add(request.of);
  // A bundler cannot be stopped halfway: it goes on, and whoever is in a hurry ends us.
  else if (!atomic.includes(state.busy.op)) state.busy.reject(new Fault('cancelled', 'cancelled'));
});
lines.on('close', async () => {
  ended = true;
  // Closed in the middle of a film: the process that started this one is gone, or in a hurry.
  if (state.busy) killAll();
  if (!(await endBrowser())) killAll();
  write('', () => exit(0));
});
