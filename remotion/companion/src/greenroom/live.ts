'use client';

import {getRemotionEnvironment, Internals, staticFile} from 'remotion';
import {browser} from './compat';
import type {Greenroom} from './props.gen';

const file = 'greenroom/props.json';
let newest: Promise<unknown> | undefined;

const read = async (): Promise<unknown> => {
  const answer = await browser.fetch(staticFile(file), {cache: 'no-store'});
  if (answer.status === 404) {
    return null; // before the first build
  }
  if (!answer.ok) {
    throw new Error(`public/${file} cannot be read: ${answer.status} ${answer.statusText}`);
  }
  return answer.json();
};

/**
 * The props that are in public/ now, unchecked; null before the first build. A call that is slower than a newer one
 * returns the newer one's answer.
 */
export const published = async (): Promise<Greenroom | null> => {
  const mine = read();
  newest = mine;
  const props = await mine;
  return (newest === mine ? props : await newest) as Greenroom | null;
};

/**
 * Makes Studio compute its composition again at every publish. Nothing is bundled or mounted again, so the frame and
 * the user's settings stay. Elsewhere it does nothing.
 */
export const follow = () => {
  if (!browser.window || browser.greenroomFollows || !getRemotionEnvironment().isStudio) {
    return;
  }
  browser.greenroomFollows = true; // once, also when this module is replaced
  let known = '';
  browser.window.addEventListener(Internals.WATCH_REMOTION_STATIC_FILES, (event) => {
    const now = event.detail.files.find((f) => f.name === file);
    const stamp = now ? `${now.lastModified} ${now.sizeInBytes}` : '';
    if (stamp !== known) {
      known = stamp;
      Internals.resolveCompositionsRef.current?.reloadCurrentlySelectedComposition();
    }
  });
};
