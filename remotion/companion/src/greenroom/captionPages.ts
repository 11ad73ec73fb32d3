import {lastOf} from './compat';

// Pages of captions: the same as the Go package pipeline/films/paging makes for films of a manifest, which names the
// sources of the figures. A test compares the two. Every index below is inside its list: `!` is for strict compilers.

/** A caption as @remotion/captions has it, times in milliseconds. */
export type Caption = {text: string; startMs: number; endMs: number; timestampMs: number | null; confidence: number | null};

/** A piece of speech, with its time in milliseconds. */
export type Word = {text: string; glued: boolean; fromMs: number; toMs: number};

/** What is shown at a time: lines of words. */
export type CaptionPage = {lines: Word[][]; fromMs: number; toMs: number};

const wide = 42 / 16;
const speed = 20;
const wideSpeed = 9;
const maxSeconds = 7;
const minSeconds = 5 / 6;
const gap = 0.8;
const hold = 0.4;
const shortSentence = 24;
const poor = 6;

const [afterClause, afterPause, beforeJoin, anywhere, afterJoined, inside] = [1, 2, 3, 6, 12, 16];

const closing = '"\'”’»)]」』）】› ';
const opening = '"\'“‘«(„¿¡[';
const sentence = '.!?…。！？؟۔।॥։።។။';
const clause = ',;:–—،؛、，；：·';
const noLineOf = '々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ';
const leadVowel = 'เแโใไເແໂໃໄ';
const set = (words: string) => new Set(words.split(/\s+/).filter(Boolean));

const abbreviations = set(`
  mr mrs ms dr prof st sr jr vs no nr fig abs art hr fr sra srta dott sig mme mlle approx ca bzw ggf evtl inkl vgl str tel gen col capt sgt rev hon gov
  sen rep mt ft ave blvd jan feb mar apr jun jul aug sep sept oct nov dec pp vol ing mgr dhr mevr op kap bd geb tzv tzn гл ул стр тел проф др рис им
`);
const joined = set(`
  a an the of to in on at by for with from my your our his her their its this that these those very der die das den dem des ein eine einen einem einer
  im am zum zur von mit für auf an bei nach aus le la les un une des du de à au aux en dans sur pour par avec mon ma mes ton ta son sa ses notre votre
  el los las una unos unas del al con por para su sus mi tu il lo gli i uno di da nel della o os as um uma do dos das no na em com het een van te op и в
  на с к о у за по от до из не في من إلى على عن مع את של על עם
`);
const joining = set(`
  and but or so because which who when while where if than then und aber oder weil dass denn wenn während et mais ou donc car qui que quand y pero o
  porque cuando e ma perché che mas porque quando en maar of omdat и но или что потому और लेकिन क्योंकि कि و لكن أو אבל או כי
`);
const beginners = set(`
  the a an this that these those in on at by for with from my your our his her and but so because when while where if then i you he she it we they there
  what who how why der die das ein eine im am und aber dann er sie es wir ihr le la les un une et mais il elle nous vous el los las y pero
`);

/** A pattern with Unicode properties: a literal with the flag u does not compile for ES5, the target of Remotion's Next.js template. */
const unicode = (pattern: string) => new RegExp(pattern, 'u');

const wideSign = unicode('[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\u3000-\\u30ff\\uff00-\\uff60]');
const ideograph = unicode('[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]');
const hiragana = unicode('\\p{Script=Hiragana}');
const katakana = unicode('\\p{Script=Katakana}');
const thai = unicode('[\\p{Script=Thai}\\p{Script=Lao}]');
const punct = unicode('\\p{P}');
const noWidth = unicode('[\\p{Mn}\\p{Me}\\p{Cf}]');
const opens = unicode('[\\p{Ps}\\p{Pi}]');
const lowerCase = unicode('\\p{Ll}');
const letter = unicode('\\p{L}');
const digit = unicode('\\p{Nd}');
const digitsOnly = unicode('^\\p{Nd}+$');
const beginsUpper = unicode('^\\p{Lu}');

const ends = (text: string, signs: string, side: 'start' | 'end') => {
  let list = Array.from(text);
  if (side === 'end') while (list.length > 0 && signs.includes(list[list.length - 1]!)) list = list.slice(0, -1);
  else while (list.length > 0 && signs.includes(list[0]!)) list = list.slice(1);
  return list.join('');
};
const first = (text: string) => Array.from(text)[0] ?? '';
const last = (text: string) => lastOf(Array.from(text)) ?? '';

/** How many characters a text counts. */
const lengthOf = (text: string) => Array.from(text).reduce((n, c) => n + (noWidth.test(c) ? 0 : wideSign.test(c) ? wide : 1), 0);

/** How long a text takes to read, seconds. */
const readingTime = (text: string) => Array.from(text).reduce((n, c) => n + (wideSign.test(c) ? 1 / wideSpeed : lengthOf(c) / speed), 0);

/** Whether a sentence ends with a word, by the word that follows: not after Dr., e.g., initials or the day of a date. */
export const endsSentence = (word: string, next: string): boolean => {
  let core = ends(word, closing, 'end');
  const sign = last(core);
  if (sign === '' || !sentence.includes(sign)) return false;
  const follows = first(ends(next, opening, 'start'));
  if (lowerCase.test(follows) && sign.codePointAt(0)! < 0x3000) return false;
  if (sign !== '.' || core.endsWith('..')) return true;
  core = ends(core.slice(0, -1), opening, 'start');
  const letters = Array.from(core);
  if (letters.length === 0) return true;
  if (letters.length === 1 && letter.test(core)) return false;
  if (letters.length <= 2 && digitsOnly.test(core)) return false;
  if (core.includes('.') && !digit.test(core) && core.split('.').every((p) => Array.from(p).length <= 3)) return beginners.has(next.toLowerCase());
  return !abbreviations.has(core.toLowerCase());
};

const cut = (before: string, c: string) => {
  if (leadVowel.includes(c)) return !punct.test(before);
  if (noWidth.test(c) || noLineOf.includes(c) || opens.test(before)) return false;
  if (ideograph.test(c)) return true;
  if (opens.test(c)) return ideograph.test(before) || wideSign.test(before);
  return (ideograph.test(before) || (wideSign.test(before) && punct.test(before))) && !punct.test(c);
};

/** The words of captions. The times inside of a block go by letters. */
export const wordsOf = (captions: Pick<Caption, 'text' | 'startMs' | 'endMs'>[]): Word[] => {
  const out: Word[] = [];
  for (const {text, startMs, endMs} of captions) {
    const pieces: {text: string; glued: boolean}[] = [];
    for (const field of text.split(/\s+/).filter(Boolean)) {
      const signs = Array.from(field);
      let start = 0;
      for (let i = 1; i <= signs.length; i++) {
        if (i < signs.length && !cut(signs[i - 1]!, signs[i]!)) continue;
        pieces.push({text: signs.slice(start, i).join(''), glued: start > 0});
        start = i;
      }
    }
    const letters = pieces.reduce((n, p) => n + Array.from(p.text).length, 0);
    let at = 0;
    pieces.forEach((p, i) => {
      const fromMs = startMs + ((endMs - startMs) * at) / letters;
      at += Array.from(p.text).length;
      const glued = i === 0 ? out.length > 0 && !text.startsWith(' ') && pieces.length === 1 : p.glued;
      out.push({text: p.text, glued, fromMs, toMs: startMs + ((endMs - startMs) * at) / letters});
    });
  }
  return attached(out);
};

const alone = (text: string) => Array.from(text).every((c) => punct.test(c));
const allOpen = (text: string) => Array.from(text).every((c) => opens.test(c) || c === '¿' || c === '¡');

/** Adds signs that are alone, as in « Bonjour ! », to the word that they belong to. */
const attached = (words: Word[]) => {
  const out: Word[] = [];
  let ahead = false;
  for (const w of words) {
    const before = lastOf(out);
    if (before && (ahead || (alone(w.text) && !allOpen(w.text)))) {
      before.text += (w.glued ? '' : ' ') + w.text;
      before.toMs = w.toMs;
      ahead = ahead && alone(w.text) && allOpen(w.text);
      continue;
    }
    ahead = alone(w.text) && allOpen(w.text);
    out.push({...w});
  }
  return out;
};

const gluedCost = (final: string, begins: string) => {
  const kana = hiragana.test(final);
  if (katakana.test(final) && katakana.test(begins)) return inside;
  if ((kana && !hiragana.test(begins)) || '的了吗呢'.includes(final) || '和与但把被并'.includes(begins)) return beforeJoin;
  return kana || hiragana.test(begins) || leadVowel.includes(begins) ? afterJoined : anywhere;
};

const capital = (text: string) => beginsUpper.test(text);

/** How badly a break between two words reads: 0 where a sentence ends. */
const breakCost = (before: Word, after: Word) => {
  const core = ends(before.text, closing, 'end');
  const [sign, final, begins] = [last(core), last(before.text), first(after.text)];
  if (endsSentence(before.text, after.text)) return 0;
  if (sign !== '' && clause.includes(sign)) return afterClause;
  if (after.fromMs - before.toMs >= (gap * 1000) / 3) return afterPause;
  if (closing.includes(final)) return beforeJoin;
  if (after.glued) return gluedCost(final, begins);
  if (thai.test(begins)) return afterPause;
  if (joining.has(after.text.toLowerCase())) return beforeJoin;
  if (joined.has(core.toLowerCase())) return afterJoined;
  return sign === '.' || digit.test(sign) || (capital(after.text) && capital(before.text)) ? inside : anywhere;
};

const lineCost = (cost: number) => (cost < inside ? cost / 2 : 2 * cost);

/** The cost of a line that is much shorter than an even one, or that is one word of several. */
const short = (share: number, length: number, words: number, all: number) =>
  (share < 0.5 ? 2 : 0) + (words === 1 && all >= 4 && length <= 12 ? 3 : 0);

/** The pages of captions, of at most maxLines lines of lineLength characters. */
export const captionPages = (captions: Pick<Caption, 'text' | 'startMs' | 'endMs'>[], maxLines = 2, lineLength = 42): CaptionPage[] => {
  const words = wordsOf(captions);
  const cost = words.map((w, i) => (i > 0 ? breakCost(words[i - 1]!, w) : 0));
  const length = [0];
  words.forEach((w, i) => length.push(length[i]! + lengthOf(w.text) + (i > 0 && !w.glued ? 1 : 0)));
  const pauseBefore = (i: number) => words[i]!.fromMs - words[i - 1]!.toMs > gap * 1000;
  const between = (a: number, b: number) => length[b]! - length[a]! - (a > 0 && !words[a]!.glued ? 1 : 0);
  const line = (a: number, b: number) => b === a + 1 || between(a, b) <= lineLength;
  const seconds = (a: number, b: number) => (words[b - 1]!.toMs - words[a]!.fromMs) / 1000;
  const most = maxLines * lineLength;

  const broken = (a: number, b: number, lines: number): {breaks: number[]; cost: number} => {
    const n = b - a;
    const even = between(a, b) / lines;
    const end = (i: number) => (lines > 1 ? short(between(a + i, b) / even, between(a + i, b), n - i, n) : 0);
    let least = Array.from({length: n + 1}, (_, i) => (i < n && line(a + i, b) ? end(i) : Infinity));
    const trail: number[][] = [];
    for (let k = 1; k < lines; k++) {
      const more = Array<number>(n + 1).fill(Infinity);
      const to = Array<number>(n + 1).fill(0);
      for (let i = 0; i < n; i++) {
        for (let j = i + 1; j < n && line(a + i, a + j); j++) {
          const width = between(a + i, a + j);
          const off = (width - even) / lineLength;
          const c = lineCost(cost[a + j]!) + 12 * off * off + short(width / even, width, j - i, n) + (off > 0.01 ? 0.2 : 0) + least[j]!;
          if (c < more[i]!) [more[i], to[i]] = [c, j];
        }
      }
      least = more;
      trail.push(to);
    }
    if (least[0] === Infinity) return {breaks: [], cost: Infinity};
    const breaks: number[] = [];
    for (let k = trail.length - 1, at = 0; k >= 0; k--) {
      at = trail[k]![at]!;
      breaks.push(a + at);
    }
    return {breaks, cost: least[0]!};
  };

  type Group = {a: number; b: number; breaks: number[]; cost: number};
  const group = (a: number, b: number): Group => {
    if (b === a + 1 || (seconds(a, b) <= maxSeconds && between(a, b) <= most)) {
      for (let lines = 1; lines <= maxLines; lines++) {
        const found = broken(a, b, lines);
        if (found.cost < Infinity) return {a, b, ...found};
      }
    }
    return {a, b, breaks: [], cost: Infinity};
  };

  const split = (a: number, b: number) => {
    const n = b - a;
    const count = Math.max(Math.ceil(between(a, b) / most), Math.ceil(seconds(a, b) / maxSeconds), 1);
    const even = between(a, b) / count;
    const total = [0];
    const from = [0];
    for (let j = 1; j <= n; j++) {
      total.push(Infinity);
      from.push(0);
      for (let i = j - 1; i >= 0 && (i === j - 1 || between(a + i, a + j) <= most); i--) {
        const off = (between(a + i, a + j) - even) / lineLength;
        let c = total[i]! + 8 + 6 * off * off + group(a + i, a + j).cost;
        if (j < n) c += cost[a + j]!;
        if (seconds(a + i, a + j) < minSeconds) c += 6;
        if (c < total[j]!) [total[j], from[j]] = [c, i];
      }
    }
    const out: Group[] = [];
    for (let j = n; j > 0; j = from[j]!) out.unshift(group(a + from[j]!, a + j));
    return out;
  };

  const groups: Group[] = [];
  for (let a = 0; a < words.length; ) {
    let b = a + 1;
    while (b < words.length && !pauseBefore(b) && cost[b]! > 0) b++;
    const before = lastOf(groups);
    const begins = before && (before.a === 0 || cost[before.a] === 0 || pauseBefore(before.a));
    if (before && begins && !pauseBefore(before.b) && between(before.a, before.b) < shortSentence) {
      const both = group(before.a, b);
      if (both.cost < poor) {
        groups[groups.length - 1] = both;
        a = b;
        continue;
      }
    }
    const one = group(a, b);
    groups.push(...(one.cost < poor ? [one] : split(a, b)));
    a = b;
  }

  return groups.map(({a, b, breaks}, k) => {
    const starts = [a, ...breaks];
    const lines = starts.map((s, i) => words.slice(s, starts[i + 1] ?? b));
    const fromMs = words[a]!.fromMs;
    const next = words[groups[k + 1]?.a ?? words.length]?.fromMs ?? Infinity;
    const read = words.slice(a, b).reduce((n, w) => n + readingTime(w.text + ' '), 0);
    const spokenUntil = words[b - 1]!.toMs;
    const held = Math.max(spokenUntil + hold * 1000, Math.min(fromMs + read * 1000, fromMs + maxSeconds * 1000));
    return {lines, fromMs, toMs: Math.max(Math.min(spokenUntil, next), Math.min(held, next))};
  });
};
