// Loaded into Studio's process before Remotion. Remotion listens on every interface
// and has no option for it; what it serves (the project's files, rendering, edits of
// the source) is for this machine only. It also ends Studio when the program that
// started it was killed.
import net from 'node:net';

const host = '127.0.0.1';
const wild = (h) => h === undefined || h === null || h === '' || h === '::' || h === '0.0.0.0';
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  const [first, second] = args;
  if (first === undefined || first === null || typeof first === 'function') {
    args = [{port: 0, host}, ...args.filter((a) => typeof a === 'function')];
  } else if (typeof first === 'object') {
    const handle = first.path !== undefined || first.fd !== undefined || first._handle !== undefined || first instanceof net.Server;
    if (!handle && wild(first.host)) {
      args[0] = {...first, port: first.port ?? 0, host};
    }
  } else if (!Number.isNaN(Number(first)) && (typeof second !== 'string' || wild(second))) {
    args = [{port: Number(first), host}, ...args.filter((a) => typeof a === 'function')];
  }
  return listen.apply(this, args);
};

// A killed program cannot notify this one. Then another process is the parent, perhaps from the beginning, and the
// starter does not exist any more. Everything that was started here ends with the process group.
const parent = process.ppid;
const starter = Number(new URL(import.meta.url).hash.slice(1));
const gone = () => {
  if (process.ppid !== parent) return true;
  try {
    process.kill(starter, 0);
    return false;
  } catch (e) {
    return e.code === 'ESRCH';
  }
};
setInterval(() => {
  if (!gone()) return;
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // this process leads no group, or Windows, where there are none
  }
  process.exit(1);
}, 500).unref();
