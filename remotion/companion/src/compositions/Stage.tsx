import {AbsoluteFill, useCurrentFrame, useVideoConfig} from 'remotion';

export const colours = {stage: '#10140F', ink: '#ECEFE8', dim: '#9BA695', green: '#57C48A', key: '#FFD9A0'};
export const font = "'Inter Variable', Inter, 'DejaVu Sans', sans-serif";

/** A lit stage: a deep gradient, a key light, and slow shapes of light that drift behind the presenter. */
export const Stage = ({lightX, lightY}: {lightX: number; lightY: number}) => {
  const frame = useCurrentFrame();
  const {fps, width, height} = useVideoConfig();
  const t = frame / fps;
  const unit = Math.max(width, height);
  return (
    <AbsoluteFill style={{background: 'linear-gradient(128deg, #12251D 0%, #10140F 46%, #241A1C 100%)', overflow: 'hidden'}}>
      {[0, 1, 2, 3, 4].map((i) => (
        <div
          key={i}
          style={{
            position: 'absolute',
            width: unit * 0.09,
            height: unit * 1.6,
            left: ((i * 0.23 + t * (0.022 + i * 0.004)) % 1.25) * width - unit * 0.12,
            top: -unit * 0.3,
            transform: 'rotate(18deg)',
            background: `linear-gradient(90deg, transparent, rgba(${i % 2 ? '87,196,138' : '255,217,160'},${0.07 + 0.015 * i}), transparent)`,
          }}
        />
      ))}
      <div
        style={{
          position: 'absolute',
          left: lightX - unit * 0.42,
          top: lightY - unit * 0.42,
          width: unit * 0.84,
          height: unit * 0.84,
          borderRadius: '50%',
          opacity: 0.62 + 0.05 * Math.sin(t * 1.4),
          background: 'radial-gradient(closest-side, rgba(255,217,160,0.62), rgba(255,190,120,0.16) 52%, transparent)',
        }}
      />
      {[0, 1, 2, 3, 4, 5, 6].map((i) => {
        const size = unit * (0.008 + 0.004 * (i % 3));
        return (
          <div
            key={i}
            style={{
              position: 'absolute',
              width: size,
              height: size,
              borderRadius: '50%',
              left: (0.08 + 0.14 * i) * width + Math.sin(t * 0.6 + i * 2) * unit * 0.02,
              top: (((i * 0.37 + 0.9 - t * 0.035) % 1) + 1) % 1 * height,
              background: colours.key,
              opacity: 0.2 + 0.1 * Math.sin(t + i),
              filter: `blur(${size / 5}px)`,
            }}
          />
        );
      })}
    </AbsoluteFill>
  );
};
