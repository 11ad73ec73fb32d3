import {browser} from './compat';
import type {Media} from './timeline.gen';

// A browser that draws without a GPU turns BT.709 of limited range into RGB with numbers that end at 2: where Cb has to
// add 2.112 to blue it adds 2, and every blue comes 5 % nearer to grey. With a GPU opaque footage is right, and footage
// with alpha is not. So the browser is measured, once for each of the two, and a filter gives blue what it lacks.
// docs/decisions/0040-colours-are-measured.md says why it is done here.

// What BT.709 adds to red and blue for one step of Cr and Cb in limited range, and takes from green.
const [kr, kg, kb] = [0.2126, 0.7152, 0.0722];
const red = (2 * (1 - kr) * 255) / 224;
const blue = (2 * (1 - kb) * 255) / 224;
const [greenByRed, greenByBlue] = [(red * kr) / kg, (blue * kb) / kg];

/** What a step of Cb adds to blue in this browser: a picture whose Cb goes up by one every two pixels is drawn and read. */
const measured = (alpha: boolean) => {
  const [w, h] = [128, 16];
  const data = new Uint8Array(w * h * (alpha ? 2.5 : 1.5)).fill(255); // alpha comes last
  data.fill(126, 0, w * h);
  data.fill(128, w * h, w * h * 1.5);
  for (let i = 0; i < (w * h) / 4; i++) data[w * h + i] = 128 + (i % (w / 2)) - w / 4;
  const frame = new browser.VideoFrame(data, {
    format: alpha ? 'I420A' : 'I420',
    codedWidth: w,
    codedHeight: h,
    timestamp: 0,
    colorSpace: {matrix: 'bt709', primaries: 'bt709', transfer: 'bt709', fullRange: false},
  });
  // Not willReadFrequently: such a canvas is drawn without the GPU that footage is drawn with.
  const context = new browser.OffscreenCanvas(w, h).getContext('2d');
  context?.drawImage(frame, 0, 0);
  frame.close();
  const row = context?.getImageData(0, h / 2, w, 1).data ?? [];
  let [along, squares] = [0, 0];
  for (let x = 4; x < w - 4; x++) {
    const way = x - (w - 1) / 2;
    along += way * (row[4 * x + 2] ?? NaN);
    squares += way * way;
  }
  return (2 * along) / squares;
};

/**
 * The last row of a colour matrix that gives blue all of its Cb. Red, green and blue as the browser made them hold the
 * luma that they were made of, as y = r*R + g*G + b*B with any Cb and Cr; blue is y plus what Cb added.
 */
const blueRow = (factor: number) => {
  const g = 1 / (1 + greenByRed / red + greenByBlue / factor);
  const [r, b] = [(g * greenByRed) / red, (g * greenByBlue) / factor];
  const k = blue / factor;
  return [(1 - k) * r, (1 - k) * g, k + (1 - k) * b, 0, 0];
};

// Measured once: it must not change in a film.
const rows = new Map<boolean, number[] | null>();
const rowOf = (alpha: boolean) => {
  if (!rows.has(alpha)) {
    let factor = NaN;
    try {
      factor = measured(alpha);
    } catch {
      // A browser without frames of this kind shows such footage by other ways.
    }
    const off = Math.abs(blue / factor - 1);
    // Less than a hundredth is rounding, more than a fifth is something else than what is undone here.
    rows.set(alpha, off > 0.01 && off < 0.2 ? blueRow(factor) : null);
  }
  return rows.get(alpha) ?? null;
};

/** How footage codes its colours. */
export type Coding = Pick<Media, 'alpha' | 'matrix' | 'fullRange'>;

/** The colour matrix that makes this footage's blue right in this browser, as feColorMatrix takes it; null where it is right. */
export const blueMatrix = ({alpha = false, matrix, fullRange}: Coding) => {
  const row = matrix || fullRange ? null : rowOf(alpha);
  return row && ['1 0 0 0 0', '0 1 0 0 0', row.map((v) => v.toFixed(6)).join(' '), '0 0 0 1 0'].join(' ');
};
