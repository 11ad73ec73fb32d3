// JSON lines on stdout, one answer for each request, and the ends of this process.

// Packages log to stdout, which carries the protocol only. A program that a project's
// configuration starts may write there without a newline: every line begins with its own.
export const write = process.stdout.write.bind(process.stdout);
export const say = (line) => write('\n' + JSON.stringify(line) + '\n');
process.stdout.write = (...args) => process.stderr.write(...args);

/** A fault with the name by which the Go side knows it. */
export class Fault extends Error {
  constructor(name, cause, more = {}) {
    super(String(cause?.message ?? cause));
    this.stack = cause?.stack ?? this.stack;
    this.fault = name;
    this.more = more;
  }
}
export const as = (name, more) => (e) => {
  throw e instanceof Fault ? e : new Fault(name, e, more);
};

/**
 * What the process is doing. busy is the request being served: {id, op, reject, pages}. unawaited is the fault
 * for a rejection that nothing awaits: a browser that Remotion downloads, a configuration that starts work.
 */
export const state = {busy: null, unawaited: null};

export const answer = (id, e) => {
  process.stderr.write(String(e.stack ?? e) + '\n');
  say({id, error: e.fault ?? 'crash', message: String(e.message ?? e).slice(0, 4000), ...e.more});
};

export const exit = process.exit.bind(process);
export function killAll() {
  if (process.platform === 'win32') exit(1);
  process.kill(0, 'SIGKILL'); // our group: the browser and every encoder
}
// A broken pipe means that the process that started this one was killed. What is written
// next would end this process as an exception, and leave the browser alive.
for (const pipe of [process.stdout, process.stderr]) pipe.on('error', killAll);

// After these the process is in no known state: it ends, and a new one goes on.
export const fatal = (name, e) => {
  if (state.busy) answer(state.busy.id, e instanceof Fault ? e : new Fault(name, e));
  process.stderr.write(String(e?.stack ?? e) + '\n', () => exit(1));
};
const crashed = (e) => fatal(state.unawaited ?? 'crash', e);
process.on('uncaughtException', crashed);
// Pages that are closed under Remotion, after a cancel or a fault, reject what nothing
// waits for any more. Whatever else goes wrong there leaves the request unanswered.
const afterwards =
  /(target|session|connection) closed|page (has been |was )?closed|got cancelled|most likely the page has been closed/i;
process.on('unhandledRejection', (e) => {
  if (!state.busy || afterwards.test(String(e?.message ?? e))) process.stderr.write(String(e?.stack ?? e) + '\n');
  else crashed(e);
});
