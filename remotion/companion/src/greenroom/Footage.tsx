'use client';

import {Video, type VideoProps} from '@remotion/media';
import {useState, type CSSProperties} from 'react';
import {blueMatrix, type Coding} from './colours';

export {Audio} from '@remotion/media';

type Props = VideoProps & {coding: Coding; style: CSSProperties};

/** Video of @remotion/media in its own colours, whatever the browser makes of them. */
export const Footage = ({coding, style, ...props}: Props) => {
  const [decoded, setDecoded] = useState(true);
  const matrix = decoded ? blueMatrix(coding) : null;
  const id = `greenroom-blue-${coding.alpha ? 'alpha' : 'opaque'}`; // of footage with the same matrix everywhere
  return (
    <>
      {matrix ? (
        <svg width={0} height={0} style={{position: 'absolute'}} aria-hidden>
          <filter id={id} x={0} y={0} width={1} height={1} colorInterpolationFilters="sRGB">
            <feColorMatrix type="matrix" values={matrix} />
          </filter>
        </svg>
      ) : null}
      <Video
        {...props}
        style={{...style, filter: [matrix && `url(#${id})`, style.filter].filter(Boolean).join(' ') || undefined}}
        onError={() => {
          // What the browser cannot decode comes as pictures that ffmpeg made, whose colours are right.
          setDecoded(false);
          return 'fallback';
        }}
      />
    </>
  );
};
