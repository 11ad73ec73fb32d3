#!/usr/bin/env node
// Starts the greenroom program of this platform, which is in an optional package of its own.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const {spawn} = require('child_process');

const known = /* PLATFORMS */ {};

function fail(message, hint) {
  process.stderr.write(`greenroom: error: ${message}\ngreenroom: hint: ${hint}\n`);
  process.exit(6); // a program is missing, as greenroom's own exit codes have it
}

function usesMusl() {
  if (process.platform !== 'linux') return false;
  const report = process.report && process.report.getReport ? process.report.getReport() : null;
  return Boolean(report && report.header && !report.header.glibcVersionRuntime);
}

// The platform packages that are installed, such as those of a node_modules that was copied from another machine.
function installed() {
  return Object.values(known).filter((name) => {
    try {
      require.resolve(`${name}/package.json`);
      return true;
    } catch {
      return false;
    }
  });
}

function program() {
  if (process.env.GREENROOM_BINARY) return process.env.GREENROOM_BINARY;
  const platform = `${process.platform}-${process.arch}`;
  const name = known[platform];
  if (!name) {
    fail(`there is no program for ${platform}`,
      `there are programs for ${Object.keys(known).join(', ')}; another one can be compiled from source: GREENROOM_BINARY names it`);
  }
  if (usesMusl()) {
    fail('the program for Linux needs glibc, and this system has musl',
      'use an image with glibc, such as node:20-slim, or compile greenroom with -tags static: GREENROOM_BINARY names the program');
  }
  try {
    const file = require.resolve(`${name}/bin/greenroom${process.platform === 'win32' ? '.exe' : ''}`);
    const wanted = require('../package.json').version;
    const found = require(`${name}/package.json`).version;
    if (found !== wanted) {
      fail(`the package ${name} has version ${found}, and the package greenroom has version ${wanted}`, 'install both again at one version');
    }
    return file;
  } catch {
    const others = installed().filter((other) => other !== name);
    if (others.length > 0) {
      return fail(`the package ${name} is not installed, but ${others.join(', ')} is: node_modules comes from another platform`,
        'remove node_modules and install again on this machine');
    }
    return fail(`the package ${name} is not installed; optional packages may have been left out (--no-optional, --omit=optional)`,
      'install again with optional packages: npm install --include=optional (pnpm install, yarn install)');
  }
}

function executable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
  } catch {
    try {
      fs.chmodSync(file, 0o755); // some tools do not keep the mode of a package's files
    } catch {
      // Starting it says why.
    }
  }
  return file;
}

const file = executable(program());
const args = process.argv.slice(2);
// The program ends by itself after a signal, and tidies up first. On a terminal it receives Ctrl-C as well; it counts
// signals that come together as one. Handlers are there before the program: a signal in between would end only us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
const child = spawn(file, args, {stdio: 'inherit'});
child.on('error', (err) => fail(`cannot start ${path.relative(process.cwd(), file)}: ${err.message}`, 'install greenroom again'));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + (os.constants.signals[signal] || 0)), 1000);
});
