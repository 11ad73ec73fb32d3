'use strict';
// --- one clip or film, large: every frame by its number, with waveform and captions

let viewing = null; // what is viewed: {kind, name, src, frames, rate, at, peaks, seconds, captions}
let video = null; // only while one is viewed: it holds a decoder
const wave = $('view-wave');

// A frame is sought in its middle: times in files are rounded.
const middleOf = (n) => (n + 0.5) * viewing.rate[1] / viewing.rate[0];
const timeOf = (n) => n * viewing.rate[1] / viewing.rate[0];
const clock = (s) => `${Math.floor(s / 60)}:${(s % 60).toFixed(3).padStart(6, '0')}`;

function view(kind, id) {
  const is = kind === 'clip' ? cards.get(id)?.is : films.find((f) => f.name === id);
  if (!is || !is.src && !is.poster) return;
  const again = viewing && viewing.kind === kind && viewing.name === id;
  const mine = viewing = {kind, name: id, src: is.src, frames: is.frames || 0, rate: is.rate && is.rate[0] ? is.rate : [25, 1], at: again ? Math.min(viewing.at, Math.max(0, is.frames - 1)) : 0, peaks: null, captions: []};
  text($('view-title'), id);
  text($('view-facts'), [is.width ? `${is.width}×${is.height}` : '', rateWords(mine.rate), is.src ? '' : 'not rendered: a still'].filter(Boolean).join(' · '));
  $('view-stage').style.setProperty('--ratio', is.width ? `${is.width} / ${is.height}` : '16 / 9');
  $('view-stage').classList.toggle('opaque', kind === 'film' && !is.transparent);
  show($('view-still'), !is.src);
  for (const x of ['view-scrub', 'view-play', 'view-back', 'view-on', 'view-frame', 'view-time']) show($(x), !!is.src);
  text($('view-sound'), '');
  showCaption($('view-caption'), '');
  if (!$('view').open) $('view').showModal();
  if (!is.src) {
    $('view-still').src = is.poster;
    $('view-still').alt = `A frame of ${id}`;
    stopVideo();
    return;
  }
  if (!video) startVideo();
  name(video, `${kind === 'clip' ? 'Clip' : 'Film'} ${id}`);
  video.src = is.src;
  $('view-seek').max = Math.max(0, mine.frames - 1);
  seek(mine.at);
  measure(mine);
  if (is.captions) captionsOf(is.captions).then((list) => { if (viewing === mine) { mine.captions = list; showAt(mine.at); } });
  $('view-seek').focus();
  recast();
}
const rateWords = (r) => `${r[1] === 1 ? r[0] : (r[0] / r[1]).toFixed(2)} fps`;

// seek stops at a frame.
function seek(n) {
  if (!viewing || !viewing.src) return;
  n = Math.min(Math.max(0, n), Math.max(0, viewing.frames - 1));
  video.pause();
  viewing.at = n;
  video.currentTime = middleOf(n);
  showAt(n);
}

// showAt brings number, time, waveform and caption to a frame.
function showAt(n) {
  const last = Math.max(0, viewing.frames - 1);
  text($('view-frame'), `frame ${n} of ${last}`);
  text($('view-time'), `${clock(timeOf(n))} of ${clock(timeOf(viewing.frames))}`);
  $('view-seek').value = n;
  $('view-seek').setAttribute('aria-valuetext', `frame ${n} of ${last}, ${timeOf(n).toFixed(3)} seconds`);
  showCaption($('view-caption'), captionAt(viewing.captions, middleOf(n)));
  drawWave();
}

function playing() {
  text($('view-play'), !video || video.paused ? 'Play' : 'Stop');
}
function playView() {
  if (!viewing || !viewing.src) return;
  if (!video.paused) { seek(viewing.at); return; }
  if (viewing.at >= viewing.frames - 1) seek(0);
  video.play().catch(() => notice('this browser cannot play the file'));
}
// shown follows the frame that the browser shows while the video plays.
function shown(_, frame) {
  if (!video) return;
  if (viewing && viewing.src && !video.paused) {
    viewing.at = Math.min(Math.max(0, viewing.frames - 1), Math.round(frame.mediaTime * viewing.rate[0] / viewing.rate[1]));
    showAt(viewing.at);
  }
  video.requestVideoFrameCallback(shown);
}
function startVideo() {
  video = make('video');
  video.id = 'view-video';
  video.playsInline = true;
  video.preload = 'auto';
  $('view-stage').insertBefore(video, $('view-caption'));
  video.requestVideoFrameCallback(shown);
  video.addEventListener('play', playing);
  video.addEventListener('pause', playing);
  video.addEventListener('ended', () => { if (viewing) seek(viewing.frames - 1); });
  video.addEventListener('error', () => { if (viewing && viewing.src) text($('view-sound'), 'This browser cannot play the file.'); });
}
function stopVideo() {
  if (!video) return;
  video.pause();
  video.removeAttribute('src'); // frees its decoder at once
  video.load();
  video.remove();
  video = null;
}

// --- the waveform

async function measure(mine) {
  drawWave();
  let w = {};
  try { w = await (await fetch(`/waveform/${mine.kind}/${encodeURIComponent(mine.name)}`)).json(); } catch { w = {error: 'the waveform is not available'}; }
  if (viewing !== mine) return;
  mine.peaks = w.peaks || [];
  mine.seconds = w.seconds;
  text($('view-sound'), w.error || (mine.peaks.length ? '' : 'No sound.'));
  drawWave();
}
function drawWave() {
  const width = Math.round(wave.clientWidth * devicePixelRatio), height = Math.round(wave.clientHeight * devicePixelRatio);
  if (!width) return;
  if (wave.width !== width || wave.height !== height) { wave.width = width; wave.height = height; }
  const g = wave.getContext('2d'), style = getComputedStyle(document.documentElement);
  g.clearRect(0, 0, width, height);
  const total = timeOf(viewing.frames) || 1, x = (timeOf(viewing.at) + timeOf(0.5)) / total * width;
  if (viewing.peaks && viewing.peaks.length) {
    const each = viewing.seconds / viewing.peaks.length;
    for (let i = 0; i < width; i++) { // the loudest sample of what lies below each pixel
      const from = Math.floor(i / width * total / each), to = Math.max(from + 1, Math.floor((i + 1) / width * total / each));
      let peak = 0;
      for (let k = from; k < to && k < viewing.peaks.length; k++) peak = Math.max(peak, viewing.peaks[k]);
      const h = Math.max(1, peak / 255 * height);
      g.fillStyle = style.getPropertyValue(i <= x ? '--green' : '--edge');
      g.fillRect(i, (height - h) / 2, 1, h);
    }
  }
  g.fillStyle = style.getPropertyValue('--ink');
  g.fillRect(Math.round(x) - devicePixelRatio, 0, 2 * devicePixelRatio, height);
}
addEventListener('resize', () => { if (viewing && viewing.src) drawWave(); });

$('view').addEventListener('close', () => {
  const was = viewing;
  viewing = null;
  stopVideo();
  const list = was && was.kind === 'film' ? $('films') : $('clips');
  const el = was && [...list.children].find((x) => x.dataset.name === was.name);
  if (el) el.focus({preventScroll: true});
  recast();
});

// neighbour views the next one of the same list.
function neighbour(by) {
  const list = [...(viewing.kind === 'film' ? $('films') : $('clips')).children].filter((x) => !x.hidden && (viewing.kind === 'film' ? !x.querySelector('.view').hidden : x.dataset.src));
  const at = list.findIndex((x) => x.dataset.name === viewing.name) + by;
  if (list[at]) view(viewing.kind, list[at].dataset.name);
}

$('view-seek').addEventListener('input', () => seek(Number($('view-seek').value)));
$('view-close').addEventListener('click', () => $('view').close());
$('view-play').addEventListener('click', playView);
$('view-back').addEventListener('click', () => seek(viewing.at - 1));
$('view-on').addEventListener('click', () => seek(viewing.at + 1));
$('view').addEventListener('keydown', (e) => {
  if (!viewing || e.ctrlKey || e.metaKey || e.altKey || e.target.matches('select')) return;
  const far = e.shiftKey ? 10 : 1;
  const act = {
    ArrowLeft: () => seek(viewing.at - far), ArrowRight: () => seek(viewing.at + far), Home: () => seek(0), End: () => seek(viewing.frames - 1),
    ' ': () => { if (e.repeat || e.target.matches('button, [type=checkbox]')) return false; playView(); },
    j: () => neighbour(1), k: () => neighbour(-1), c: () => switchCaptions(!captionsOn), g: nextBackdrop,
  }[e.key];
  if (act && act() !== false) e.preventDefault();
});
