import {AbsoluteFill, interpolate, useCurrentFrame, useVideoConfig} from 'remotion';

const lines = ['version: 1', 'project: product-tour', 'clips:', '  intro:   {script: intro.md}', '  pricing: {script: pricing.md}', '  outro:   {audio: outro.wav}'];
const tones = ['#7FB79B', '#D9C7A4', '#7FB79B', '#E6E9E1', '#E6E9E1', '#E6E9E1'];

/** A drawn screen recording: a manifest is typed, and its clips appear as cards. */
export const Screen = ({width, height, title}: {width: number; height: number; title: string}) => {
  const frame = useCurrentFrame();
  const {fps} = useVideoConfig();
  const t = frame / fps;
  const ratio = width / height;
  const wide = ratio > 1.6; // space for the cards next to the words
  const chips = !wide && ratio > 1.2; // too low for three cards below one another: they form a row
  const square = !wide && !chips && ratio > 0.83; // they leave the lower left free
  // As large as the longest line and, below one another, the lines and the cards allow.
  const row = wide ? Math.min(height / 19, (width * 0.58) / 15.5) : Math.min(height / (chips ? 13.4 : 20.5), width / 15.5);
  const all = lines.join('\n').length;
  let left = Math.floor(interpolate(t, [0.2, 4.5], [12, all], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'}));
  return (
    <AbsoluteFill style={{position: 'absolute', width, height, background: '#191E18', color: '#E6E9E1'}}>
      <div style={{height: row * 1.5, flexShrink: 0, background: '#232A22', display: 'flex', alignItems: 'center', padding: `0 ${row * 0.8}px`, gap: row * 0.35, fontSize: row * 0.6, color: '#9BA695'}}>
        {['#F2857C', '#E5B04B', '#57C48A'].map((c) => (
          <span key={c} style={{width: row * 0.42, height: row * 0.42, borderRadius: '50%', background: c}} />
        ))}
        <span style={{marginLeft: row * 0.6}}>{title}</span>
      </div>
      <div style={{display: 'flex', flexDirection: wide ? 'row' : 'column', flex: 1}}>
        <div style={{width: wide ? '58%' : '100%', padding: row, boxSizing: 'border-box', fontFamily: "'DejaVu Sans Mono', monospace", fontSize: row * 0.66, lineHeight: 1.75, whiteSpace: 'pre'}}>
          {lines.map((l, i) => {
            const shown = l.slice(0, Math.max(0, left));
            left -= l.length + 1;
            return (
              <div key={l} style={{height: row * 1.18, color: tones[i]}}>
                <span style={{color: '#4C5649', marginRight: row * 0.7}}>{i + 1}</span>
                {shown}
                {left < 0 && left > -l.length - 2 && Math.floor(t * 2) % 2 === 0 ? <span style={{background: '#57C48A'}}> </span> : null}
              </div>
            );
          })}
        </div>
        <div style={{width: wide ? '42%' : square ? '60%' : '100%', boxSizing: 'border-box', alignSelf: square ? 'flex-end' : undefined, padding: wide ? row : `0 ${row}px`, display: 'flex', flexDirection: chips ? 'row' : 'column', gap: row * (wide ? 1 : 0.6)}}>
          {['intro', 'pricing', 'outro'].map((n, i) => {
            const on = interpolate(t, [1.4 + i * 1.1, 1.8 + i * 1.1], [0, 1], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
            const done = interpolate(t, [1.8 + i * 1.1, 4.2 + i * 1.1], [0, 1], {extrapolateLeft: 'clamp', extrapolateRight: 'clamp'});
            return (
              <div key={n} style={{opacity: on, transform: `translateY(${(1 - on) * row * 0.5}px)`, background: '#232A22', borderRadius: row * 0.35, padding: row * (wide ? 0.95 : 0.6), flex: chips ? 1 : undefined}}>
                <div style={{display: 'flex', justifyContent: 'space-between', fontSize: row * (wide ? 0.72 : 0.62)}}>
                  <span>{n}</span>
                  <span style={{color: done >= 1 ? '#57C48A' : '#E5B04B'}}>{(done >= 1 ? '● final' : '◑ working').slice(0, chips ? 1 : undefined)}</span>
                </div>
                <div style={{height: row * 0.14, borderRadius: 9, marginTop: row * 0.4, background: '#3A4438'}}>
                  <div style={{height: '100%', borderRadius: 9, width: `${done * 100}%`, background: '#57C48A'}} />
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </AbsoluteFill>
  );
};
