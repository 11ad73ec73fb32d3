// node lock.mjs <folder of package.json>: writes its package-lock.json, complete for every system.
//
// npm leaves an optional package out of the lockfile where the registry does not have that version, as for five of the
// seven compositors of some releases of Remotion. `npm ci` then refuses the lockfile (EUSAGE). An entry with the version and the
// systems that it is for is enough: npm checks those before it fetches anything.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const [folder] = process.argv.slice(2);
const file = path.join(folder, 'package-lock.json');
const npm = ['install', '--package-lock-only', '--omit-lockfile-registry-resolved', '--no-audit', '--no-fund'];
execFileSync('npm', npm, {cwd: folder, stdio: ['ignore', 'ignore', 'inherit']});

const lock = JSON.parse(fs.readFileSync(file, 'utf8'));
const systems = /-(darwin|linux|win32)-(x64|arm64)(?:-(gnu|musl|msvc))?$/;
const libc = {gnu: ['glibc'], musl: ['musl']};
for (const [at, {optionalDependencies = {}}] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const entry = `node_modules/${name}`;
    if (lock.packages[entry] || lock.packages[`${at}/${entry}`]) continue;
    const [, os, cpu, variant] = systems.exec(name) ?? [];
    if (!os || !/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${at} wants ${name}@${version}: for which system is it?`);
    lock.packages[entry] = {version, cpu: [cpu], ...(libc[variant] ? {libc: libc[variant]} : {}), optional: true, os: [os]};
  }
}
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
fs.writeFileSync(file, `${JSON.stringify({...lock, packages: sorted}, null, 2)}\n`);
